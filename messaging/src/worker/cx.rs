//! What a method of a worker is told beside the payload: [`Cx`].

mod builder;

use std::fmt;
use std::sync::Arc;

pub use builder::CxBuilder;

use crate::extract::{Context, FromDelivery, Missing, Rejection};
use crate::message::Delivery;
use crate::producer::Producer;

/// The record that a worker handles, and what the program gives it: metadata, state, the App's producer.
///
/// It is an extractor, too, for functions that want all of it in one argument.
#[derive(Clone)]
pub struct Cx {
    delivery: Delivery,
    context: Arc<Context>,
}

impl Cx {
    pub(super) fn new(delivery: Delivery, context: Arc<Context>) -> Cx {
        Cx { delivery, context }
    }

    /// The same for another record, such as one of a batch.
    pub fn of<T>(&self, delivery: &Delivery<T>) -> Cx {
        let delivery = Delivery::new(delivery.record.clone(), delivery.attempt());
        Cx::new(delivery, self.context.clone())
    }

    /// The topic as the broker names it, prefix included.
    pub fn topic(&self) -> &str {
        self.delivery.topic()
    }

    /// The partition.
    pub fn partition(&self) -> i32 {
        self.delivery.partition()
    }

    /// The offset.
    pub fn offset(&self) -> i64 {
        self.delivery.offset()
    }

    /// Milliseconds since 1970, when the broker says.
    pub fn timestamp(&self) -> Option<i64> {
        self.delivery.timestamp()
    }

    /// Which try this is, from 1.
    pub fn attempt(&self) -> u32 {
        self.delivery.attempt()
    }

    /// The key's bytes; `None` is a null key, which is not an empty one.
    pub fn key(&self) -> Option<&[u8]> {
        self.delivery.key()
    }

    /// The key as text; `None` also when it is not UTF-8.
    pub fn key_str(&self) -> Option<&str> {
        self.delivery.key_str()
    }

    /// The value's bytes as they arrived, also those that are no payload; `None` is a tombstone.
    pub fn value(&self) -> Option<&[u8]> {
        self.delivery.value()
    }

    /// The headers in their order, duplicates and nulls included.
    pub fn headers(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        self.delivery.headers()
    }

    /// The value of the last header of this name; `None` when there is none or it is null.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.delivery.header(name)
    }

    /// The same as text; `None` also when it is not UTF-8.
    pub fn header_str(&self, name: &str) -> Option<&str> {
        self.delivery.header_str(name)
    }

    /// The program's `T`, given to the App by `state` or `provide`. Only a call tells that there is none; the fields of
    /// the worker, and the extractors of a function, are there from the start.
    ///
    /// # Errors
    /// When nobody gives a `T`; it says what to add to the App.
    pub fn state<T: Send + Sync + 'static>(&self) -> Result<&T, Missing> {
        self.context.value()
    }

    /// The App's producer.
    pub fn producer(&self) -> Producer {
        self.context.producer()
    }
}

impl fmt::Debug for Cx {
    /// Names the record, never its content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cx of {:?}", self.delivery)
    }
}

impl FromDelivery for Cx {
    type Setup = Arc<Context>;
    fn setup(context: &Context) -> Result<Arc<Context>, Missing> {
        Ok(Arc::new(context.clone()))
    }
    fn from_delivery(context: &Arc<Context>, delivery: &Delivery) -> Result<Cx, Rejection> {
        Ok(Cx::new(delivery.clone(), context.clone()))
    }
}
