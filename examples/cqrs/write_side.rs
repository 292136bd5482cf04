//! The side of the commands: decides, and says what has happened.

use messaging::prelude::*;
use serde::{Deserialize, Serialize};

/// Asks for an order. The sender chooses the id, so that it can ask the read model for it, and a command that is
/// handled twice makes one order.
#[derive(Debug, Serialize, Deserialize, Payload)]
pub(crate) struct CreateOrder {
    pub(crate) order_id: String,
    pub(crate) client: String,
    pub(crate) cents: i64,
}

#[topic(name = "orders.commands.create", schema = CreateOrder, key = order_id)]
pub(crate) struct CreateOrderCommands;

/// An order was created.
#[derive(Clone, Debug, Serialize, Deserialize, Payload)]
pub(crate) struct OrderCreated {
    pub(crate) order_id: String,
    pub(crate) client: String,
    pub(crate) cents: i64,
}

#[topic(name = "orders.events.created", schema = OrderCreated, key = order_id)]
pub(crate) struct OrdersCreated;

/// A command that is refused goes to `orders.commands.create.dlq` with the reason.
#[worker(topic = CreateOrderCommands, output_topic = OrdersCreated, group_id = "order-commands")]
async fn create_order(command: CreateOrder) -> Result<OrderCreated, HandlerError> {
    if command.cents <= 0 {
        println!(
            "refused: an order of {} for {} cents",
            command.client, command.cents
        );
        return Err(HandlerError::reject("an order has to cost something"));
    }
    Ok(OrderCreated {
        order_id: command.order_id,
        client: command.client,
        cents: command.cents,
    })
}
