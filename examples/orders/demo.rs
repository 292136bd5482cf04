//! Sends a few orders and shows what becomes of them.

use messaging::{App, NewTopic};
use tokio::sync::mpsc::UnboundedReceiver;
use tracing_subscriber::EnvFilter;

use crate::{OrderCreated, OrdersCreated};

/// Something to show.
pub(crate) enum Step {
    /// On the way.
    Note(String),
    /// The end of one order's way.
    End(String),
}

pub(crate) async fn run(app: App, mut steps: UnboundedReceiver<Step>) -> messaging::Result<()> {
    log();
    let topics = ["orders.created", "orders.paid", "orders.created.dlq"];
    app.create_topics(topics.map(|topic| NewTopic::named(topic).partitions(3)))
        .await?;

    let mut running = app.start().await?;
    running.ready().await;
    let producer = running.producer();
    let orders = [
        ("A-1", "Ada", 1250),
        ("A-2", "Grace", 990),
        ("A-3", "Linus", -5),
        ("A-4", "Ada", 4200),
    ];
    for (order_id, client, cents) in orders {
        let order = OrderCreated {
            order_id: order_id.into(),
            client: client.into(),
            cents,
        };
        let receipt = producer.send(OrdersCreated, &order).await?;
        println!(
            "created {order_id} for {client}, {cents} cents -> orders.created[{}]",
            receipt.partition.unwrap_or(-1)
        );
    }
    show(&mut steps, orders.len()).await;

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

/// Prints steps until so many orders have reached their end.
async fn show(steps: &mut UnboundedReceiver<Step>, orders: usize) {
    let mut ended = 0;
    while ended < orders
        && let Some(step) = steps.recv().await
    {
        let text = match step {
            Step::Note(text) => text,
            Step::End(text) => {
                ended += 1;
                text
            }
        };
        println!("{text}");
    }
    println!("{ended} of {orders} orders have reached their end");
}
