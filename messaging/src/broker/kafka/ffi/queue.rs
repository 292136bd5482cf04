//! A partition's queue of fetched records.
//!
//! rdkafka takes one record a call, which costs an event, two locks and several looks at the clock each; librdkafka can
//! give many at once ([`rd_kafka_consume_batch_queue`](rdsys::rd_kafka_consume_batch_queue)), for which rdkafka has no
//! call. That made the loop that only reads a quarter cheaper.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::Arc;

use rdkafka::bindings as rdsys;
use rdkafka::consumer::base_consumer::PartitionQueue;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::RDKafkaErrorCode;

use crate::broker::TopicPartition;
use crate::broker::kafka::rebalance::Member;

/// How many records are taken by one call: beyond this, a call's own cost no longer shows.
const AT_ONCE: usize = 100;

/// The queue of one partition; iterating takes what is in it, and never waits.
pub(crate) struct Queue<C: ConsumerContext + 'static = Member> {
    /// Taken and not given out yet, the next one last.
    taken: Vec<Result<Fetched, Trouble>>,
    handle: Handle,
    /// Separates the queue from the common one, wakes its reader, and keeps the client. It is to go last.
    _split: PartitionQueue<C>,
}

impl<C: ConsumerContext + 'static> Queue<C> {
    /// Separates a partition's queue; `wake` is called when it is no longer empty.
    pub(crate) fn split(
        consumer: &Arc<BaseConsumer<C>>,
        at: &TopicPartition,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Option<Queue<C>> {
        let mut split = consumer.split_partition_queue(&at.topic, at.partition)?;
        split.set_nonempty_callback(wake);
        Some(Queue {
            taken: Vec::new(),
            handle: Handle::of(consumer, at)?,
            _split: split,
        })
    }

    /// Drops what was taken and not given out.
    pub(crate) fn forget(&mut self) {
        self.taken.clear();
    }
}

impl<C: ConsumerContext + 'static> Iterator for Queue<C> {
    type Item = Result<Fetched, Trouble>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.taken.is_empty() {
            self.handle.take(&mut self.taken);
        }
        self.taken.pop()
    }
}

/// librdkafka's name for the queue.
struct Handle(NonNull<rdsys::rd_kafka_queue_t>);

// SAFETY: librdkafka guards its queues by locks and lets any thread use them.
unsafe impl Send for Handle {}

impl Handle {
    fn of<C: ConsumerContext>(consumer: &Arc<BaseConsumer<C>>, at: &TopicPartition) -> Option<Handle> {
        let topic = CString::new(&*at.topic).ok()?;
        // SAFETY: the client lives through this call, and the topic's name ends with a zero. The answer is ours to
        // destroy.
        let queue = unsafe {
            rdsys::rd_kafka_queue_get_partition(consumer.client().native_ptr(), topic.as_ptr(), at.partition)
        };
        NonNull::new(queue).map(Handle)
    }

    /// Takes what is there, up to [`AT_ONCE`], the first one last.
    fn take(&self, into: &mut Vec<Result<Fetched, Trouble>>) {
        let mut messages = [ptr::null_mut(); AT_ONCE];
        // SAFETY: the queue is alive until `drop`, and there is room for as many pointers as are named.
        let count = unsafe {
            rdsys::rd_kafka_consume_batch_queue(self.0.as_ptr(), 0, messages.as_mut_ptr(), messages.len())
        };
        // A negative count means that the client is at its end.
        let count = usize::try_from(count).unwrap_or(0);
        let taken = messages[..count].iter().rev().copied();
        into.extend(
            taken
                .filter_map(NonNull::new)
                .map(|message| Fetched(message).checked()),
        );
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: it was made by `of`, and nobody uses it any more.
        unsafe { rdsys::rd_kafka_queue_destroy(self.0.as_ptr()) };
    }
}

/// What librdkafka tells of a partition in place of a record.
pub(crate) struct Trouble {
    pub(crate) code: RDKafkaErrorCode,
    pub(crate) reason: String,
}

/// A record in librdkafka's memory.
pub(crate) struct Fetched(NonNull<rdsys::rd_kafka_message_t>);

// SAFETY: it is the only name of the message, and librdkafka lets any thread read and destroy it.
unsafe impl Send for Fetched {}

impl Fetched {
    fn checked(self) -> Result<Fetched, Trouble> {
        let code = match self.message().err {
            rdsys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR => return Ok(self),
            error => error.into(),
        };
        // The value of what is no record is librdkafka's text.
        let reason = String::from_utf8_lossy(self.value().unwrap_or_default()).into_owned();
        Err(Trouble { code, reason })
    }

    pub(crate) fn offset(&self) -> i64 {
        self.message().offset
    }

    /// Milliseconds since 1970, when the broker says.
    pub(crate) fn timestamp(&self) -> Option<i64> {
        let mut kind = rdsys::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        // SAFETY: the message is alive, and there is room for the kind.
        let time = unsafe { rdsys::rd_kafka_message_timestamp(self.0.as_ptr(), &raw mut kind) };
        let known = kind != rdsys::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        (known && time != -1).then_some(time)
    }

    pub(crate) fn key(&self) -> Option<&[u8]> {
        let message = self.message();
        // SAFETY: librdkafka gives the key's place and length; both stay until the message is destroyed.
        unsafe { bytes(message.key, message.key_len) }
    }

    pub(crate) fn value(&self) -> Option<&[u8]> {
        let message = self.message();
        // SAFETY: as for the key.
        unsafe { bytes(message.payload, message.len) }
    }

    /// The headers in their order. A name that is not UTF-8 has its bad bytes replaced by U+FFFD, and
    /// a name ends at its first zero byte: librdkafka hands it over without its length.
    pub(crate) fn each_header(&self, mut each: impl FnMut(&str, Option<&[u8]>)) {
        let mut headers = ptr::null_mut();
        // SAFETY: the message is alive and keeps the headers.
        let found = unsafe { rdsys::rd_kafka_message_headers(self.0.as_ptr(), &raw mut headers) };
        if found != rdsys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
            return;
        }
        for index in 0.. {
            let mut name: *const c_char = ptr::null();
            let mut value: *const c_void = ptr::null();
            let mut size = 0;
            // SAFETY: the headers are alive as long as the message; an index behind the last is answered by an error.
            let found = unsafe {
                rdsys::rd_kafka_header_get_all(headers, index, &raw mut name, &raw mut value, &raw mut size)
            };
            if found != rdsys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
                return;
            }
            // SAFETY: the name ends with a zero; the value has `size` bytes. Both stay as long as the message.
            let (name, value) = unsafe { (CStr::from_ptr(name), bytes(value, size)) };
            each(&name.to_string_lossy(), value);
        }
    }

    fn message(&self) -> &rdsys::rd_kafka_message_t {
        // SAFETY: it came from librdkafka and is destroyed by `drop` only.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        // SAFETY: it is ours, and this is its end.
        unsafe { rdsys::rd_kafka_message_destroy(self.0.as_ptr()) };
    }
}

/// # Safety
/// Unless `start` is null, `length` bytes are there for as long as `'a`.
unsafe fn bytes<'a>(start: *const c_void, length: usize) -> Option<&'a [u8]> {
    // SAFETY: the caller's promise.
    (!start.is_null()).then(|| unsafe { slice::from_raw_parts(start.cast(), length) })
}
