//! An order is what has happened to it: its events are the truth, and its state is made of them, again at any time.
//!
//! ```text
//! order.events ──▶ project ──▶ order.projections
//!                     └──▶ orders in memory
//! ```
//!
//! `cargo run --bin event_sourcing` writes the events of two orders on the in-memory broker, projects them, forgets
//! all, makes it again from the log, and ends; `MESSAGE_BROKER=kafka` does the same on a Kafka at localhost:9092 (or
//! KAFKA_BOOTSTRAP_SERVERS).
//!
//! | file | what it shows |
//! |---|---|
//! | `order.rs` | events, and the state they lead to; it knows of no broker |
//! | `projection.rs` | the projection, which reads the log from its beginning at each start |

mod order;
mod projection;

use messaging::settings::{Settings, Sources};
use messaging::{App, NewTopic, Producer};
use order::{Change, OrderEvent, OrderEvents};
use projection::Orders;
use uuid::Uuid;

#[tokio::main]
async fn main() -> messaging::Result<()> {
    let defaults = [("message_broker", "memory"), ("service", "event_sourcing")];
    let settings = Settings::load(&Sources::from_process().app_defaults(defaults))?;
    // On Kafka; the in-memory broker makes topics by itself.
    let app = App::empty().defaults(defaults);
    app.create_topics(["order.events", "order.projections"].map(NewTopic::named))
        .await?;
    let log = Producer::connect(&settings).await?;
    // Ids of their own for each run, for on Kafka the log outlives it.
    let [first, second] = [Uuid::now_v7(), Uuid::now_v7()].map(|id| id.to_string());

    append(&log, &first, 1, Change::Placed { client: "Ada".into() }).await?;
    append(
        &log,
        &first,
        2,
        Change::Added {
            item: "keyboard".into(),
            cents: 2990,
        },
    )
    .await?;
    append(
        &log,
        &second,
        1,
        Change::Placed {
            client: "Grace".into(),
        },
    )
    .await?;
    append(
        &log,
        &second,
        2,
        Change::Added {
            item: "mug".into(),
            cents: 990,
        },
    )
    .await?;
    append(&log, &first, 3, Change::Paid).await?;

    let orders = Orders::default();
    let running = projection::start(&settings, &orders).await?;
    println!("projected: {}", orders.wait_for(&first, 3).await);
    println!("projected: {}", orders.wait_for(&second, 2).await);
    append(&log, &first, 4, Change::Shipped).await?;
    println!("projected: {}", orders.wait_for(&first, 4).await);
    running.stop();
    running.join().await?;

    // As after a crash, or with another idea of what a projection is: nothing is left but the log.
    let orders = Orders::default();
    let _running = projection::start(&settings, &orders).await?;
    println!("rebuilt:   {}", orders.wait_for(&first, 4).await);
    println!("rebuilt:   {}", orders.wait_for(&second, 2).await);
    messaging::shutdown().await
}

async fn append(log: &Producer, order_id: &str, version: u32, change: Change) -> messaging::Result<()> {
    let event = OrderEvent {
        order_id: order_id.into(),
        version,
        change,
    };
    log.send(OrderEvents, &event).await.map(drop)
}
