//! An order, and what happens to it.

use messaging::{DomainEvent, Payload};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize, Payload)]
pub(crate) struct OrderPlaced {
    pub(crate) order_id: String,
    pub(crate) client: String,
    pub(crate) cents: i64,
}

#[derive(Debug, Serialize, Deserialize, Payload)]
pub(crate) struct OrderShipped {
    pub(crate) order_id: String,
    pub(crate) parcel: String,
}

/// All that can happen to an order. On the wire each is its own type.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum OrderEvent {
    Placed(OrderPlaced),
    Shipped(OrderShipped),
}

impl DomainEvent for OrderEvent {
    fn event_type(&self) -> &str {
        match self {
            OrderEvent::Placed(_) => "OrderPlaced",
            OrderEvent::Shipped(_) => "OrderShipped",
        }
    }

    fn aggregate_id(&self) -> String {
        match self {
            OrderEvent::Placed(event) => event.order_id.clone(),
            OrderEvent::Shipped(event) => event.order_id.clone(),
        }
    }
}

/// An aggregate: what it decides, it notes as events.
#[derive(Debug)]
pub(crate) struct Order {
    order_id: String,
    events: Vec<OrderEvent>,
}

impl Order {
    pub(crate) fn place(order_id: &str, client: &str, cents: i64) -> Order {
        let placed = OrderPlaced {
            order_id: order_id.into(),
            client: client.into(),
            cents,
        };
        Order {
            order_id: order_id.into(),
            events: vec![OrderEvent::Placed(placed)],
        }
    }

    pub(crate) fn ship(&mut self, parcel: &str) {
        self.events.push(OrderEvent::Shipped(OrderShipped {
            order_id: self.order_id.clone(),
            parcel: parcel.into(),
        }));
    }

    /// What has happened since it was asked last: to be published once the order is stored.
    pub(crate) fn take_events(&mut self) -> Vec<OrderEvent> {
        std::mem::take(&mut self.events)
    }
}
