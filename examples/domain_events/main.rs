//! Events of a domain model: an order notes what happens to it, and who listens is told once that is decided.
//!
//! ```text
//! Order ──▶ EventPublisher ──▶ events.orderplaced  ──▶ Notifications
//!                        └───▶ events.ordershipped ──┘
//! ```
//!
//! `cargo run --bin domain_events` places and ships an order on the in-memory broker, shows the notifications, and
//! ends; `MESSAGE_BROKER=kafka cargo run --bin domain_events` does the same on a Kafka at localhost:9092 (or
//! KAFKA_BOOTSTRAP_SERVERS). `cargo run --bin domain_events -- run` runs the notifications as a service.
//!
//! | file | what it shows |
//! |---|---|
//! | `order.rs` | an aggregate and its events; it knows of no broker |
//! | `notifications.rs` | a consumer with a method for each event |

mod notifications;
mod order;

use messaging::{App, EventPublisher, NewTopic};
use notifications::Notifications;
use order::Order;
use tokio::sync::mpsc::unbounded_channel;

#[tokio::main]
async fn main() -> messaging::Result<()> {
    let (sent, mut letters) = unbounded_channel();
    let app = App::new()
        .defaults([("message_broker", "memory"), ("service", "domain_events")])
        .state(Notifications { sent });
    if std::env::args().len() > 1 {
        return app.cli().await;
    }
    let topics = ["events.orderplaced", "events.ordershipped"];
    app.create_topics(topics.map(NewTopic::named)).await?;
    let mut running = app.start().await?;
    running.ready().await;

    let mut order = Order::place("A-1", "Ada", 1250);
    order.ship("parcel-7");
    let events = order.take_events();
    let publisher = EventPublisher::new(running.producer());
    publisher.publish_all(&events).await?;
    for _ in &events {
        if let Some(letter) = letters.recv().await {
            println!("{letter}");
        }
    }
    running.stop();
    running.join().await
}
