//! The driver's tokens of messages that are not answered yet, found by numbers that rise by one.

use std::collections::VecDeque;

/// A window over the numbers from the oldest unanswered one on; no look-up, and no allocation once it has grown.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    first: u64,
    tokens: VecDeque<Option<u64>>,
    unanswered: usize,
}

impl Ledger {
    /// The number that the next [`push`](Self::push) gives.
    pub(super) fn next(&self) -> u64 {
        self.first + self.tokens.len() as u64
    }

    /// Notes a token.
    pub(super) fn push(&mut self, token: u64) -> u64 {
        let number = self.next();
        self.tokens.push_back(Some(token));
        self.unanswered += 1;
        number
    }

    /// Gives the token of a number, once.
    pub(super) fn take(&mut self, number: u64) -> Option<u64> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let token = self.tokens.get_mut(index)?.take()?;
        self.unanswered -= 1;
        while let Some(None) = self.tokens.front() {
            self.tokens.pop_front();
            self.first += 1;
        }
        Some(token)
    }

    /// How many are unanswered.
    pub(super) fn len(&self) -> usize {
        self.unanswered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_comes_back_once_in_any_order() {
        let mut ledger = Ledger::default();
        let numbers: Vec<u64> = [70, 71, 72].into_iter().map(|token| ledger.push(token)).collect();
        assert_eq!(numbers, [0, 1, 2]);
        assert_eq!(ledger.take(1), Some(71));
        assert_eq!(ledger.take(1), None);
        assert_eq!(ledger.take(0), Some(70));
        assert_eq!(ledger.take(0), None, "a number before the window");
        assert_eq!((ledger.push(73), ledger.len()), (3, 2));
        assert_eq!(
            (ledger.take(2), ledger.take(3), ledger.take(9)),
            (Some(72), Some(73), None)
        );
        assert_eq!((ledger.len(), ledger.next()), (0, 4));
    }
}
