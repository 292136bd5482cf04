//! Exactly once by staging.

use super::*;

fn transactions(rules: Rules) -> super::super::bench::Bench {
    bench(Settlement::Transactions, rules)
}

#[test]
fn a_transaction_writes_the_finished_prefix_and_its_watermark() {
    let mut bench = transactions(with(|rules| rules.concurrency = 2));
    bench.poll(&[(0, 1), (4, 2), (9, 3)]);
    let first = bench.pend(1);
    let second = bench.pend(1);
    bench.end(&second, &made(1));
    assert_eq!(bench.said(), [], "the first still runs");
    bench.end(&first, &made(1));
    let end = Said::End(1, vec![(0, 9)]);
    assert_eq!(
        bench.said(),
        [Said::Begin(1), Said::Publish(0), Said::Publish(4), end]
    );
    assert_eq!(bench.run_all(&made(1)), [9], "lanes go on staging");
    assert_eq!(bench.said(), [], "one transaction at a time");
    bench.core.txn_committed(1);
    let end = Said::End(2, vec![(0, 10)]);
    assert_eq!(bench.said(), [Said::Begin(2), Said::Publish(9), end]);
}

#[test]
fn one_transaction_for_all_partitions() {
    let mut bench = transactions(rules());
    bench.core.assigned(1, 0, 2);
    bench.poll(&[(0, 1)]);
    assert_eq!(bench.core.polled(1, 2, [record(1, 5, 1)]), 1);
    bench.run_all(&done());
    assert_eq!(bench.said(), [Said::Begin(1), Said::End(1, vec![(0, 1), (1, 6)])]);
}

#[test]
fn dead_letters_are_part_of_it() {
    let mut bench = transactions(rules());
    bench.poll(&[(0, 1)]);
    bench.run_all(&rejected());
    let letter = Said::DeadLetter(0, Reason::Rejected, 1);
    assert_eq!(bench.said(), [Said::Begin(1), letter, Said::End(1, vec![(0, 1)])]);
}

#[test]
fn a_refused_output_is_given_up_as_the_worker_says() {
    for on_exhausted in [OnExhausted::Dlq, OnExhausted::Skip, OnExhausted::Stop] {
        let mut bench = transactions(with(|rules| rules.on_exhausted = on_exhausted));
        bench.poll(&[(0, 1)]);
        let run = bench.pend(1);
        bench.end(&run, &made(1));
        bench.said();
        bench.core.published(run.ticket(0), Err("too large"));
        let said = bench.said();
        bench.core.txn_failed(1);
        let then = bench.said();
        let end = Said::End(2, vec![(0, 1)]);
        match on_exhausted {
            OnExhausted::Dlq => {
                assert_eq!(said, [Said::Abort(1)]);
                let letter = Said::DeadLetter(0, Reason::Output, 1);
                assert_eq!(then, [Said::Begin(2), letter, end]);
            }
            OnExhausted::Skip => {
                assert_eq!(said, [Said::Skipped(0), Said::Abort(1)]);
                assert_eq!(then, [Said::Begin(2), end]);
            }
            OnExhausted::Stop => {
                assert_eq!(said, [Said::Fail(0), Said::Abort(1)]);
                assert_eq!(then, []);
            }
        }
    }
}

#[test]
fn a_revoked_partition_waits_for_its_transaction() {
    let mut bench = transactions(rules());
    bench.poll(&[(0, 1)]);
    let run = bench.pend(1);
    bench.core.revoked(&[0], SOON);
    bench.end(&run, &made(1));
    let write = [Said::Begin(1), Said::Publish(0), Said::End(1, vec![(0, 1)])];
    assert_eq!(bench.said()[1..], write);
    bench.core.txn_committed(1);
    assert_eq!(bench.said(), [Said::Release(0, None)]);
}

#[test]
fn a_revoked_partition_goes_without_when_its_transaction_fails() {
    let mut bench = transactions(rules());
    bench.poll(&[(0, 1)]);
    bench.run_all(&made(1));
    bench.said();
    bench.core.revoked(&[0], SOON);
    bench.core.txn_failed(1);
    let said = bench.said();
    assert!(said.contains(&Said::Release(0, None)), "{said:?}");
    assert!(!said.contains(&Said::Begin(2)), "{said:?}");
}

#[test]
fn a_lost_partition_aborts_and_the_others_are_written_again() {
    let mut bench = transactions(rules());
    bench.core.assigned(1, 0, 2);
    bench.poll(&[(0, 1)]);
    assert_eq!(bench.core.polled(1, 2, [record(1, 5, 1)]), 1);
    bench.run_all(&made(1));
    bench.said();
    bench.core.lost(&[0]);
    assert_eq!(bench.said(), [Said::Cancel(0, 1), Said::Abort(1)]);
    bench.core.txn_failed(1);
    let write = [Said::Begin(2), Said::Publish(5), Said::End(2, vec![(1, 6)])];
    assert_eq!(bench.said(), write);
}

#[test]
fn the_end_waits_for_the_last_transaction() {
    let mut bench = transactions(rules());
    bench.poll(&[(0, 1)]);
    bench.run_all(&made(1));
    bench.core.drain_requested(SOON);
    let said = bench.said();
    assert!(!said.contains(&Said::Drained(vec![])), "{said:?}");
    bench.core.txn_committed(1);
    assert_eq!(bench.said(), [Said::Drained(vec![])]);
}
