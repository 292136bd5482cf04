//! What happens to one order.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::client::Client;

/// How long an event may take: a moment, but a Kafka that has just started takes longer.
const LIMIT: Duration = Duration::from_secs(30);

pub(super) struct Story {
    client: Client,
    /// What the handlers show.
    shown: Receiver<String>,
}

impl Story {
    pub(super) fn new(client: Client, shown: Receiver<String>) -> Story {
        Story { client, shown }
    }

    pub(super) fn tell(&self) -> Result<()> {
        println!(
            "Orders listens at {}; Payments reads orders.created",
            self.client.address()
        );
        self.client.get("/health")?;
        let order = self.order()?;
        let path = format!("/v1/orders/{order}");
        self.wait_for("payments:", &order)?;
        self.client.send("PATCH", &path, &json!({"status": "PAGO"}))?;
        self.wait_for("orders.paid:", &order)?;
        println!("done: the order was placed, seen by Payments, and paid");
        Ok(())
    }

    /// A client and a product, then an order of two; gives its id.
    fn order(&self) -> Result<String> {
        let client = json!({"name": "Ada", "email": "ada@example.com", "phone": "11 99999-0000",
            "cpf": "123.456.789-09"});
        let client = self.made("/v1/clients", &client)?;
        let product =
            json!({"name": "Keyboard", "description": "with 61 keys", "price": 29.9, "quantity": 10});
        let product = self.made("/v1/products", &product)?;
        let order = json!({"clientId": client, "total": 59.8,
            "items": [{"productId": product, "quantity": 2, "price": 29.9}],
            "payments": [{"typePaymentId": 1, "amount": 59.8}]});
        self.made("/v1/orders", &order)
    }

    fn made(&self, path: &str, body: &Value) -> Result<String> {
        let answer = self.client.send("POST", path, body)?;
        let id = answer["id"].as_str().context("the answer has no id")?;
        Ok(id.to_owned())
    }

    /// Waits until a handler shows this order. On Kafka it may first see those of earlier runs.
    fn wait_for(&self, start: &str, order: &str) -> Result<()> {
        loop {
            let line = self.shown.recv_timeout(LIMIT).with_context(|| {
                format!(
                    "\"{start}\" was not seen for order {order}; does another process read in the same group?"
                )
            })?;
            if line.starts_with(start) && line.contains(order) {
                println!("  {line}");
                return Ok(());
            }
        }
    }
}
