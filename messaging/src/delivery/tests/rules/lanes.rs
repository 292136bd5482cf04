//! What must stay in order, and what need not.

use super::*;

#[test]
fn a_waiting_retry_holds_its_own_lane_only() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1), (1, 1), (2, 2)]);
    let run = bench.pend(1);
    bench.end(&run, &failed());
    assert_eq!(bench.run_all(&done()), [2], "the other lane goes on");
    assert_eq!(
        bench.said(),
        [Said::Timer(Duration::from_secs(1))],
        "the watermark does not"
    );
    bench.fire();
    assert_eq!(bench.run_all(&done()), [0, 1]);
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 3)])]);
}

#[test]
fn a_lane_goes_on_when_the_output_is_enqueued_and_the_watermark_when_it_is_acknowledged() {
    let mut bench = offsets(with(|rules| rules.concurrency = 2));
    bench.poll(&[(0, 1), (1, 1)]);
    let run = bench.pend(1);
    assert!(bench.start().is_none(), "its lane is held");
    bench.end(&run, &made(2));
    assert_eq!(bench.run_all(&done()), [1]);
    assert_eq!(bench.said(), [Said::Publish(0)]);
    bench.core.published(run.ticket(0), Ok(()));
    assert_eq!(bench.said(), [], "one of two");
    bench.core.published(run.ticket(0), Ok(()));
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 2)])]);
}

#[test]
fn a_record_that_is_ready_needs_no_lane_and_one_run_takes_many() {
    let mut bench = offsets(rules());
    let records: Vec<_> = (0..10).map(|offset| (offset, 1)).collect();
    bench.poll(&records);
    assert_eq!(bench.run_all(&done()), (0..10).collect::<Vec<_>>());
    bench.poll(&[(10, 1), (11, 2), (12, 1)]);
    assert_eq!(bench.start().unwrap().offsets(), [10, 11, 12]);
}

#[test]
fn records_behind_a_pending_one_go_back_to_their_places() {
    let mut bench = offsets(with(|rules| rules.concurrency = 3));
    bench.poll(&[(0, 1)]);
    bench.run_all(&done());
    bench.poll(&[(1, 1), (2, 1), (3, 2)]);
    let first = bench.start().unwrap();
    assert_eq!(first.offsets(), [1, 2], "runs grow while nothing is pending");
    bench.core.parked(first.ticket(0));
    bench.core.closed(first.start, true, &first.picks[1..]);
    let second = bench.pend(1);
    assert_eq!(second.offsets(), [3], "2 waits for its lane");
    bench.core.finished(first.ticket(0), done(), 0);
    bench.core.ended(first.start);
    let third = bench.pend(1);
    assert_eq!(
        (third.offsets(), third.picks[0].attempt),
        (vec![2], 1),
        "it was not tried before"
    );
}

#[test]
fn the_order_of_a_partition() {
    let mut bench = offsets(with(|rules| {
        (rules.order, rules.concurrency) = (Order::Partition, 4);
    }));
    bench.poll(&[(0, 1), (1, 2)]);
    bench.pend(1);
    assert!(bench.start().is_none());
}

#[test]
fn no_order() {
    let mut bench = offsets(with(|rules| {
        (rules.order, rules.concurrency) = (Order::None, 4);
    }));
    bench.poll(&[(0, 1), (1, 1)]);
    bench.pend(1);
    assert_eq!(bench.pend(1).offsets(), [1]);
}

#[test]
fn records_without_a_key_are_in_order() {
    let mut bench = offsets(with(|rules| rules.concurrency = 4));
    for offset in [0, 1] {
        let mut keyless = record(0, offset, 0);
        keyless.key = None;
        bench.core.polled(0, 1, [keyless]);
    }
    bench.pend(1);
    assert!(bench.start().is_none());
}
