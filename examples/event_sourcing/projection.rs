//! The projection: keeps the state of each order in memory, and publishes it.

use std::collections::HashMap;
use std::sync::Arc;

use messaging::prelude::*;
use messaging::settings::Settings;
use messaging::{Consumer, Running};
use tokio::sync::watch;
use uuid::Uuid;

use crate::order::{Order, OrderEvent, OrderEvents};

/// The orders by their id. Clones are the same orders.
#[derive(Clone, Default)]
pub(crate) struct Orders(Arc<watch::Sender<HashMap<String, Order>>>);

impl Orders {
    /// The order's new state, if the event changes it.
    fn apply(&self, event: OrderEvent) -> Option<Order> {
        let mut changed = None;
        self.0.send_if_modified(|orders| {
            let order = orders.entry(event.order_id.clone()).or_default();
            changed = order.apply(event).then(|| order.clone());
            changed.is_some()
        });
        changed
    }

    /// The order, as soon as so many of its events have come.
    pub(crate) async fn wait_for(&self, order_id: &str, version: u32) -> Order {
        let mut orders = self.0.subscribe();
        loop {
            if let Some(order) = orders.borrow_and_update().get(order_id)
                && order.version >= version
            {
                return order.clone();
            }
            // `self` keeps the sender.
            let _ = orders.changed().await;
        }
    }
}

/// Replays the log and then follows it. What is in memory is gone at the end, so each start has a group of its own,
/// which begins with the first event there is. The projections are published again, too: they are the same.
pub(crate) async fn start(settings: &Settings, orders: &Orders) -> messaging::Result<Running> {
    let group = format!("order-projections-{}", Uuid::now_v7());
    Consumer::connect(settings, group, [OrderEvents])
        .await?
        .handler(project)
        .state(orders.clone())
        .start()
        .await
}

/// Events of one order come one after the other, so that its state is that of its last event.
async fn project(event: OrderEvent, State(orders): State<Orders>) -> Option<Message<Order>> {
    let order_id = event.order_id.clone();
    let order = orders.apply(event)?;
    Some(Message::new(order).topic("order.projections").key(order_id))
}
