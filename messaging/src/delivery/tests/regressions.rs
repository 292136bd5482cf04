//! Sequences that failed once, as they were shrunk.

use super::events::Event::{self, DeadLetter, Drain, Produce, Resolve, Revoke};
use super::events::Setup;
use super::model::Model;
use crate::delivery::Settlement;
use crate::delivery::policy::{OnExhausted, Order};

/// Bounds that hold nothing back.
const WIDE: Setup = Setup {
    settlement: Settlement::Offsets,
    order: Order::Key,
    on_exhausted: OnExhausted::Dlq,
    concurrency: 1,
    batch: None,
    max_in_flight: 1000,
    max_bytes: 100_000,
    max_ahead: 1000,
    max_retries: 0,
    interval: None,
    laziness: 1,
};

fn replay(setup: Setup, events: &[Event]) {
    let mut model = Model::new(setup);
    events.iter().for_each(|&event| model.step(event));
    model.finish();
}

/// The search for queued records had gone back, and what stood behind was done: it looked before the front.
#[test]
fn the_search_does_not_fall_behind_the_front() {
    let setup = Setup {
        settlement: Settlement::Acks,
        on_exhausted: OnExhausted::Skip,
        concurrency: 2,
        batch: Some((2, 5)),
        max_ahead: 4,
        ..WIDE
    };
    replay(
        setup,
        &[
            Produce {
                slot: 0,
                count: 4,
                gap: 1,
                temper: 46547,
            },
            Produce {
                slot: 0,
                count: 3,
                gap: 0,
                temper: 29716,
            },
            Produce {
                slot: 0,
                count: 3,
                gap: 2,
                temper: 13156,
            },
        ],
    );
}

/// The end was announced while a revoked partition still waited for its transaction, and released only then.
#[test]
fn a_revoked_partition_is_released_before_the_end() {
    let setup = Setup {
        settlement: Settlement::Transactions,
        ..WIDE
    };
    replay(
        setup,
        &[
            Produce {
                slot: 1,
                count: 2,
                gap: 0,
                temper: 0,
            },
            Drain(0),
            Revoke {
                slots: 2,
                patience: 24,
            },
        ],
    );
}

/// A dead letter was refused at the end, while the next of its lane ran already: that one may publish.
#[test]
fn what_runs_behind_a_refused_dead_letter_may_publish() {
    let setup = Setup {
        settlement: Settlement::Acks,
        order: Order::Partition,
        max_in_flight: 3,
        interval: Some(10),
        ..WIDE
    };
    replay(
        setup,
        &[
            Produce {
                slot: 0,
                count: 1,
                gap: 0,
                temper: 59976,
            },
            Produce {
                slot: 1,
                count: 4,
                gap: 0,
                temper: 18560,
            },
            Produce {
                slot: 0,
                count: 2,
                gap: 0,
                temper: 26007,
            },
            Produce {
                slot: 0,
                count: 1,
                gap: 0,
                temper: 0,
            },
            Resolve(0),
            Resolve(0),
            Drain(0),
            DeadLetter(true),
            DeadLetter(true),
            DeadLetter(false),
        ],
    );
}
