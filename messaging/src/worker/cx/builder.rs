//! A [`Cx`] made by a test.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::Cx;
use crate::broker::memory::MemoryBroker;
use crate::extract::{Context, States};
use crate::message::{Delivery, Headers};
use crate::producer::Producer;
use crate::record::{Record, RecordBatch};
use crate::settings::Settings;

/// Makes a [`Cx`] as a worker in class style is given, for tests that call its methods: see [`Cx::builder`].
#[must_use = "`build` makes the `Cx`"]
pub struct CxBuilder {
    topic: Arc<str>,
    partition: i32,
    offset: i64,
    timestamp: Option<i64>,
    attempt: u32,
    key: Option<Bytes>,
    value: Option<Bytes>,
    headers: Headers,
    states: States,
    broker: MemoryBroker,
}

impl Cx {
    /// A `Cx` for a test: of the record 0 of partition 0 of the topic `test`, at its first try, without key, value,
    /// headers and state, unless something else is said.
    ///
    /// ```
    /// use messaging::prelude::*;
    ///
    /// #[derive(Default)]
    /// struct Greet;
    ///
    /// impl Worker for Greet {
    ///     type Input = String;
    ///     type Output = String;
    ///     type Error = BoxError;
    ///
    ///     async fn process(&self, name: String, cx: &Cx) -> Result<String, BoxError> {
    ///         let greeting = cx.state::<&'static str>()?;
    ///         Ok(format!("{greeting}, {name}, at try {}", cx.attempt()))
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let cx = Cx::builder().state("hello").attempt(2).build();
    /// assert_eq!(Greet.process("Ada".into(), &cx).await.unwrap(), "hello, Ada, at try 2");
    /// # }
    /// ```
    pub fn builder() -> CxBuilder {
        CxBuilder {
            topic: "test".into(),
            partition: 0,
            offset: 0,
            timestamp: None,
            attempt: 1,
            key: None,
            value: None,
            headers: Headers::new(),
            states: States::default(),
            broker: MemoryBroker::new(),
        }
    }
}

impl CxBuilder {
    /// The topic the record came from.
    pub fn topic(mut self, topic: impl Into<Arc<str>>) -> CxBuilder {
        self.topic = topic.into();
        self
    }

    /// Its partition.
    pub fn partition(mut self, partition: i32) -> CxBuilder {
        self.partition = partition;
        self
    }

    /// Its offset.
    pub fn offset(mut self, offset: i64) -> CxBuilder {
        self.offset = offset;
        self
    }

    /// Its time, in milliseconds since 1970.
    pub fn timestamp(mut self, timestamp: i64) -> CxBuilder {
        self.timestamp = Some(timestamp);
        self
    }

    /// Which try it is, from 1.
    pub fn attempt(mut self, attempt: u32) -> CxBuilder {
        self.attempt = attempt;
        self
    }

    /// Its key.
    pub fn key(mut self, key: impl Into<Bytes>) -> CxBuilder {
        self.key = Some(key.into());
        self
    }

    /// Its value as it arrived, for methods that look at the bytes.
    pub fn value(mut self, value: impl Into<Bytes>) -> CxBuilder {
        self.value = Some(value.into());
        self
    }

    /// Adds a header behind the others.
    pub fn header(mut self, name: impl Into<Arc<str>>, value: impl Into<Bytes>) -> CxBuilder {
        self.headers.push(name, value);
        self
    }

    /// Gives a value of the program, as `App::state` does.
    pub fn state<T: Send + Sync + 'static>(mut self, value: T) -> CxBuilder {
        self.states.slot::<T>().set(value);
        self
    }

    /// The broker that [`Cx::producer`] sends to, for the test to look into; one that nobody sees unless it is given.
    pub fn broker(mut self, broker: MemoryBroker) -> CxBuilder {
        self.broker = broker;
        self
    }

    /// The `Cx`.
    pub fn build(self) -> Cx {
        let mut batch = RecordBatch::builder(self.topic, self.partition);
        let (key, value) = (self.key.as_deref(), self.value.as_deref());
        batch.push(self.offset, self.timestamp, key, value);
        self.headers
            .iter()
            .for_each(|(name, value)| batch.push_header(name, value));
        let delivery = Delivery::new(Record::new(&batch.finish(), 0), self.attempt);
        let producer = Producer::new(Some(Arc::new(self.broker)), Settings::default(), None);
        Cx::new(delivery, Arc::new(Context::new(Arc::new(self.states), producer)))
    }
}

impl fmt::Debug for CxBuilder {
    /// Names the record, never its content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "CxBuilder of {}[{}]@{}",
            self.topic, self.partition, self.offset
        )
    }
}
