//! Events of a domain model: [`DomainEvent`] and [`EventPublisher`].

use bytes::Bytes;
use serde::Serialize;

use crate::broker::Receipt;
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::message::Message;
use crate::payload::{EncodeError, Format, encode_serde};
use crate::producer::{Producer, Publish};

/// Something that happened to an aggregate of the domain model, such as an order that was placed.
///
/// An [`EventPublisher`] writes it to the topic `events.{event_type in lower case}`, with the aggregate's id as the
/// key, so that the events of one aggregate stay in order where they have one type.
///
/// ```
/// use messaging::DomainEvent;
/// use serde::Serialize;
///
/// #[derive(Serialize)]
/// struct OrderPlaced {
///     order_id: u64,
///     total: f64,
/// }
///
/// impl DomainEvent for OrderPlaced {
///     fn event_type(&self) -> &str {
///         "OrderPlaced"
///     }
///     fn aggregate_id(&self) -> String {
///         self.order_id.to_string()
///     }
/// }
/// ```
pub trait DomainEvent: Serialize {
    /// What happened, such as `OrderPlaced` or `order.placed`. In lower case it is part of the topic's name.
    fn event_type(&self) -> &str;

    /// To which aggregate it happened: the record's key.
    fn aggregate_id(&self) -> String;
}

/// Publishes [`DomainEvent`]s. Cheap to clone.
///
/// A record is `{"event_id", "event_type", "occurred_at", "data"}`, where `data` is the event itself, the id a UUIDv7,
/// and the time that of publishing, in UTC as RFC 3339.
///
/// ```no_run
/// # use serde::Serialize;
/// # #[derive(Serialize)]
/// # struct OrderPlaced { order_id: u64 }
/// # impl messaging::DomainEvent for OrderPlaced {
/// #     fn event_type(&self) -> &str { "OrderPlaced" }
/// #     fn aggregate_id(&self) -> String { self.order_id.to_string() }
/// # }
/// # async fn example() -> messaging::Result<()> {
/// use messaging::{EventPublisher, get_producer};
///
/// let publisher = EventPublisher::new(get_producer()?);
/// publisher.publish(&OrderPlaced { order_id: 7 }).await?; // to `events.orderplaced`, with the key `7`
/// # Ok(())
/// # }
/// ```
///
/// This is a dual write, as `#[producer]` is, beside whatever stores the aggregate: see there for the outbox.
#[derive(Clone, Debug)]
pub struct EventPublisher {
    producer: Producer,
}

/// A domain event on the wire.
#[derive(Serialize)]
struct Envelope<'a, E> {
    event_id: &'a str,
    event_type: &'a str,
    #[serde(serialize_with = "crate::event::write_time")]
    occurred_at: chrono::DateTime<chrono::Utc>,
    data: &'a E,
}

impl EventPublisher {
    /// A publisher that sends with `producer`.
    pub fn new(producer: Producer) -> EventPublisher {
        EventPublisher { producer }
    }

    /// Starts the publishing of an event; await it for the receipt. It takes [`Publish`]'s options, such as headers.
    pub fn publish<E: DomainEvent>(&self, event: &E) -> Publish {
        match message_of(event) {
            Ok(message) => self.producer.send_message(topic_of(event), message),
            Err(error) => Publish::failed(error),
        }
    }

    /// Publishes events that may be of several types of one enumeration, all at once as
    /// [`Producer::send_batch`] does, and answers their receipts in order. None is published when one cannot be
    /// written.
    ///
    /// # Errors
    /// An event that has no JSON form; and as [`Producer::send_batch`], when any was not written.
    pub async fn publish_all<'a, E: DomainEvent + 'a>(
        &self,
        events: impl IntoIterator<Item = &'a E>,
    ) -> Result<Vec<Receipt>> {
        let messages = events.into_iter().map(message_of);
        let messages = messages.collect::<Result<Vec<Message<Bytes>>>>()?;
        // Each message names its own.
        self.producer.send_batch("events", messages).await
    }
}

fn topic_of(event: &impl DomainEvent) -> String {
    format!("events.{}", event.event_type().to_lowercase())
}

/// # Errors
/// When the event has no JSON form.
fn message_of<E: DomainEvent>(event: &E) -> Result<Message<Bytes>> {
    let unwritten = |source| {
        Error::from(Kind::Encode {
            topic: topic_of(event),
            source,
        })
    };
    let value = in_envelope(event).map_err(unwritten)?;
    Ok(Message::new(value)
        .key(event.aggregate_id())
        .topic(topic_of(event)))
}

fn in_envelope<E: DomainEvent>(event: &E) -> std::result::Result<Bytes, EncodeError> {
    // Id and time are made as those of every event.
    let stamp = Event::new("", ());
    let envelope = Envelope {
        event_id: &stamp.event_id,
        event_type: event.event_type(),
        occurred_at: stamp.occurred_at,
        data: event,
    };
    let mut value = Vec::new();
    encode_serde(&envelope, Format::Json, &mut value)?;
    Ok(value.into())
}
