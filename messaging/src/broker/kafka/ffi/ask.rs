//! A question to the broker that rdkafka has no call for: sent, waited for, answered by one event.

use std::ffi::{CStr, c_char, c_int};
use std::ptr::{self, NonNull};
use std::slice;
use std::time::Duration;

use rdkafka::bindings as rdsys;
use rdkafka::client::{Client, ClientContext};
use rdkafka::error::{IsError, KafkaError, KafkaResult, RDKafkaErrorCode};

/// How much longer than the request itself its answer is waited for: librdkafka says by itself that the time is over.
const GRACE: Duration = Duration::from_secs(5);

/// What is asked: librdkafka's number for the question, and the call that sends it.
pub(super) type Send<'a> = &'a mut dyn FnMut(
    *mut rdsys::rd_kafka_t,
    *const rdsys::rd_kafka_AdminOptions_t,
    *mut rdsys::rd_kafka_queue_t,
);

/// Asks, and blocks until the answer is there or `limit` is over.
pub(super) fn ask<C: ClientContext>(
    client: &Client<C>,
    operation: rdsys::rd_kafka_admin_op_t,
    limit: Duration,
    send: Send<'_>,
) -> KafkaResult<Answer> {
    let queue = Queue::of(client)?;
    let options = Options::of(client, operation, limit)?;
    send(client.native_ptr(), options.0.as_ptr(), queue.0.as_ptr());
    let answer = queue.wait(limit + GRACE)?;
    // SAFETY: the event is alive until it is dropped.
    let code = unsafe { rdsys::rd_kafka_event_error(answer.event()) };
    if code.is_error() {
        return Err(KafkaError::AdminOp(code.into()));
    }
    Ok(answer)
}

/// The event that answers; what it shows lives as long as it does.
pub(super) struct Answer(NonNull<rdsys::rd_kafka_event_t>);

impl Answer {
    /// librdkafka's name for it.
    pub(super) fn event(&self) -> *mut rdsys::rd_kafka_event_t {
        self.0.as_ptr()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        // SAFETY: it was given to us by the queue, and this is its end.
        unsafe { rdsys::rd_kafka_event_destroy(self.event()) };
    }
}

struct Queue(NonNull<rdsys::rd_kafka_queue_t>);

impl Queue {
    fn of<C: ClientContext>(client: &Client<C>) -> KafkaResult<Queue> {
        // SAFETY: the client lives through this call. The answer is ours to destroy.
        let queue = unsafe { rdsys::rd_kafka_queue_new(client.native_ptr()) };
        NonNull::new(queue).map(Queue).ok_or_else(no_memory)
    }

    fn wait(&self, limit: Duration) -> KafkaResult<Answer> {
        // SAFETY: the queue is alive until `drop`; an event it gives is ours to destroy.
        let event = unsafe { rdsys::rd_kafka_queue_poll(self.0.as_ptr(), millis(limit)) };
        let late = KafkaError::AdminOp(RDKafkaErrorCode::OperationTimedOut);
        NonNull::new(event).map(Answer).ok_or(late)
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // SAFETY: it was made by `of`. librdkafka counts its users, so an answer that comes later still finds it.
        unsafe { rdsys::rd_kafka_queue_destroy(self.0.as_ptr()) };
    }
}

struct Options(NonNull<rdsys::rd_kafka_AdminOptions_t>);

impl Options {
    fn of<C: ClientContext>(
        client: &Client<C>,
        operation: rdsys::rd_kafka_admin_op_t,
        limit: Duration,
    ) -> KafkaResult<Options> {
        // SAFETY: the client lives through this call. The answer is ours to destroy.
        let options = unsafe { rdsys::rd_kafka_AdminOptions_new(client.native_ptr(), operation) };
        let options = NonNull::new(options).map(Options).ok_or_else(no_memory)?;
        let mut why = [0; 256];
        // SAFETY: the options are alive, and there is room for as many characters as are named.
        let refused = unsafe {
            rdsys::rd_kafka_AdminOptions_set_request_timeout(
                options.0.as_ptr(),
                millis(limit),
                why.as_mut_ptr(),
                why.len(),
            )
        };
        if refused.is_error() {
            return Err(KafkaError::AdminOp(refused.into()));
        }
        if changes_topics(operation) {
            options.wait_for_the_broker(limit)?;
        }
        Ok(options)
    }

    /// The broker answers once it is done, not once it has begun.
    fn wait_for_the_broker(&self, limit: Duration) -> KafkaResult<()> {
        // SAFETY: the options are alive; where no text is wanted, null is allowed.
        let refused = unsafe {
            rdsys::rd_kafka_AdminOptions_set_operation_timeout(
                self.0.as_ptr(),
                millis(limit),
                ptr::null_mut(),
                0,
            )
        };
        if refused.is_error() {
            return Err(KafkaError::AdminOp(refused.into()));
        }
        Ok(())
    }
}

impl Drop for Options {
    fn drop(&mut self) {
        // SAFETY: they were made by `of`; librdkafka has copied them into the question.
        unsafe { rdsys::rd_kafka_AdminOptions_destroy(self.0.as_ptr()) };
    }
}

/// Which questions take a time for the broker's work.
fn changes_topics(operation: rdsys::rd_kafka_admin_op_t) -> bool {
    use rdsys::rd_kafka_admin_op_t as Operation;
    matches!(
        operation,
        Operation::RD_KAFKA_ADMIN_OP_CREATETOPICS | Operation::RD_KAFKA_ADMIN_OP_CREATEPARTITIONS
    )
}

fn millis(limit: Duration) -> c_int {
    c_int::try_from(limit.as_millis()).unwrap_or(c_int::MAX)
}

fn no_memory() -> KafkaError {
    KafkaError::AdminOpCreation("no memory is left".to_owned())
}

/// A text of librdkafka's; null is empty, and what is not UTF-8 is replaced.
///
/// # Safety
/// Unless it is null, it ends with a zero.
pub(super) unsafe fn text(start: *const c_char) -> String {
    if start.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(start) }.to_string_lossy().into_owned()
}

/// An array of librdkafka's, where `get` says where it begins and how many elements it has.
///
/// # Safety
/// What `get` says is true for as long as `'a`.
pub(super) unsafe fn array<'a, T>(get: impl FnOnce(*mut usize) -> *mut *const T) -> &'a [*const T] {
    let mut count = 0;
    let start = get(ptr::from_mut(&mut count));
    if start.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { slice::from_raw_parts(start, count) }
}

/// The failure inside an answer, if there is one.
///
/// # Safety
/// Unless it is null, the error is alive.
pub(super) unsafe fn check(error: *const rdsys::rd_kafka_error_t) -> KafkaResult<()> {
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: the caller's promise.
    let code = unsafe { rdsys::rd_kafka_error_code(error) };
    if code.is_error() {
        return Err(KafkaError::AdminOp(code.into()));
    }
    Ok(())
}
