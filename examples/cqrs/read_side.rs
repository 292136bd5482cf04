//! The side of the queries: a model that is made of events alone.

use std::collections::HashMap;
use std::sync::Arc;

use messaging::prelude::*;
use tokio::sync::watch;

use crate::write_side::{OrderCreated, OrdersCreated};

/// All orders by their id, for questions. Clones are the same model.
#[derive(Clone, Default)]
pub(crate) struct ReadModel(Arc<watch::Sender<HashMap<String, OrderCreated>>>);

impl ReadModel {
    /// How many orders a client has, and for how much.
    pub(crate) fn of_client(&self, client: &str) -> (usize, i64) {
        let orders = self.0.borrow();
        let cents = orders
            .values()
            .filter(|order| order.client == client)
            .map(|order| order.cents);
        (cents.clone().count(), cents.sum())
    }

    /// The order of this id, as soon as its event has come: the answer to a command is a query.
    pub(crate) async fn wait_for(&self, order_id: &str) -> OrderCreated {
        let mut orders = self.0.subscribe();
        loop {
            if let Some(order) = orders.borrow_and_update().get(order_id) {
                return order.clone();
            }
            // `self` keeps the sender.
            let _ = orders.changed().await;
        }
    }
}

/// An event that comes twice changes nothing.
#[worker(topic = OrdersCreated, auto_offset_reset = "earliest")]
async fn remember(event: OrderCreated, State(model): State<ReadModel>) {
    model.0.send_modify(|orders| {
        orders.insert(event.order_id.clone(), event);
    });
}
