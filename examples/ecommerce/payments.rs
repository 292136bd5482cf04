//! Payments: reads every order and prints what is to be paid.

use messaging::prelude::*;

use crate::desk::Desk;
use crate::events::{OrderCreated, OrdersCreated, topics};
use crate::log;

/// An order is printed before its offset is committed: Payments that was killed prints some again at its next start,
/// and leaves none out.
#[worker(topic = OrdersCreated, group_id = "payments-service-group", auto_offset_reset = "earliest")]
async fn payments(order: OrderCreated, State(desk): State<Desk>) {
    desk.show(format!(
        "payments: order {} total {} items {}",
        order.order_id, order.total, order.items_count
    ));
}

pub(crate) async fn run() -> anyhow::Result<()> {
    log::install(log::SERVICE);
    let app = App::new()
        .defaults([
            ("service", "payments-service"),
            ("kafka_client_id", "payments-service"),
        ])
        .state(Desk::Screen);
    app.create_topics(topics()).await?;
    Ok(app.run().await?)
}
