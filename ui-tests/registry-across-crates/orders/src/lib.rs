//! A library with workers, for programs that never name them.

use events::{Payload, topic, worker};
use serde::{Deserialize, Serialize};

/// An order.
#[derive(Serialize, Deserialize, Payload)]
#[payload(crate = events)]
pub struct Order {
    /// Its number.
    pub id: u64,
}

/// All orders.
#[topic(name = "orders", schema = Order, key = id, crate = events)]
pub struct Orders;

#[worker(topic = Orders, crate = events)]
async fn charge(order: Order) {
    let _ = order.id;
}

mod shipping {
    use super::{Order, Orders};

    #[events::worker(topic = Orders, output_topic = "parcels", crate = events)]
    async fn ship(order: Order) -> Option<Order> {
        Some(order)
    }
}

/// What happens to orders; its handlers stand in other crates too.
#[events::consumer("order-events", topics = [Orders, "payments"], crate = events)]
pub struct OrderEvents;

#[events::on_event("order.paid", consumer = OrderEvents, crate = events)]
async fn paid(order: Order) {
    let _ = order.id;
}
