//! What clients gave back, until the next one takes it, in the order of the first sends.
//!
//! A purge gives back what librdkafka has not looked at yet before what is on its way, so the newest first. Each
//! message therefore carries its place among all sends, beside the number of its waiter.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use rdkafka::error::KafkaError;
use rdkafka::message::OwnedMessage;

use super::alone::Alone;
use super::member::lock;

/// A client carries one word with a message: the number, and above it as much of the place as there is room for.
const NUMBER: u32 = u32::BITS;
const _: () = assert!(usize::BITS == 2 * NUMBER, "the Kafka adapter needs 64 bits");

/// A message with the number of who waits for it.
type Numbered = (usize, OwnedMessage);

/// See the module.
#[derive(Default)]
pub(super) struct GivenBack {
    /// By place.
    pub(super) waiting: Mutex<BTreeMap<u64, Numbered>>,
    /// How many places were given.
    places: Alone<AtomicU64>,
    /// Of how many of those the messages are answered, or were not taken by the client.
    over: Alone<AtomicU64>,
}

impl GivenBack {
    /// What a message carries through the client that is sent now.
    pub(super) fn tag(&self, number: usize) -> usize {
        tag(self.places.fetch_add(1, Ordering::Relaxed), number)
    }

    pub(super) fn push(&self, tag: usize, message: OwnedMessage) {
        lock(&self.waiting).insert(self.place(tag), (number(tag), message));
    }

    /// Sends the first one, and forgets it only when it was taken; `None` when there is none.
    pub(super) fn send_first(
        &self,
        send: impl FnOnce(&OwnedMessage, usize) -> Result<(), KafkaError>,
    ) -> Option<Result<(), KafkaError>> {
        let mut waiting = lock(&self.waiting);
        let first = waiting.first_entry()?;
        let (number, message) = first.get();
        let sent = send(message, tag(*first.key(), *number));
        if sent.is_ok() {
            first.remove();
        }
        Some(sent)
    }

    pub(super) fn take_first(&self) -> Option<Numbered> {
        lock(&self.waiting).pop_first().map(|(_, numbered)| numbered)
    }

    /// A message that had a place is answered, or was not taken.
    pub(super) fn over(&self) {
        self.over.fetch_add(1, Ordering::AcqRel);
    }

    /// How many messages are with a client or wait here. The client's own count has its logs and errors in it.
    pub(super) fn unanswered(&self) -> usize {
        // In this order, or one that is sent and answered in between would count as less than none.
        let over = self.over.load(Ordering::Acquire);
        let places = self.places.load(Ordering::Acquire);
        usize::try_from(places - over).unwrap_or(usize::MAX)
    }

    /// The whole place of a message, which is among the last 2³² ones.
    fn place(&self, tag: usize) -> u64 {
        let next = self.places.load(Ordering::Relaxed);
        let behind = (next as u32).wrapping_sub((tag >> NUMBER) as u32);
        next.wrapping_sub(u64::from(behind))
    }
}

fn tag(place: u64, number: usize) -> usize {
    (place as usize) << NUMBER | number
}

/// The number in what a message carries.
pub(super) fn number(tag: usize) -> usize {
    tag as u32 as usize
}

#[cfg(test)]
mod tests {
    use rdkafka::Timestamp;

    use super::*;

    fn message() -> OwnedMessage {
        OwnedMessage::new(None, None, "t".to_owned(), Timestamp::NotAvailable, -1, 0, None)
    }

    #[test]
    fn what_comes_back_in_any_order_goes_in_that_of_the_sends() {
        let given_back = GivenBack::default();
        // Places whose lower halves begin anew, and numbers that are used again.
        given_back
            .places
            .store(u64::from(u32::MAX) - 1, Ordering::Relaxed);
        let tags = [3, 0, 7, 1].map(|number| given_back.tag(number));
        for back in [2, 0, 3, 1] {
            given_back.push(tags[back], message());
        }
        let mut sent = Vec::new();
        while let Some(result) = given_back.send_first(|_, tag| {
            sent.push(tag);
            Ok(())
        }) {
            result.unwrap();
        }
        assert_eq!(sent, tags);
        assert_eq!(sent.into_iter().map(number).collect::<Vec<_>>(), [3, 0, 7, 1]);
    }

    #[test]
    fn one_that_is_not_taken_stays_the_first() {
        let given_back = GivenBack::default();
        for number in [5, 6] {
            given_back.push(given_back.tag(number), message());
        }
        let full = || KafkaError::MessageProduction(rdkafka::error::RDKafkaErrorCode::QueueFull);
        assert!(given_back.send_first(|_, _| Err(full())).unwrap().is_err());
        assert_eq!(given_back.unanswered(), 2);
        given_back.over();
        assert_eq!(given_back.unanswered(), 1);
        assert_eq!(given_back.take_first().unwrap().0, 5);
    }
}
