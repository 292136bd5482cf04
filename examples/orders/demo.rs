//! Sends a few orders and shows what becomes of them.

use std::collections::BTreeSet;

use messaging::{App, NewTopic};
use tokio::sync::mpsc::UnboundedReceiver;
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

use crate::{OrderCreated, OrdersCreated};

/// Something to show.
pub(crate) enum Step {
    /// On the way.
    Note(String),
    /// The end of the way of the order with this id.
    End(String, String),
}

pub(crate) async fn run(app: App, mut steps: UnboundedReceiver<Step>) -> messaging::Result<()> {
    log();
    // The dead letter topic is made by the App.
    let topics = ["shop.orders", "shop.payments"];
    app.create_topics(topics.map(|topic| NewTopic::named(topic).partitions(3)))
        .await?;

    let mut running = app.start().await?;
    running.ready().await;
    let producer = running.producer();
    let orders = [("Ada", 1250), ("Grace", 990), ("Linus", -5), ("Ada", 4200)];
    // On Kafka there may be orders of other runs. The end of such an id is random.
    let run = Uuid::now_v7().simple().to_string();
    let mut sent = BTreeSet::new();
    for (number, (client, cents)) in (1..).zip(orders) {
        let order_id = format!("{}-{number}", &run[26..]);
        let order = OrderCreated {
            order_id: order_id.clone(),
            client: client.into(),
            cents,
        };
        let receipt = producer.send(OrdersCreated, &order).await?;
        println!(
            "created {order_id} for {client}, {cents} cents -> shop.orders[{}]",
            receipt.partition.unwrap_or(-1)
        );
        sent.insert(order_id);
    }
    show(&mut steps, &sent).await;

    running.stop();
    running.join().await
}

/// Logs what the steps do not show: that there is no broker, and errors.
fn log() {
    let level = || EnvFilter::new("warn,messaging=error,messaging::app=warn");
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| level()))
        .with_writer(std::io::stderr)
        .init();
}

/// Prints steps until these orders have reached their end.
async fn show(steps: &mut UnboundedReceiver<Step>, orders: &BTreeSet<String>) {
    let mut left = orders.clone();
    while !left.is_empty()
        && let Some(step) = steps.recv().await
    {
        let text = match step {
            Step::Note(text) => text,
            Step::End(order_id, text) => {
                left.remove(&order_id);
                text
            }
        };
        println!("{text}");
    }
    let ended = orders.len() - left.len();
    println!("{ended} of {} orders have reached their end", orders.len());
}
