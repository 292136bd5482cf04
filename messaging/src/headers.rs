//! The names of the headers this crate writes and reads.
//!
//! They are fixed: programs in other languages and older versions of this crate rely on them. A header is set only
//! where something asks for it, because each one costs the producer (see `docs/reports`).

/// Identifies a message for deduplication; a UUIDv7.
pub const MESSAGE_ID: &str = "message-id";
/// Routes an event to its handler.
pub const EVENT_TYPE: &str = "event-type";
/// The media type of the value.
pub const CONTENT_TYPE: &str = "content-type";
/// W3C Trace Context, <https://www.w3.org/TR/trace-context/>.
pub const TRACEPARENT: &str = "traceparent";

/// What a dead letter says about the record it was made from.
pub mod dlq {
    /// Every header of a dead letter starts so.
    pub const PREFIX: &str = "messaging.dlq.";
    /// The topic the record came from.
    pub const TOPIC: &str = "messaging.dlq.topic";
    /// Its partition there.
    pub const PARTITION: &str = "messaging.dlq.partition";
    /// Its offset there.
    pub const OFFSET: &str = "messaging.dlq.offset";
    /// Its timestamp in milliseconds since 1970; the dead letter itself is dated now, or retention would delete it.
    pub const TIMESTAMP: &str = "messaging.dlq.timestamp";
    /// The consumer group that gave it up.
    pub const GROUP: &str = "messaging.dlq.group";
    /// The worker that gave it up.
    pub const WORKER: &str = "messaging.dlq.worker";
    /// One of `decode`, `rejected`, `exhausted`, `timeout`, `panic`, `output`.
    pub const REASON: &str = "messaging.dlq.reason";
    /// The error with its causes.
    pub const ERROR: &str = "messaging.dlq.error";
    /// How many tries it had; 1 where it could not be read, so that its handler was never called.
    pub const ATTEMPTS: &str = "messaging.dlq.attempts";
    /// When it was given up, in milliseconds since 1970.
    pub const FAILED_AT: &str = "messaging.dlq.failed-at";
    /// How often the record was replayed from a dead letter topic. On the replayed record, and so on its next dead
    /// letter.
    pub const REPLAYS: &str = "messaging.dlq.replays";
    /// The most bytes that [`ERROR`] takes; the rest is cut, in the log too.
    pub const ERROR_LIMIT: usize = 7 * 1024;
}
