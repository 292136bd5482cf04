//! What is generated has no unsafe code and no warning, whatever the user's lints are.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_qualifications, unreachable_pub, rust_2018_idioms, single_use_lifetimes)]

use messaging::{Payload, consumer, message_handler, on_event, topic, worker};
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

/// Posts a parcel.
#[message_handler(topic = "parcels")]
async fn post(parcel: String) {
    drop(parcel);
}

/// A till.
#[derive(Default)]
struct Till;

#[consumer("till", topics = ["tills", "shelves"])]
impl Till {
    /// It was opened.
    #[on_event("opened")]
    async fn opened(&self, till: String) -> Result<(), std::fmt::Error> {
        drop(till);
        Ok(())
    }
}

/// Nothing but a name.
#[consumer("shelf", topics = ["shelves"])]
struct Shelf;

/// It was filled.
#[on_event("filled", consumer = Shelf)]
async fn filled(shelf: String) {
    drop(shelf);
}

/// It was closed.
#[on_event("closed", consumer = Till)]
async fn closed(till: String) {
    drop(till);
}

fn main() {
    assert_eq!(messaging::get_all_event_handlers().len(), 3);

    assert_eq!(messaging::get_all_workers().len(), 2);
}
