//! What can happen to an order, and what it is then.

use std::fmt;

use messaging::prelude::*;
use serde::{Deserialize, Serialize};

/// `{"order_id": "…", "version": 2, "change": "added", "item": "mug", "cents": 990}`
#[derive(Debug, Serialize, Deserialize, Payload)]
pub(crate) struct OrderEvent {
    pub(crate) order_id: String,
    /// The order's events are counted from 1.
    pub(crate) version: u32,
    #[serde(flatten)]
    pub(crate) change: Change,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "lowercase")]
pub(crate) enum Change {
    Placed { client: String },
    Added { item: String, cents: i64 },
    Paid,
    Shipped,
}

/// The truth. Its key keeps the events of one order in their order.
#[topic(name = "order.events", schema = OrderEvent, key = order_id)]
pub(crate) struct OrderEvents;

/// An order as its events have made it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Payload)]
pub(crate) struct Order {
    pub(crate) version: u32,
    client: String,
    items: Vec<String>,
    cents: i64,
    status: String,
}

impl Order {
    /// Says whether anything has changed: an event that comes twice changes nothing.
    pub(crate) fn apply(&mut self, event: OrderEvent) -> bool {
        if event.version <= self.version {
            return false;
        }
        self.version = event.version;
        match event.change {
            Change::Placed { client } => {
                self.client = client;
                self.status = "placed".into();
            }
            Change::Added { item, cents } => {
                self.items.push(item);
                self.cents += cents;
            }
            Change::Paid => self.status = "paid".into(),
            Change::Shipped => self.status = "shipped".into(),
        }
        true
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (client, items) = (&self.client, self.items.join(", "));
        write!(
            f,
            "{client} has {items} for {} cents, {}",
            self.cents, self.status
        )
    }
}
