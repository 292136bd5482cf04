//! The bounds.

use super::*;

#[test]
fn max_ahead_counts_records_and_not_offsets() {
    let mut bench = offsets(with(|rules| (rules.max_ahead, rules.concurrency) = (2, 2)));
    bench.poll(&[(0, 1), (1_000, 2), (2_000, 3), (3_000, 4)]);
    let first = bench.pend(1);
    assert_eq!(
        bench.run_all(&done()),
        [1_000, 2_000],
        "two may be done behind the first"
    );
    bench.end(&first, &done());
    assert_eq!(bench.run_all(&done()), [3_000]);
}

#[test]
fn max_in_flight_counts_what_is_queued_too() {
    let mut bench = offsets(with(|rules| rules.max_in_flight = 2));
    let offers = [record(0, 0, 1), record(0, 1, 1), record(0, 2, 1)];
    assert_eq!(bench.core.polled(0, 1, offers.clone()), 2);
    assert_eq!(bench.core.room(0).0, 0);
    bench.run_all(&done());
    assert_eq!(bench.core.polled(0, 1, offers[2..].to_vec()), 1);
}

#[test]
fn max_in_flight_is_of_all_partitions_of_a_worker() {
    let mut bench = offsets(with(|rules| rules.max_in_flight = 2));
    bench.core.assigned(1, 0, 2);
    bench.poll(&[(0, 1), (1, 1)]);
    assert_eq!(bench.core.polled(1, 2, [record(1, 0, 1)]), 0);
}

#[test]
fn the_record_that_passes_max_bytes_is_the_last() {
    let mut bench = offsets(with(|rules| rules.max_bytes = 15));
    let offers: Vec<_> = (0..4).map(|offset| record(0, offset, 1)).collect();
    assert_eq!(bench.core.polled(0, 1, offers.clone()), 2, "10 and 20 bytes");
    assert_eq!(bench.core.room(0).1, 0);
    bench.run_all(&done());
    let rest = offers[1..].to_vec();
    assert_eq!(
        bench.core.polled(0, 1, rest),
        3,
        "one that is dropped has no bytes"
    );
}

#[test]
fn a_record_larger_than_max_bytes_passes() {
    let mut bench = offsets(with(|rules| rules.max_bytes = 15));
    assert_eq!(bench.core.polled(0, 1, [large(0), record(0, 1, 1)]), 1);
    assert_eq!(bench.run_all(&done()), [0]);
}

#[test]
fn a_large_record_gets_in_though_small_ones_of_another_partition_keep_coming() {
    let mut bench = offsets(with(|rules| rules.max_bytes = 25));
    bench.core.assigned(1, 0, 2);
    let mut small = (0..).map(|offset| record(1, offset, 1)).peekable();
    for _ in 0..10 {
        while bench.core.polled(1, 2, small.peek().cloned()) == 1 {
            small.next();
        }
        let run = bench.pend(1);
        bench.end(&run, &done());
        assert_ne!(bench.core.in_flight(), 0, "small ones are always in hand");
        if bench.core.polled(0, 1, [large(0)]) == 1 {
            return;
        }
    }
    panic!("it waits for ever");
}

fn large(offset: i64) -> Offer<Id> {
    Offer {
        bytes: 100,
        ..record(0, offset, 1)
    }
}

#[test]
fn concurrency_is_of_all_partitions_of_a_worker() {
    let mut bench = offsets(with(|rules| rules.concurrency = 1));
    bench.core.assigned(1, 0, 2);
    bench.poll(&[(0, 1)]);
    assert_eq!(bench.core.polled(1, 2, [record(1, 0, 1)]), 1);
    let run = bench.pend(1);
    assert!(bench.start().is_none());
    bench.end(&run, &done());
    assert_eq!(bench.start().unwrap().start.slot, 1);
}

#[test]
fn staged_outputs_count_as_bytes() {
    let mut bench = bench(Settlement::Transactions, rules());
    bench.poll(&[(0, 1)]);
    bench.run_all(&made(20));
    assert_eq!(bench.core.room(0).1, 1000 - 10 - 40);
}
