//! What the services say to each other. These types and topics are the whole contract between them.

use chrono::{DateTime, Utc};
use messaging::NewTopic;
use messaging::prelude::*;
use serde::{Deserialize, Serialize};

use crate::moment;
use crate::money::Money;

mod status;

pub(crate) use status::Status;

/// All events of an order have its id as their key: so they stay in order.
#[topic(name = "orders.created", schema = OrderCreated, key = order_id)]
pub(crate) struct OrdersCreated;

#[topic(name = "orders.paid", schema = OrderClosed, key = order_id)]
pub(crate) struct OrdersPaid;

#[topic(name = "orders.failed", schema = OrderClosed, key = order_id)]
pub(crate) struct OrdersFailed;

/// The topics, to be made where they are absent.
pub(crate) fn topics() -> [NewTopic; 3] {
    ["orders.created", "orders.paid", "orders.failed"].map(|name| NewTopic::named(name).partitions(1))
}

/// An order was placed.
#[derive(Clone, Debug, Serialize, Deserialize, Payload)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderCreated {
    pub(crate) order_id: String,
    pub(crate) client_id: String,
    pub(crate) total: Money,
    pub(crate) status: Status,
    pub(crate) items: Vec<Item>,
    pub(crate) items_count: usize,
    #[serde(with = "moment")]
    pub(crate) created_at: DateTime<Utc>,
}

/// One line of an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Item {
    pub(crate) product_id: String,
    pub(crate) quantity: u32,
    /// For one piece.
    pub(crate) price: Money,
}

/// An order was paid, or will not be.
#[derive(Clone, Debug, Serialize, Deserialize, Payload)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderClosed {
    pub(crate) order_id: String,
    pub(crate) client_id: String,
    pub(crate) client_name: String,
    pub(crate) status: Status,
    pub(crate) total: Money,
    #[serde(with = "moment")]
    pub(crate) updated_at: DateTime<Utc>,
}
