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
fn one_record_larger_than_max_bytes_passes_alone() {
    let mut bench = offsets(with(|rules| rules.max_bytes = 15));
    bench.poll(&[(0, 1)]);
    let mut large = record(0, 1, 1);
    large.bytes = 100;
    assert_eq!(bench.core.polled(0, 1, [large.clone()]), 0, "not beside another");
    bench.run_all(&done());
    assert_eq!(
        bench
            .core
            .polled(0, 1, [record(0, 0, 1), large.clone(), record(0, 2, 1)]),
        2,
        "alone, behind one that is dropped"
    );
    assert_eq!(bench.run_all(&done()), [1]);
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
