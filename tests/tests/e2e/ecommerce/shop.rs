//! The services of the example as processes, and requests to Orders.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use messaging_tests::process::{Program, Signal};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Request;

use crate::examples::built;
use crate::support::SOON;

/// Runs the example with these arguments, and no settings of whoever runs the tests.
pub(super) fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Program> {
    let mut command = Command::new(built().join("ecommerce"));
    for name in [
        "MESSAGE_BROKER",
        "TOPIC_PREFIX",
        "SERVICE",
        "PORT",
        "HOST",
        "ORDERS_DATABASE",
    ] {
        command.env_remove(name);
    }
    command.args(arguments).envs(environment.iter().copied());
    Program::start(command)
}

/// Asks the program to end; it does, with code 0.
pub(super) fn end(mut program: Program) -> Result<()> {
    program.signal(Signal::SIGTERM)?;
    let status = program.wait_timeout(SOON)?.context("it goes on after SIGTERM")?;
    ensure!(status.code() == Some(0), "{status}\n{}", program.stderr()?);
    Ok(())
}

/// A running Orders.
pub(super) struct Orders {
    pub(super) program: Program,
    base: String,
    agent: Agent,
}

impl Orders {
    /// On a free port.
    pub(super) fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Orders> {
        let arguments = [&["orders", "--port", "0"], arguments].concat();
        let mut program = start(&arguments, environment)?;
        let begin = "orders-service listens at ";
        let line = program.wait_for_line(|line| line.starts_with(begin), SOON)?;
        let config = Agent::config_builder().http_status_as_error(false).build();
        Ok(Orders {
            program,
            base: line[begin.len()..].to_owned(),
            agent: config.into(),
        })
    }

    /// Host and port.
    pub(super) fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// The status and the body, which always is JSON.
    pub(super) fn request(&self, method: &str, path: &str, body: &str) -> Result<(u16, Value)> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        let mut answer = self.agent.run(request.body(body.to_owned())?)?;
        let text = answer.body_mut().read_to_string()?;
        let body = serde_json::from_str(&text).with_context(|| format!("{method} {path}: {text}"))?;
        Ok((answer.status().as_u16(), body))
    }

    pub(super) fn get(&self, path: &str) -> Result<Value> {
        let (status, body) = self.request("GET", path, "")?;
        ensure!(status == 200, "{path}: {status} {body}");
        Ok(body)
    }

    /// Sends what makes something; gives its id.
    pub(super) fn make(&self, path: &str, body: &Value) -> Result<String> {
        let (status, answer) = self.request("POST", path, &body.to_string())?;
        ensure!(status == 201, "{path}: {status} {answer}");
        let id = answer["id"].as_str().context("the answer has no id")?;
        Ok(id.to_owned())
    }

    pub(super) fn client(&self) -> Result<String> {
        let client = json!({"name": "Ada", "email": "ada@example.com", "phone": "11 99999-0000",
            "cpf": "123.456.789-09"});
        self.make("/v1/clients", &client)
    }

    /// One of which there are so many.
    pub(super) fn product(&self, quantity: u32) -> Result<String> {
        let product = json!({"name": "Keyboard", "description": "with 61 keys", "price": 29.9,
            "quantity": quantity});
        self.make("/v1/products", &product)
    }

    /// Changes the status of an order; gives the code and the answer.
    pub(super) fn change(&self, order: &str, status: &str) -> Result<(u16, Value)> {
        let body = json!({"status": status}).to_string();
        self.request("PATCH", &format!("/v1/orders/{order}"), &body)
    }
}

/// Two of one product.
pub(super) fn order_of(client: &str, product: &str) -> Value {
    json!({"clientId": client, "total": 59.8,
        "items": [{"productId": product, "quantity": 2, "price": 29.9}],
        "payments": [{"typePaymentId": 1, "amount": 59.8}]})
}
