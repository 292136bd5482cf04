//! `crate = …` in all macros, where nothing is called `messaging`.

mod vendor {
    pub use messaging as events;
}

use vendor::events::{Payload, consumer, message_handler, on_event, topic, worker};

/// Hides the crate of this name from paths that forget `crate = …` and are not absolute.
#[allow(dead_code)]
mod messaging {}

#[derive(serde::Serialize, serde::Deserialize, Payload)]
#[payload(crate = crate::vendor::events)]
struct Order {
    id: String,
}

#[topic(name = "orders", schema = Order, key = id, crate = crate::vendor::events)]
struct Orders;

#[worker(topic = Orders, output_topic = Orders, order = "key", timeout = 5, crate = crate::vendor::events)]
async fn charge(order: Order) -> Order {
    order
}

#[message_handler(topic = "parcels", crate = crate::vendor::events)]
async fn post(parcel: String) {
    drop(parcel);
}

#[derive(Default)]
struct Till;

#[consumer("till", topic = Orders, retry_backoff = "fixed", crate = crate::vendor::events)]
impl Till {
    #[on_event("opened")]
    async fn opened(&self, order: Order) {
        drop(order);
    }
}

#[consumer("shelf", topics = ["shelves"], crate = crate::vendor::events)]
struct Shelf;

#[on_event("full", consumer = Shelf, crate = crate::vendor::events)]
async fn full(shelf: String) {
    drop(shelf);
}

fn main() {
    assert_eq!(vendor::events::get_all_consumers().len(), 2);

    assert_eq!(vendor::events::get_all_workers()[0].name(), "charge");
    assert_eq!(vendor::events::get_all_topics()[0].key_field(), Some("id"));
}
