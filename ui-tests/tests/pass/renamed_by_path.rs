//! `crate = …` in all three macros, where nothing is called `messaging`.

mod vendor {
    pub use messaging as events;
}

use vendor::events::{Payload, topic, worker};

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

fn main() {
    assert_eq!(vendor::events::registry::workers()[0].name(), "charge");
    assert_eq!(vendor::events::registry::topics()[0].key_field(), Some("id"));
}
