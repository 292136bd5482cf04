//! Commands and queries apart: one side decides about orders, the other answers questions about them.
//!
//! ```text
//! orders.commands.create ──▶ create_order ──▶ orders.events.created ──▶ remember ──▶ ReadModel ──▶ queries
//! ```
//!
//! `cargo run --bin cqrs` sends a few commands on the in-memory broker, asks the read model, and ends;
//! `MESSAGE_BROKER=kafka` does the same on a Kafka at localhost:9092 (or KAFKA_BOOTSTRAP_SERVERS), where each run also
//! knows the orders of those before it: the read model is made anew from the events at every start.
//!
//! | file | what it shows |
//! |---|---|
//! | `write_side.rs` | a command is refused, or becomes an event |
//! | `read_side.rs` | a read model in memory, filled by events, that can be asked and waited for |

mod read_side;
mod write_side;

use messaging::NewTopic;
use messaging::prelude::*;
use read_side::ReadModel;
use uuid::Uuid;
use write_side::{CreateOrder, CreateOrderCommands};

#[tokio::main]
async fn main() -> messaging::Result<()> {
    let model = ReadModel::default();
    let app = App::new()
        .defaults([("message_broker", "memory"), ("service", "cqrs")])
        // A group of its own for each run, for the workers that name none: it begins with the first event there is.
        .configure([("kafka_group_id", format!("cqrs-{}", Uuid::now_v7()))])
        .state(model.clone());
    // One partition, so that the read model has seen all events before one that it has seen.
    let topics = ["orders.commands.create", "orders.events.created"];
    app.create_topics(topics.map(|topic| NewTopic::named(topic).partitions(1)))
        .await?;
    let mut running = app.start().await?;
    running.ready().await;

    for (client, cents) in [("Ada", 1250), ("Grace", 990), ("Linus", -5), ("Ada", 4200)] {
        let order_id = Uuid::now_v7().to_string();
        let command = CreateOrder {
            order_id,
            client: client.into(),
            cents,
        };
        publish(CreateOrderCommands, &command).await?;
        if cents > 0 {
            let order = model.wait_for(&command.order_id).await;
            println!("created: an order of {} for {} cents", order.client, order.cents);
        }
    }
    for client in ["Ada", "Grace", "Linus"] {
        let (orders, cents) = model.of_client(client);
        println!("query:   {client} has ordered {orders} times, for {cents} cents");
    }
    running.stop();
    running.join().await
}
