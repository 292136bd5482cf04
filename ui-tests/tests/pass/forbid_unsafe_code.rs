//! What is generated has no unsafe code and no warning, whatever the user's lints are.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_qualifications, unreachable_pub, rust_2018_idioms, single_use_lifetimes)]

use messaging::{Payload, topic, worker};
use serde::{Deserialize, Serialize};

/// An order.
#[derive(Serialize, Deserialize, Payload)]
struct Order {
    id: String,
}

/// All orders.
#[topic(name = "orders", schema = Order, key = id)]
struct Orders;

/// Charges an order.
#[worker(topic = Orders, output_topic = Orders, max_retries = 5, retry_delay = "1s", order = "none")]
async fn charge(order: Order) -> Option<Order> {
    Some(order)
}

fn main() {
    assert_eq!(messaging::registry::workers().len(), 1);
}
