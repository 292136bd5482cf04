//! Sequences that failed once, as they were shrunk.

use super::events::Event::{self, Drain, Produce, Revoke};
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
