//! Who waits for which receipt of a user's send.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::producer::{DeliveryResult, ProducerContext};
use tokio::sync::Notify;

use super::alone::Alone;
use super::error::{Meaning, Place, broker_error, meaning_of};
use super::given_back::{self, GivenBack};
use super::log;
use super::member::lock;
use crate::broker::{BrokerError, FailureHook, Waiter, WrittenAt};

/// Waiters by number; it outlives a client. The number of a message is 0 when nobody waits.
pub(super) struct Desk {
    address: String,
    limit: Duration,
    on_failure: FailureHook,
    seats: Alone<Mutex<Seats>>,
    room: Alone<Notify>,
    closed: AtomicBool,
    pub(super) given_back: GivenBack,
}

#[derive(Default)]
struct Seats {
    taken: Vec<Option<Waiter>>,
    free: Vec<usize>,
}

impl Desk {
    pub(super) fn new(address: String, limit: Duration, on_failure: FailureHook) -> Desk {
        Desk {
            address,
            limit,
            on_failure,
            seats: Alone::default(),
            room: Alone::default(),
            closed: AtomicBool::new(false),
            given_back: GivenBack::default(),
        }
    }

    /// Takes the waiter, if there is one, before its message is sent: the receipt may be faster than `send`. `None`
    /// when nobody would answer any more.
    pub(super) fn seat(&self, waiter: &mut Option<Waiter>) -> Option<usize> {
        if waiter.is_none() {
            return (!self.is_closed()).then_some(0);
        }
        let mut seats = lock(&self.seats);
        // Looked at under the lock: who sits down after `abandon` would sit for ever.
        if self.is_closed() {
            return None;
        }
        let waiter = waiter.take();
        match seats.free.pop() {
            Some(number) => {
                seats.taken[number - 1] = waiter;
                Some(number)
            }
            None => {
                seats.taken.push(waiter);
                Some(seats.taken.len())
            }
        }
    }

    /// Gives the waiter of a number, once.
    pub(super) fn unseat(&self, number: usize) -> Option<Waiter> {
        if number == 0 {
            return None;
        }
        let mut seats = lock(&self.seats);
        let waiter = seats.taken.get_mut(number - 1)?.take()?;
        seats.free.push(number);
        Some(waiter)
    }

    /// Until a message was answered.
    pub(super) async fn room(&self) {
        self.room.notified().await;
    }

    /// From now on what is dropped was dropped by us, and nobody sits down.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Closes, and answers all who wait: no receipt will.
    pub(super) fn abandon(&self) {
        self.close();
        let left = std::mem::take(&mut *lock(&self.seats)).taken;
        for waiter in left.into_iter().flatten() {
            let _ = waiter.answer(Err(BrokerError::Closed));
        }
        self.room.notify_waiters();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Answers a message that failed: who waits for it, or the hook when nobody does, or nobody any more.
    pub(super) fn failed(&self, number: usize, topic: &str, error: &KafkaError) {
        let error = self.explain(topic, error);
        if number == 0 {
            (self.on_failure)(topic, &error);
        } else if let Some(waiter) = self.unseat(number)
            && let Err(Err(error)) = waiter.answer(Err(error))
        {
            (self.on_failure)(topic, &error);
        }
    }

    pub(super) fn explain(&self, topic: &str, error: &KafkaError) -> BrokerError {
        if meaning_of(error) == Meaning::TimedOut {
            return BrokerError::TimedOut {
                topic: topic.to_owned(),
                limit: self.limit,
            };
        }
        let what = format!("sending to topic \"{topic}\"");
        broker_error(
            Place {
                what: &what,
                topic: Some(topic),
                address: &self.address,
            },
            error,
            None,
        )
    }

    fn written(&self, number: usize, message: &impl Message) {
        if let Some(waiter) = self.unseat(number) {
            let _ = waiter.answer(Ok(WrittenAt {
                partition: message.partition(),
                offset: message.offset(),
                timestamp: message.timestamp().to_millis(),
            }));
        }
    }
}

/// The context of the client.
pub(super) struct Receipts {
    desk: Arc<Desk>,
}

impl Receipts {
    pub(super) fn new(desk: Arc<Desk>) -> Receipts {
        Receipts { desk }
    }
}

impl ProducerContext for Receipts {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, tag: usize) {
        let number = given_back::number(tag);
        match result {
            Ok(message) => self.desk.written(number, message),
            Err((error, message)) => match meaning_of(error) {
                // Of a client that is of no use any more, which may have dropped it by itself.
                Meaning::Fatal | Meaning::Dropped if !self.desk.is_closed() => {
                    self.desk.given_back.push(tag, message.detach());
                    return self.desk.room.notify_waiters();
                }
                _ => self.desk.failed(number, message.topic(), error),
            },
        }
        self.desk.given_back.over();
        self.desk.room.notify_waiters();
    }
}

impl ClientContext for Receipts {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        log::log(level, facility, line);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, "{reason}");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn desk() -> Desk {
        Desk::new("b:9092".to_owned(), Duration::from_secs(1), Arc::new(|_, _| {}))
    }

    #[test]
    fn a_number_is_used_again_once_its_waiter_left() {
        let desk = desk();
        let seat = || desk.seat(&mut Some(Waiter::channel().0));
        assert_eq!(
            (seat(), seat(), desk.seat(&mut None)),
            (Some(1), Some(2), Some(0))
        );
        assert!(desk.unseat(1).is_some() && desk.unseat(1).is_none() && desk.unseat(0).is_none());
        assert_eq!((seat(), seat()), (Some(1), Some(3)));
    }

    #[test]
    fn who_waits_at_an_abandoned_desk_is_answered_and_nobody_sits_down_any_more() {
        let hook: FailureHook = Arc::new(|_, _| panic!("somebody waited"));
        let desk = Desk::new(String::new(), Duration::from_secs(1), hook);
        let (waiter, mut answer) = Waiter::channel();
        let number = desk.seat(&mut Some(waiter)).unwrap();
        desk.abandon();
        assert!(matches!(answer.try_recv().unwrap(), Err(BrokerError::Closed)));
        let mut late = Some(Waiter::channel().0);
        assert_eq!((desk.seat(&mut late), desk.seat(&mut None)), (None, None));
        assert!(late.is_some(), "the caller keeps it");
        assert!(desk.unseat(number).is_none());
        let dropped = KafkaError::MessageProduction(rdkafka::error::RDKafkaErrorCode::PurgeQueue);
        desk.failed(number, "t", &dropped);
    }

    #[test]
    fn a_failure_goes_to_its_waiter_or_to_the_hook() {
        let told = Arc::new(AtomicUsize::new(0));
        let count = told.clone();
        let hook: FailureHook = Arc::new(move |topic, _| {
            assert_eq!(topic, "t");
            count.fetch_add(1, Ordering::Relaxed);
        });
        let desk = Desk::new(String::new(), Duration::from_secs(7), hook);
        let error = KafkaError::MessageProduction(rdkafka::error::RDKafkaErrorCode::MessageTimedOut);
        let (waiter, mut answer) = Waiter::channel();
        let number = desk.seat(&mut Some(waiter)).unwrap();
        desk.failed(number, "t", &error);
        let answer = answer.try_recv().unwrap().unwrap_err();
        assert!(matches!(answer, BrokerError::TimedOut { limit, .. } if limit.as_secs() == 7));
        assert_eq!(told.load(Ordering::Relaxed), 0);
        desk.failed(0, "t", &error);
        assert_eq!(told.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_failure_whose_waiter_has_gone_goes_to_the_hook() {
        let told = Arc::new(AtomicUsize::new(0));
        let count = told.clone();
        let hook: FailureHook = Arc::new(move |topic, error| {
            assert_eq!(topic, "t");
            assert!(matches!(error, BrokerError::TimedOut { .. }));
            count.fetch_add(1, Ordering::Relaxed);
        });
        let desk = Desk::new(String::new(), Duration::from_secs(7), hook);
        let error = KafkaError::MessageProduction(rdkafka::error::RDKafkaErrorCode::MessageTimedOut);
        let (waiter, answer) = Waiter::channel();
        let number = desk.seat(&mut Some(waiter)).unwrap();
        drop(answer);
        desk.failed(number, "t", &error);
        assert_eq!(told.load(Ordering::Relaxed), 1);
        desk.failed(number, "t", &error);
        assert_eq!(told.load(Ordering::Relaxed), 1, "a message fails once");
    }
}
