//! Orders are paid for, or rejected: two workers in a chain, and a third for what could not be handled.
//!
//! ```text
//! shop.orders ──▶ charge ──▶ shop.payments ──▶ ship
//!                   └──▶ shop.orders.dlq ──▶ review
//! ```
//!
//! `cargo run --bin orders` sends a few orders through the in-memory broker and ends. `MESSAGE_BROKER=kafka cargo run
//! --bin orders` does the same on a Kafka at localhost:9092 (or KAFKA_BOOTSTRAP_SERVERS). `cargo run --bin orders --
//! run` runs the workers as a service; `-- workers`, `-- check` and `-- --help` look at the program.

mod demo;

use messaging::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::UnboundedSender;

#[derive(Debug, Serialize, Deserialize, Payload)]
struct OrderCreated {
    order_id: String,
    client: String,
    cents: i64,
}

#[derive(Debug, Serialize, Deserialize, Payload)]
struct OrderPaid {
    order_id: String,
    receipt: String,
}

#[topic(name = "shop.orders", schema = OrderCreated, key = order_id)]
struct OrdersCreated;

#[topic(name = "shop.payments", schema = OrderPaid, key = order_id)]
struct OrdersPaid;

/// What the demo shows: a line for each step.
type Flow = UnboundedSender<demo::Step>;

#[derive(Debug)]
struct GatewayBusy;

impl std::fmt::Display for GatewayBusy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the payment gateway is busy")
    }
}

impl std::error::Error for GatewayBusy {}

/// Charges an order. The gateway is busy at the first try for Grace; nobody can be charged a negative amount.
#[worker(topic = OrdersCreated, output_topic = OrdersPaid, concurrency = 4, max_retries = 3, retry_delay = "200ms")]
async fn charge(
    order: OrderCreated,
    Attempt(attempt): Attempt,
    State(flow): State<Flow>,
) -> Result<OrderPaid, messaging::BoxError> {
    if order.cents < 0 {
        return Err(HandlerError::reject(format!("{} cents cannot be charged", order.cents)).into());
    }
    if order.client == "Grace" && attempt == 1 {
        let _ = flow.send(demo::Step::Note(format!(
            "charge  {} is tried again: the gateway is busy",
            order.order_id
        )));
        return Err(GatewayBusy.into());
    }
    let paid = OrderPaid {
        receipt: format!("receipt-{}", order.order_id),
        order_id: order.order_id,
    };
    let _ = flow.send(demo::Step::Note(format!(
        "charge  {} at try {attempt} -> shop.payments",
        paid.order_id
    )));
    Ok(paid)
}

/// The end of the chain.
#[worker(topic = OrdersPaid)]
async fn ship(paid: OrderPaid, State(flow): State<Flow>) {
    let text = format!("ship    {} ({})", paid.order_id, paid.receipt);
    let _ = flow.send(demo::Step::End(paid.order_id, text));
}

/// What was given up arrives as it was, with the reason in its headers. What cannot be read here either has no other
/// place to go.
#[worker(topic = "shop.orders.dlq", on_exhausted = "skip")]
async fn review(order: OrderCreated, Headers(headers): Headers, State(flow): State<Flow>) {
    let reason = headers
        .get_str(messaging::headers::dlq::REASON)
        .unwrap_or("unknown");
    let error = headers
        .get_str(messaging::headers::dlq::ERROR)
        .unwrap_or("unknown");
    let text = format!("review  {} was {reason}: {error}", order.order_id);
    let _ = flow.send(demo::Step::End(order.order_id, text));
}

#[tokio::main]
async fn main() -> messaging::Result<()> {
    let (flow, steps) = tokio::sync::mpsc::unbounded_channel();
    let app = App::new()
        .defaults([("message_broker", "memory"), ("service", "orders")])
        .state::<Flow>(flow);
    if std::env::args().len() > 1 {
        return app.cli().await;
    }
    demo::run(app, steps).await
}
