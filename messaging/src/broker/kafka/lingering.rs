//! Messages that wait for company on our side of the client.
//!
//! The client's own linger cannot be cut short: it ignores it while `rd_kafka_flush` waits, and rdkafka only ever calls
//! that with no time to wait. So the client lingers not at all, and gets its messages in bunches: when the first of them
//! has waited long enough, when they make a batch, or when somebody waits for one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use rdkafka::message::OwnedMessage;

use super::member::lock;
use super::now;

/// The most messages that wait here, as librdkafka's own queue.
const MOST: usize = 100_000;

/// The most bytes of keys and values that wait here.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// How many bytes do not wait for more, unless `kafka_max_batch_size` says otherwise: librdkafka's largest batch.
const BATCH: usize = 1_000_000;

/// A message with the number of who waits for it.
pub(super) type Numbered = (usize, OwnedMessage);

/// See the module.
pub(super) struct Lingering {
    linger: Duration,
    batch: usize,
    bunch: Mutex<Bunch>,
    /// Waiting, or on their way to the client.
    count: AtomicUsize,
    thread: OnceLock<Thread>,
}

#[derive(Default)]
struct Bunch {
    messages: Vec<Numbered>,
    bytes: usize,
    due: Option<Instant>,
    /// Nobody waits for more.
    ended: bool,
}

impl Lingering {
    pub(super) fn new(linger: Duration, batch: Option<u32>) -> Lingering {
        Lingering {
            linger,
            batch: batch.map_or(BATCH, |batch| batch as usize),
            bunch: Mutex::default(),
            count: AtomicUsize::new(0),
            thread: OnceLock::new(),
        }
    }

    /// Puts a message behind the others; `None` when there is no room. The order of calls is the order of messages.
    pub(super) fn push(&self, bytes: usize, message: impl FnOnce() -> Numbered) -> Option<()> {
        let mut bunch = lock(&self.bunch);
        if self.count() >= MOST || bunch.bytes >= MOST_BYTES {
            return None;
        }
        bunch.messages.push(message());
        bunch.bytes += bytes;
        self.count.fetch_add(1, Ordering::AcqRel);
        if bunch.bytes >= self.batch {
            bunch.due = Some(now());
            self.wake();
        } else if bunch.due.is_none() {
            bunch.due = Some(now() + self.linger);
            self.wake();
        }
        Some(())
    }

    /// Those that are here wait no longer.
    pub(super) fn hurry(&self) {
        let mut bunch = lock(&self.bunch);
        if !bunch.messages.is_empty() {
            bunch.due = Some(now());
            self.wake();
        }
    }

    /// How many wait, or are on their way to the client.
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// A message was taken by the client, or failed.
    pub(super) fn gone(&self) {
        self.count.fetch_sub(1, Ordering::AcqRel);
    }

    /// Waits for the next bunch, on the thread that carries them; empty when it was woken for something else, `None` at
    /// the end.
    pub(super) fn next(&self) -> Option<Vec<Numbered>> {
        let _ = self.thread.set(thread::current());
        let due = {
            let mut bunch = lock(&self.bunch);
            match bunch.due {
                _ if bunch.ended => return None,
                Some(due) if due <= now() => return Some(bunch.take()),
                due => due,
            }
        };
        match due {
            Some(due) => thread::park_timeout(due.saturating_duration_since(now())),
            None => thread::park(),
        }
        Some(Vec::new())
    }

    /// The thread that carries them is to end.
    pub(super) fn end(&self) {
        // Under the lock: said between the thread's look and its sleep, it would be missed.
        lock(&self.bunch).ended = true;
        self.wake();
    }

    /// What waits at the end.
    pub(super) fn rest(&self) -> Vec<Numbered> {
        lock(&self.bunch).take()
    }

    /// Wakes the thread that carries them.
    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

impl Bunch {
    fn take(&mut self) -> Vec<Numbered> {
        (self.bytes, self.due) = (0, None);
        std::mem::take(&mut self.messages)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rdkafka::Timestamp;

    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    fn message(number: usize) -> Numbered {
        let message = OwnedMessage::new(None, None, "t".to_owned(), Timestamp::NotAvailable, -1, 0, None);
        (number, message)
    }

    /// The next bunch, carried by a thread of its own, as numbers.
    fn carried(lingering: &Arc<Lingering>) -> thread::JoinHandle<Vec<usize>> {
        let lingering = lingering.clone();
        let carry = move || loop {
            let bunch = lingering.next().expect("not ended");
            if !bunch.is_empty() {
                return bunch.iter().map(|(number, _)| *number).collect();
            }
        };
        thread::Builder::new().spawn(carry).unwrap()
    }

    #[test]
    fn a_bunch_goes_in_order_when_somebody_hurries() {
        let lingering = Arc::new(Lingering::new(LONG, None));
        let carried = carried(&lingering);
        for number in 1..=3 {
            lingering.push(10, || message(number)).unwrap();
        }
        assert!(!carried.is_finished());
        lingering.hurry();
        assert_eq!(carried.join().unwrap(), [1, 2, 3]);
        assert_eq!(lingering.count(), 3, "on their way");
    }

    #[test]
    fn a_full_batch_and_the_end_of_the_linger_send_it_too() {
        let full = Arc::new(Lingering::new(LONG, Some(100)));
        full.push(99, || message(1)).unwrap();
        full.push(1, || message(2)).unwrap();
        assert_eq!(carried(&full).join().unwrap(), [1, 2]);
        let short = Arc::new(Lingering::new(Duration::from_millis(1), None));
        short.push(1, || message(7)).unwrap();
        assert_eq!(carried(&short).join().unwrap(), [7]);
    }

    #[test]
    fn the_end_comes_before_what_waits_and_before_the_thread() {
        let lingering = Lingering::new(LONG, None);
        lingering.push(1, || message(7)).unwrap();
        lingering.end();
        assert!(lingering.next().is_none());
        assert_eq!(lingering.rest().len(), 1);
    }

    #[test]
    fn there_is_an_end_to_how_many_wait() {
        let lingering = Lingering::new(LONG, None);
        lingering.push(MOST_BYTES, || message(1)).unwrap();
        assert!(lingering.push(1, || panic!("not taken")).is_none());
    }
}
