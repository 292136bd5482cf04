//! How the handler of a record behaves: read from one number, of which 0 is the plainest.

use std::time::Duration;

use super::{Id, made};
use crate::delivery::Finish;
use crate::delivery::tests::load::Load;
use crate::outcome::Reason;

/// The delay that a handler asks for by itself, in milliseconds.
pub(super) const ASKED_DELAY: u64 = 7;

pub(super) fn is_pending(temper: u16) -> bool {
    temper / 80 % 2 == 1
}

pub(super) fn key(temper: u16) -> Option<u64> {
    u64::from(temper / 160 % 4).checked_sub(1)
}

pub(super) fn bytes(temper: u16) -> u32 {
    [1, 4, 9, 20][usize::from(temper / 640 % 4)]
}

fn asks_delay(temper: u16) -> bool {
    temper / 2560 % 2 == 1
}

pub(super) fn answer(temper: u16, id: Id, attempt: u32) -> Finish<Load> {
    let failures = [0, 0, 0, 0, 0, 0, 1, 1, 2, 9][usize::from(temper % 10)];
    if attempt <= failures {
        let after = asks_delay(temper).then(|| Duration::from_millis(ASKED_DELAY));
        return Finish::Retry(after, Reason::Exhausted, "it failed");
    }
    match temper / 10 % 8 {
        0 | 4 => Finish::Done(made(id, attempt, 0)),
        1 | 2 | 7 => Finish::Done(made(id, attempt, 1)),
        3 => Finish::Done(made(id, attempt, 2)),
        5 => Finish::Skip,
        _ => Finish::GiveUp(Reason::Rejected, "it was rejected"),
    }
}
