//! An order as it is kept and shown.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::requests::Payments;
use crate::events::{Item, OrderClosed, OrderCreated, Status};
use crate::moment;
use crate::money::Money;

/// `GET /v1/orders/{id}`
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) client_id: String,
    pub(super) client_name: String,
    pub(super) status: Status,
    pub(super) total: Money,
    pub(super) items: Vec<Item>,
    pub(super) payments: Payments,
    #[serde(with = "moment")]
    pub(super) created_at: DateTime<Utc>,
    #[serde(with = "moment")]
    pub(super) updated_at: DateTime<Utc>,
}

impl Order {
    /// The event of an order that was placed.
    pub(super) fn created(&self) -> OrderCreated {
        OrderCreated {
            order_id: self.id.clone(),
            client_id: self.client_id.clone(),
            total: self.total,
            status: self.status,
            items: self.items.clone(),
            items_count: self.items.len(),
            created_at: self.created_at,
        }
    }

    /// The event of an order that was paid or has failed.
    pub(super) fn closed(&self) -> OrderClosed {
        OrderClosed {
            order_id: self.id.clone(),
            client_id: self.client_id.clone(),
            client_name: self.client_name.clone(),
            status: self.status,
            total: self.total,
            updated_at: self.updated_at,
        }
    }
}

/// UUIDs of version 7 grow with time, so that new rows stand together in an index.
pub(super) fn new_id() -> String {
    Uuid::now_v7().to_string()
}
