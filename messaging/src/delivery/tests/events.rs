//! A sequence: the rules a core is made with, and what then happens to it.

use std::time::Duration;

use proptest::prelude::*;

use crate::delivery::policy::{Backoff, OnExhausted, Order, RetryPolicy};
use crate::delivery::{Rules, Settlement};

/// How many partitions there are.
pub(super) const SLOTS: u16 = 3;
/// How many workers; partition `n` is of worker `n % WORKERS`.
pub(super) const WORKERS: usize = 2;
/// The first delay before a retry, in milliseconds.
pub(super) const RETRY_DELAY: u64 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Setup {
    pub(super) settlement: Settlement,
    pub(super) order: Order,
    pub(super) on_exhausted: OnExhausted,
    pub(super) concurrency: usize,
    /// Its size and its patience in milliseconds.
    pub(super) batch: Option<(usize, u64)>,
    pub(super) max_in_flight: usize,
    pub(super) max_bytes: usize,
    pub(super) max_ahead: usize,
    pub(super) max_retries: u32,
    /// The commit interval in milliseconds.
    pub(super) interval: Option<u64>,
    /// After how many events the shell asks for starts.
    pub(super) laziness: usize,
}

impl Setup {
    pub(super) fn rules(&self) -> Rules {
        Rules {
            concurrency: self.concurrency,
            order: self.order,
            retry: RetryPolicy {
                max_retries: self.max_retries,
                backoff: Backoff::Exponential,
                delay: Duration::from_millis(RETRY_DELAY),
                max_delay: Duration::from_secs(3600),
                jitter: 0.0,
            },
            on_exhausted: self.on_exhausted,
            batch: self
                .batch
                .map(|(size, patience)| (size, Duration::from_millis(patience))),
            max_in_flight: self.max_in_flight,
            max_bytes: self.max_bytes,
            max_ahead: self.max_ahead,
        }
    }
}

/// One thing that happens. What makes no sense at its time changes nothing; numbers choose among what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// Records are written: `count` of them, the first behind a gap of offsets, all with (almost) one temper.
    Produce {
        slot: u16,
        count: u8,
        gap: u8,
        temper: u16,
    },
    /// A pending handler answers.
    Resolve(u8),
    /// The producer's oldest messages are acknowledged.
    Acknowledge(u8),
    /// The producer's oldest message is refused.
    Refuse,
    /// The oldest dead letter is acknowledged, or refused.
    DeadLetter(bool),
    /// The oldest commit is answered.
    Commit(bool),
    /// The transaction is answered.
    Transact(bool),
    /// Time goes on to the next timer.
    Tick,
    /// These partitions (a bit each) go, with so many milliseconds to finish.
    Revoke { slots: u8, patience: u8 },
    /// These partitions were taken away.
    Lose(u8),
    /// A partition comes; should it still be here, then only if `stolen`.
    Assign { slot: u16, stolen: bool },
    /// The operator pauses a partition.
    Pause(u16),
    /// The operator resumes a partition.
    Resume(u16),
    /// The program ends, with so many milliseconds to finish.
    Drain(u8),
    /// Something speaks whose time is over.
    Ghost(u8),
    /// The client goes back by so many records.
    Rewind { slot: u16, back: u8 },
}

impl Event {
    /// `kind` is 0..100 and its ranges are the weights.
    fn new(kind: u8, a: u8, temper: u16) -> Event {
        let slot = u16::from(a) % SLOTS;
        let rest = a / SLOTS as u8;
        match kind {
            0..30 => Event::Produce {
                slot,
                count: rest % 4 + 1,
                gap: (rest / 4 % 8).saturating_sub(4),
                temper,
            },
            30..47 => Event::Resolve(a),
            47..58 => Event::Acknowledge(a % 4 + 1),
            58..60 => Event::Refuse,
            60..65 => Event::DeadLetter(a % 4 != 3),
            65..71 => Event::Commit(a % 4 != 3),
            71..77 => Event::Transact(a % 4 != 3),
            77..88 => Event::Tick,
            88..90 => Event::Revoke {
                slots: a % 8,
                patience: a / 8,
            },
            90 => Event::Lose(a % 8),
            91..94 => Event::Assign {
                slot,
                stolen: rest % 8 == 7,
            },
            94 => Event::Pause(slot),
            95 => Event::Resume(slot),
            96 => Event::Drain(a),
            97 | 98 => Event::Ghost(a),
            _ => Event::Rewind {
                slot,
                back: rest % 4 + 1,
            },
        }
    }
}

fn event() -> impl Strategy<Value = Event> {
    (0u8..100, any::<u8>(), any::<u16>()).prop_map(|(kind, a, temper)| Event::new(kind, a, temper))
}

fn setup(settlement: Settlement) -> impl Strategy<Value = Setup> {
    let kinds = (0usize..3, 0usize..3, 0usize..4, 0usize..2, 0usize..3);
    let bounds = (1usize..5, 0usize..4, 0usize..4, 0usize..4, 0u32..4);
    (kinds, bounds).prop_map(move |(kinds, bounds)| {
        let (order, on_exhausted, batch, interval, laziness) = kinds;
        let (concurrency, max_in_flight, max_bytes, max_ahead, max_retries) = bounds;
        Setup {
            settlement,
            order: [Order::Key, Order::Partition, Order::None][order],
            on_exhausted: [OnExhausted::Dlq, OnExhausted::Skip, OnExhausted::Stop][on_exhausted],
            concurrency,
            batch: [None, None, Some((2, 5)), Some((4, 15))][batch],
            max_in_flight: [1000, 6, 3, 1][max_in_flight],
            max_bytes: [100_000, 30, 12, 6][max_bytes],
            max_ahead: [1000, 4, 1, 0][max_ahead],
            max_retries,
            interval: [None, Some(10)][interval],
            laziness: laziness + 1,
        }
    })
}

/// Sequences with one settlement.
pub(super) fn sequences(settlement: Settlement) -> impl Strategy<Value = (Setup, Vec<Event>)> {
    (setup(settlement), proptest::collection::vec(event(), 0..70))
}
