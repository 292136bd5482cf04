//! Commits and acknowledgements.

use super::*;
use crate::delivery::Core;

#[test]
fn a_gap_before_the_next_record_is_done() {
    let mut bench = offsets(rules());
    bench.poll(&[(3, 1), (7, 1)]);
    let run = bench.pend(1);
    bench.end(&run, &done());
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 7)])]);
}

#[test]
fn one_commit_at_a_time_and_the_latest_wins() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    bench.run_all(&done());
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 1)])]);
    for offset in [1, 2] {
        bench.poll(&[(offset, 1)]);
        bench.run_all(&done());
        assert_eq!(bench.said(), []);
    }
    bench.core.commit_done();
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 3)])]);
    bench.core.commit_done();
    assert_eq!(bench.said(), [], "nothing is asked for twice");
}

#[test]
fn without_an_interval_what_is_done_is_asked_for_at_once_merged_and_never_what_is_not() {
    let mut bench = offsets(with(|rules| rules.concurrency = 3));
    bench.poll(&[(0, 1), (1, 2), (2, 3)]);
    let [first, second, third] = [bench.pend(1), bench.pend(1), bench.pend(1)];
    bench.end(&second, &done());
    assert_eq!(bench.said(), [], "the first is unfinished");
    bench.end(&first, &done());
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 2)])], "both in one");
    bench.end(&third, &done());
    assert_eq!(bench.said(), [], "one is on its way");
    bench.core.commit_done();
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 3)])]);
}

#[test]
fn commits_wait_for_their_interval() {
    let mut bench = offsets(rules());
    let interval = Duration::from_millis(100);
    bench.core = Core::new(Settlement::Offsets, vec![rules()], Some(interval));
    bench.core.assigned(0, 0, 1);
    for offset in [0, 1] {
        bench.poll(&[(offset, 1)]);
        bench.run_all(&done());
    }
    assert_eq!(bench.said(), [Said::Timer(interval)], "one timer for both");
    bench.fire();
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 2)])]);
}

#[test]
fn a_refused_commit_is_made_again_with_what_is_done_by_then() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    bench.run_all(&done());
    bench.said();
    bench.core.commit_failed();
    assert_eq!(bench.said(), [Said::Timer(Duration::from_millis(500))]);
    bench.fire();
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 1)])]);
}

#[test]
fn records_are_acknowledged_one_by_one() {
    let mut bench = bench(Settlement::Acks, with(|rules| rules.concurrency = 2));
    bench.poll(&[(0, 1), (1, 2)]);
    let first = bench.pend(1);
    bench.run_all(&done());
    assert_eq!(bench.said(), [Said::Ack(vec![1])], "the first still runs");
    bench.end(&first, &done());
    assert_eq!(bench.said(), [], "one request at a time");
    bench.core.commit_failed();
    let again = Said::Ack(vec![1, 0]);
    assert_eq!(bench.said(), [Said::Timer(Duration::from_millis(500)), again]);
}

#[test]
fn what_a_lost_partition_had_is_not_acknowledged() {
    let mut bench = bench(Settlement::Acks, rules());
    bench.poll(&[(0, 1)]);
    bench.run_all(&done());
    assert_eq!(bench.said(), [Said::Ack(vec![0])]);
    bench.poll(&[(1, 1)]);
    bench.run_all(&done());
    bench.core.lost(&[0]);
    bench.core.commit_failed();
    assert_eq!(
        bench.said(),
        [Said::Cancel(0, 1), Said::Timer(Duration::from_millis(500))]
    );
    bench.fire();
    assert_eq!(bench.said(), []);
}

#[test]
fn a_partition_that_goes_is_acknowledged_at_once() {
    let mut bench = bench(Settlement::Acks, rules());
    bench.poll(&[(0, 1)]);
    bench.run_all(&done());
    assert_eq!(bench.said(), [Said::Ack(vec![0])]);
    bench.poll(&[(1, 1)]);
    bench.run_all(&done());
    bench.core.revoked(&[0], SOON);
    assert_eq!(bench.said(), [Said::Ack(vec![1]), Said::Release(0, None)]);
    bench.core.commit_done();
    bench.core.commit_failed();
    bench.said();
    bench.fire();
    assert_eq!(bench.said(), [], "it is another's now");
}
