//! A producer that names its topics by librdkafka's handles.
//!
//! rdkafka names the topic of each message by its text. That costs an allocation, and a search among all topics under
//! the client's lock; [`rd_kafka_produce`](rdsys::rd_kafka_produce) takes a handle, for which rdkafka has no call. That
//! made handing over a message a third cheaper.

use std::collections::HashMap;
use std::ffi::{CString, c_void};
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::time::Duration;

use rdkafka::IntoOpaque;
use rdkafka::bindings as rdsys;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::producer::{BaseProducer, Producer, ProducerContext};
use rustc_hash::FxBuildHasher;

use crate::broker::Outbound;
use crate::broker::kafka::send::record;

/// How many handles are kept: enough for the topics of any program, and a bound for one that makes up names as it goes.
const KEPT: usize = 1_000;

/// The partition that the partitioner chooses: `RD_KAFKA_PARTITION_UA`, a macro that the bindings leave out.
const ANY: i32 = -1;

/// A client, and a handle of each topic it sent to.
pub(crate) struct HandleProducer<C: ProducerContext<DeliveryOpaque = usize>> {
    /// They are to go before their client, so they stand before it.
    topics: HashMap<Box<str>, Topic, FxBuildHasher>,
    base: Arc<BaseProducer<C>>,
}

impl<C: ProducerContext<DeliveryOpaque = usize>> HandleProducer<C> {
    pub(crate) fn new(base: Arc<BaseProducer<C>>) -> HandleProducer<C> {
        HandleProducer {
            topics: HashMap::default(),
            base,
        }
    }

    /// rdkafka's producer, for all else than sending.
    pub(crate) fn base(&self) -> &Arc<BaseProducer<C>> {
        &self.base
    }

    /// Hands a message over, which librdkafka copies. Its receipt carries the number.
    pub(crate) fn send(&mut self, message: Outbound<'_>, number: usize) -> KafkaResult<()> {
        // The call that takes a handle takes no headers. Both calls end in the same queue, so their order holds.
        if !message.headers.is_empty() {
            return self.send_by_name(message, number);
        }
        match self.topics.get(message.topic) {
            Some(topic) => topic.send(message, number),
            None => self.meet(message.topic)?.send(message, number),
        }
    }

    /// The same for many threads at once: by the topic's handle if it was [met](Self::meet), else by its name.
    pub(crate) fn send_shared(&self, message: Outbound<'_>, number: usize) -> KafkaResult<()> {
        match self.topics.get(message.topic) {
            Some(topic) if message.headers.is_empty() => topic.send(message, number),
            _ => self.send_by_name(message, number),
        }
    }

    fn send_by_name(&self, message: Outbound<'_>, number: usize) -> KafkaResult<()> {
        self.base
            .send(record(message, number))
            .map_err(|(error, _)| error)
    }

    /// Whether its topic is worth a handle: not for one of too many, nor for a message that is sent by name.
    pub(crate) fn is_to_meet(&self, message: Outbound<'_>) -> bool {
        message.headers.is_empty() && self.topics.len() < KEPT && !self.topics.contains_key(message.topic)
    }

    /// Keeps a handle of the topic.
    pub(crate) fn meet(&mut self, name: &str) -> KafkaResult<&Topic> {
        if self.topics.len() >= KEPT {
            self.topics.clear();
        }
        let topic = Topic::of(&self.base, name)?;
        Ok(self.topics.entry(name.into()).or_insert(topic))
    }
}

/// Waits until nothing is with the client any more, at most that long, and says whether it came so. Meanwhile the
/// client ignores its linger, which it does not for rdkafka's flush: that never waits in librdkafka. Another thread has
/// to serve the receipts.
pub(crate) fn flush<C: ProducerContext>(base: &BaseProducer<C>, longest: Duration) -> bool {
    let longest = i32::try_from(longest.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: the client lives through this call.
    let left = unsafe { rdsys::rd_kafka_flush(base.client().native_ptr(), longest) };
    left == rdsys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR
}

/// librdkafka's name for a topic of one client.
pub(crate) struct Topic(NonNull<rdsys::rd_kafka_topic_t>);

// SAFETY: librdkafka counts a topic's users and guards it by a lock, and lets any thread use it.
unsafe impl Send for Topic {}
// SAFETY: as above.
unsafe impl Sync for Topic {}

impl Topic {
    /// Asking for no configuration gives the topic the client's own, as naming it by its text does: both end in
    /// `rd_kafka_topic_new0`.
    fn of<C: ProducerContext>(base: &BaseProducer<C>, name: &str) -> KafkaResult<Topic> {
        let name = CString::new(name)?;
        let client = base.client().native_ptr();
        // SAFETY: the client lives through this call, and the name ends with a zero. The answer is ours to destroy.
        let topic = unsafe { rdsys::rd_kafka_topic_new(client, name.as_ptr(), ptr::null_mut()) };
        NonNull::new(topic).map(Topic).ok_or_else(last_error)
    }

    fn send(&self, message: Outbound<'_>, number: usize) -> KafkaResult<()> {
        let (key, key_length) = parts(message.key);
        let (value, length) = parts(message.value);
        // SAFETY: the handle is alive until `drop`, and its client longer. Key and value have as many bytes as are
        // named and are copied, so nobody writes to them. The client's context takes numbers, and this is one.
        let failed = unsafe {
            rdsys::rd_kafka_produce(
                self.0.as_ptr(),
                ANY,
                rdsys::RD_KAFKA_MSG_F_COPY,
                value.cast_mut(),
                length,
                key,
                key_length,
                number.into_ptr(),
            )
        };
        if failed == 0 { Ok(()) } else { Err(last_error()) }
    }
}

impl Drop for Topic {
    fn drop(&mut self) {
        // SAFETY: it was made by `of`, and nobody uses it any more.
        unsafe { rdsys::rd_kafka_topic_destroy(self.0.as_ptr()) };
    }
}

/// Where bytes are, and how many: null for none, which empty ones are not.
fn parts(bytes: Option<&[u8]>) -> (*const c_void, usize) {
    bytes.map_or((ptr::null(), 0), |bytes| (bytes.as_ptr().cast(), bytes.len()))
}

/// Why the last call of this thread failed.
fn last_error() -> KafkaError {
    // SAFETY: it only reads a number, which each thread has for itself.
    let code = unsafe { rdsys::rd_kafka_last_error() };
    KafkaError::MessageProduction(code.into())
}

#[cfg(test)]
mod tests;
