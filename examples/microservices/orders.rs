//! Orders: sends a welcome gift to each new user.

use messaging::prelude::*;

use crate::messages::{OrderCreated, OrdersCreated, UserEvent, UserEvents};

/// Reads all events of users and takes those of its interest; `None` publishes nothing. The order's id is made of the
/// user's, so that an event that is handled twice makes one order.
#[worker(topic = UserEvents, output_topic = OrdersCreated, group_id = "orders")]
async fn welcome(event: UserEvent) -> Option<OrderCreated> {
    if event.event != "user.created" {
        return None;
    }
    println!("orders: a welcome gift for {}", event.user_id);
    Some(OrderCreated {
        order_id: format!("welcome-{}", event.user_id),
        user_id: event.user_id,
        item: "a mug".into(),
    })
}

/// The service as a process of its own.
pub(crate) fn app() -> App {
    App::only(["welcome"]).defaults([("service", "orders"), ("kafka_client_id", "orders")])
}
