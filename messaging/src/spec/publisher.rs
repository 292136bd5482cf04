//! What `#[producer]` and `#[event]` leave behind.

use super::Place;
use crate::topic::TopicRef;

/// The description of a function that publishes what it returns: what `#[producer]` and `#[event]` leave behind.
#[derive(Clone, Debug)]
pub struct PublisherSpec {
    name: String,
    place: Place,
    topic: String,
    event: Option<String>,
    key: Option<&'static str>,
}

/// How a publisher writes what its function returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublisherKind {
    /// As it is: `#[producer]`.
    Producer,
    /// In an event's envelope: `#[event]`.
    Event,
}

impl PublisherSpec {
    /// A function called `name` that publishes to `topic`.
    #[doc(hidden)]
    pub fn new(name: impl Into<String>, place: Place, topic: impl TopicRef) -> PublisherSpec {
        PublisherSpec {
            name: name.into(),
            place,
            topic: topic.topic_name().to_owned(),
            event: None,
            key: None,
        }
    }

    /// The event's name; unset: the value is published as it is.
    #[doc(hidden)]
    pub fn with_event(mut self, name: impl Into<String>) -> PublisherSpec {
        self.event = Some(name.into());
        self
    }

    /// The field that is the key; unset: the topic's type may bring one.
    #[doc(hidden)]
    pub fn with_key(mut self, field: &'static str) -> PublisherSpec {
        self.key = Some(field);
        self
    }

    /// The function's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it stands in the source.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The topic it publishes to, without the setting `topic_prefix`.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// The name of the event it publishes; `None` for a `#[producer]`.
    pub fn event(&self) -> Option<&str> {
        self.event.as_deref()
    }

    /// The field that is its records' key, when the attribute names one.
    pub fn key_field(&self) -> Option<&'static str> {
        self.key
    }

    /// How it writes what the function returns.
    pub fn kind(&self) -> PublisherKind {
        match self.event {
            Some(_) => PublisherKind::Event,
            None => PublisherKind::Producer,
        }
    }
}
