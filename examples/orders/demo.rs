//! Sends a few orders and shows what becomes of them.

use messaging::{App, NewTopic};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::{OrderCreated, OrdersCreated};

/// Something to show.
pub(crate) enum Step {
    /// On the way.
    Note(String),
    /// The end of one order's way.
    End(String),
}

pub(crate) async fn run(app: App, mut steps: UnboundedReceiver<Step>) -> messaging::Result<()> {
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
