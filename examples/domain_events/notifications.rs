//! Writes to clients what has happened to their orders.

use messaging::prelude::*;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::mpsc::error::SendError;

use crate::order::{OrderPlaced, OrderShipped};

/// One group for all topics; each event goes to the method of its name, others are counted and left alone.
pub(crate) struct Notifications {
    pub(crate) sent: UnboundedSender<String>,
}

#[consumer("notifications", topics = ["events.orderplaced", "events.ordershipped"])]
impl Notifications {
    #[on_event("OrderPlaced")]
    async fn placed(&self, order: OrderPlaced) -> Result<(), SendError<String>> {
        let (client, order_id, cents) = (order.client, order.order_id, order.cents);
        self.sent.send(format!(
            "to {client}: your order {order_id} for {cents} cents is placed"
        ))
    }

    #[on_event("OrderShipped")]
    async fn shipped(&self, order: OrderShipped) -> Result<(), SendError<String>> {
        let (order_id, parcel) = (order.order_id, order.parcel);
        self.sent
            .send(format!("order {order_id} is on its way as {parcel}"))
    }
}
