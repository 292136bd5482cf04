//! Random sequences of events. After every step the model compares what the core says with what it may say.
//!
//! A failing sequence is shrunk and printed; it belongs into `regressions` then.

use std::cell::RefCell;
use std::io::Write;

use proptest::test_runner::{Config, TestError, TestRunner};

use super::coverage::Coverage;
use super::events::sequences;
use super::model::Model;
use crate::delivery::Settlement;

/// `DELIVERY_TIMES=10` runs ten times as many sequences.
fn times() -> u32 {
    let times = std::env::var("DELIVERY_TIMES").ok();
    times.and_then(|times| times.parse().ok()).unwrap_or(1)
}

fn prove(settlement: Settlement, cases: u32) {
    let config = Config {
        cases: cases * times(),
        max_shrink_iters: 2_000,
        failure_persistence: None,
        ..Config::default()
    };
    let coverage = RefCell::new(Coverage::default());
    let result = TestRunner::new(config).run(&sequences(settlement), |(setup, events)| {
        let mut model = Model::new(setup);
        events.iter().for_each(|&event| model.step(event));
        coverage.borrow_mut().add(model.finish());
        Ok(())
    });
    if let Err(TestError::Fail(why, (setup, events))) = &result {
        let events: Vec<_> = events.iter().map(|event| format!("    {event:?},")).collect();
        panic!("{why}\n{setup:?}\n[\n{}\n]", events.join("\n"));
    }
    assert_eq!(result, Ok(()));
    let coverage = coverage.into_inner();
    say(&format!("{settlement:?}: {coverage}"));
    coverage.assert_broad();
}

/// Tells it also where the test passes: the harness keeps back only what the printing macros write.
fn say(line: &str) {
    let told = std::io::stderr().write_all(format!("{line}\n").as_bytes());
    told.expect("standard error is open");
}

#[test]
fn with_offsets() {
    prove(Settlement::Offsets, 40_000);
}

#[test]
fn with_acks() {
    prove(Settlement::Acks, 25_000);
}

#[test]
fn with_transactions() {
    prove(Settlement::Transactions, 35_000);
}
