//! A client of Orders that shows what it sends and gets.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use ureq::http::Request;
use ureq::{Agent, Body};

pub(super) struct Client {
    agent: Agent,
    base: String,
}

impl Client {
    pub(super) fn of(address: SocketAddr) -> Client {
        // An error of the service is an answer as well.
        let config = Agent::config_builder().http_status_as_error(false).build();
        Client {
            agent: config.into(),
            base: format!("http://{address}"),
        }
    }

    pub(super) fn address(&self) -> &str {
        &self.base
    }

    /// Sends JSON and gives the answer; one that is no success is an error.
    pub(super) fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        println!("{method} {path} {body}");
        let request = Request::builder().method(method).uri(self.uri(path));
        let answer = self.agent.run(request.body(body.to_string())?)?;
        show(answer)
    }

    pub(super) fn get(&self, path: &str) -> Result<Value> {
        println!("GET {path}");
        show(self.agent.get(self.uri(path)).call()?)
    }

    fn uri(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

fn show(mut answer: ureq::http::Response<Body>) -> Result<Value> {
    let text = answer.body_mut().read_to_string()?;
    println!("  {} {text}", answer.status().as_u16());
    ensure!(answer.status().is_success(), "the service refused the request");
    serde_json::from_str(&text).context("the answer is not JSON")
}
