//! What `#[producer]` and `#[event]` accept: functions and methods, attributes and generics, names that are taken.

#![forbid(unsafe_code)]
#![deny(warnings, clippy::all)]

use messaging as renamed;
use messaging::{Json, Payload, event, get_all_publishers, producer, topic};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Payload)]
pub struct Order {
    pub id: u64,
    pub r#type: String,
}

#[topic(name = "orders", schema = Order, key = id)]
struct Orders;

const CREATED: &str = "order.created";

/// Documented, visible, inlined.
#[inline]
#[must_use = "an order has to be looked at"]
#[producer(topic = Orders)]
pub async fn create(#[allow(unused_variables)] id: u64, answer: Order) -> messaging::Result<Order> {
    Ok(answer)
}

#[event(CREATED, topic = Orders, key = r#type, crate = renamed)]
pub(crate) async fn r#match(Order { id, .. }: &Order) -> Result<Order, Box<dyn std::error::Error + Send + Sync>> {
    if *id == 0 {
        return Err("no order".into());
    }
    let id: u64 = id.to_string().parse()?;
    Ok(Order { id, r#type: String::new() })
}

// The braces of a body on one line are no mistake.
#[producer(topic = "alone")]
async fn alone(name: String) -> messaging::Result<String> { Ok(name) }

#[event("order.found", topic = "alone")]
async fn found(order: Order) -> messaging::Result<Order> { Ok(order) }

#[producer(topic = "never")]
#[cfg(any())]
async fn absent() -> NoSuchType {}

mod shadowed {
    #![allow(dead_code, reason = "they only stand in the way")]
    struct Result;
    struct Option;
    struct String;
    mod core {}
    mod std {}

    #[messaging::producer(topic = "orders", on_publish_error = "log")]
    pub(super) async fn listed(value: u8) -> messaging::Json<u8> {
        messaging::Json(value)
    }
}

macro_rules! creator {
    ($name:ident, $type:ty) => {
        #[producer(topic = "made", on_publish_error = "log")]
        async fn $name(order: $type) -> Option<$type> {
            Some(order)
        }
    };
}
creator!(made, Order);

pub struct Shop<'a, T> {
    pub name: &'a str,
    pub stock: T,
}

impl<'a, T: Clone + Payload + Serialize> Shop<'a, T> {
    #[event("shop.sold", topic = "sales")]
    pub async fn sell<'b>(&'b mut self, _to: &'a str) -> messaging::Result<T>
    where
        'a: 'b,
    {
        Ok(self.stock.clone())
    }

    #[producer(topic = "shops")]
    async fn open(name: &str) -> messaging::Result<Option<Json<usize>>> {
        Ok(Some(Json(name.len())))
    }
}

fn sends<F: Future + Send>(_: F) {}

fn main() {
    let order = Order { id: 1, r#type: String::new() };
    sends(create(1, order.clone()));
    sends(r#match(&order));
    sends(shadowed::listed(1));
    sends(made(order.clone()));
    sends(Shop { name: "s", stock: order }.sell("you"));
    sends(Shop::<Order>::open("s"));

    let all = get_all_publishers();
    let names: Vec<_> = all.iter().map(|p| (p.name(), p.topic(), p.event(), p.key_field())).collect();
    let expected = [
        ("alone", "alone", None, None),
        ("create", "orders", None, None),
        ("found", "alone", Some("order.found"), None),
        ("made", "made", None, None),
        ("match", "orders", Some(CREATED), Some("r#type")),
        ("open", "shops", None, None),
        ("sell", "sales", Some("shop.sold"), None),
        ("listed", "orders", None, None),
    ];
    assert_eq!(names, expected);
}
