//! Both services in this process, until two new users have their welcome gifts.

use messaging::prelude::*;
use messaging::{BoxError, NewTopic, WorkerSpec};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::messages::{CreateUser, CreateUserCommands, OrderCreated, OrdersCreated, TOPICS};

pub(crate) async fn run() -> messaging::Result<()> {
    let (show, mut shown) = unbounded_channel();
    let app = App::new()
        .defaults([("message_broker", "memory"), ("service", "microservices-demo")])
        .worker(WorkerSpec::of("show_order", OrdersCreated, show_order))
        .state::<Show>(show);
    app.create_topics(TOPICS.map(NewTopic::named)).await?;
    let mut running = app.start().await?;
    running.ready().await;

    let names = ["Ada", "Grace"];
    for name in names {
        let command = CreateUser {
            user_id: format!("u-{}", name.to_lowercase()),
            name: name.into(),
        };
        publish(CreateUserCommands, &command).await?;
    }
    for _ in names {
        if let Some(order) = shown.recv().await {
            println!(
                "welcome.orders: {} with {} for {}",
                order.order_id, order.item, order.user_id
            );
        }
    }
    running.stop();
    running.join().await
}

type Show = UnboundedSender<OrderCreated>;

/// It is there in the demo only, so it has no attribute.
async fn show_order(order: OrderCreated, State(show): State<Show>) -> Result<(), BoxError> {
    Ok(show.send(order)?)
}
