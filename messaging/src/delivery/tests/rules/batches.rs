//! Batches.

use super::*;

const PATIENCE: Duration = Duration::from_millis(100);

fn batches_of(size: usize, concurrency: usize) -> Rules {
    with(|rules| (rules.batch, rules.concurrency) = (Some((size, PATIENCE)), concurrency))
}

#[test]
fn a_full_batch_starts_at_once_and_another_waits() {
    let mut bench = offsets(batches_of(2, 1));
    bench.poll(&[(0, 1), (1, 1), (2, 1)]);
    assert_eq!(bench.run_all(&done()), [0, 1], "whatever their lanes");
    assert_eq!(bench.said(), [Said::Timer(PATIENCE), Said::Commit(vec![(0, 2)])]);
    bench.fire();
    assert_eq!(bench.run_all(&done()), [2]);
}

#[test]
fn a_timer_of_a_batch_that_was_filled_does_not_start_the_next() {
    let mut bench = offsets(batches_of(2, 1));
    bench.poll(&[(0, 1)]);
    assert!(bench.start().is_none());
    assert_eq!(bench.said(), [Said::Timer(PATIENCE)]);
    let old = bench.timers[0];
    bench.poll(&[(1, 1), (2, 1)]);
    assert_eq!(bench.run_all(&done()), [0, 1]);
    bench.core.timer_fired(old);
    assert!(bench.start().is_none());
    bench.said();
    bench.fire();
    assert_eq!(bench.run_all(&done()), [2]);
}

#[test]
fn of_two_failed_records_of_one_lane_the_first_is_retried_first() {
    let mut bench = offsets(batches_of(4, 2));
    bench.poll(&[(0, 1), (1, 2), (2, 1), (3, 1)]);
    let batch = bench.pend(4);
    let finishes = [failed(), done(), failed(), made(1)].into_iter().enumerate();
    let told: Vec<Disposition> = finishes
        .map(|(at, finish)| bench.core.finished(batch.ticket(at), finish, 0))
        .collect();
    assert_eq!(
        told,
        [
            Disposition::Retried(SOON),
            Disposition::Handled,
            Disposition::RetriedBehind,
            Disposition::Handled
        ]
    );
    bench.core.ended(batch.start);
    assert_eq!(
        bench.said(),
        [Said::Timer(SOON), Said::Publish(3)],
        "only the failed ones are retried, by one timer"
    );
    bench.poll(&[(4, 1)]);
    assert!(bench.start().is_none(), "their lane is held");

    bench.fire();
    assert!(bench.start().is_none());
    assert_eq!(
        bench.said(),
        [Said::Timer(PATIENCE)],
        "a retry waits for a batch, too"
    );
    bench.fire();
    assert_eq!(bench.run_all(&done()), [0]);
    bench.said();
    bench.fire();
    assert_eq!(
        bench.run_all(&done()),
        [2, 4],
        "then the rest of the lane, together"
    );
}

#[test]
fn a_batch_holds_every_lane_it_touches() {
    let mut bench = offsets(batches_of(2, 2));
    bench.poll(&[(0, 1), (1, 2), (2, 1), (3, 2), (4, 3), (5, 3)]);
    bench.pend(2);
    assert_eq!(bench.pend(2).offsets(), [4, 5]);
}

#[test]
fn a_lane_that_waited_fills_a_batch_again() {
    let mut bench = offsets(batches_of(3, 2));
    let records: Vec<_> = (0..9).map(|offset| (offset, 1)).collect();
    bench.poll(&records);
    let first = bench.pend(3);
    assert!(bench.start().is_none(), "the second has to wait for the lane");
    bench.end(&first, &done());
    assert_eq!(bench.pend(3).offsets(), [3, 4, 5], "and is not one record long");
}
