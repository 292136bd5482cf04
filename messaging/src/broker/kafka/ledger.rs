//! The driver's tokens of messages that are not answered yet, and the order in which they were sent.

use slab::Slab;

/// Entries by numbers that are used again. A window of rising numbers would be simpler, but one message that waits for
/// its topic for hours would keep room for all that were answered behind it.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    unanswered: Slab<Sent>,
    sent: u64,
}

#[derive(Debug)]
struct Sent {
    token: u64,
    /// How many were sent before it.
    place: u64,
}

impl Ledger {
    /// The number that the next [`push`](Self::push) gives.
    pub(super) fn next(&self) -> usize {
        self.unanswered.vacant_key()
    }

    /// Notes a token.
    pub(super) fn push(&mut self, token: u64) -> usize {
        let place = self.sent;
        self.sent += 1;
        self.unanswered.insert(Sent { token, place })
    }

    /// Where an unanswered message stands in the order of the sends.
    pub(super) fn place(&self, number: usize) -> Option<u64> {
        self.unanswered.get(number).map(|sent| sent.place)
    }

    /// Gives the token of a number, which is free again.
    pub(super) fn take(&mut self, number: usize) -> Option<u64> {
        self.unanswered.try_remove(number).map(|sent| sent.token)
    }

    /// How many are unanswered.
    pub(super) fn len(&self) -> usize {
        self.unanswered.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_comes_back_by_its_number_and_knows_its_place() {
        let mut ledger = Ledger::default();
        let numbers: Vec<usize> = [70, 71, 72].into_iter().map(|token| ledger.push(token)).collect();
        assert_eq!(ledger.take(numbers[1]), Some(71));
        assert_eq!(ledger.take(numbers[1]), None);
        let next = ledger.next();
        assert_eq!(ledger.push(73), next);
        let places = [numbers[0], numbers[2], next].map(|number| ledger.place(number));
        assert_eq!(
            places,
            [Some(0), Some(2), Some(3)],
            "though a number is used again"
        );
        assert_eq!(ledger.len(), 3);
        assert_eq!((ledger.take(next), ledger.take(9)), (Some(73), None));
    }

    #[test]
    fn one_that_is_never_answered_keeps_no_room_for_the_others() {
        let mut ledger = Ledger::default();
        ledger.push(0);
        for token in 1..100_000 {
            let number = ledger.push(token);
            assert_eq!(ledger.take(number), Some(token));
        }
        assert!(ledger.unanswered.capacity() < 16);
    }
}
