//! Pauses, rebalances, the end.

use super::*;
use crate::delivery::Ticket;

#[test]
fn a_paused_partition_starts_nothing_until_it_is_resumed() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    bench.core.pause_requested(0);
    bench.core.pause_requested(0);
    assert!(bench.start().is_none());
    bench.core.resume_requested(0);
    bench.core.resume_requested(0);
    assert_eq!(bench.said(), [Said::Pause(0), Said::Resume(0)]);
    assert_eq!(bench.run_all(&done()), [0]);
}

#[test]
fn what_runs_may_finish_until_the_deadline_of_a_revoke() {
    let mut bench = offsets(with(|rules| rules.concurrency = 2));
    bench.poll(&[(0, 1), (1, 2), (2, 3)]);
    let first = bench.pend(1);
    let second = bench.pend(1);
    bench.end(&first, &done());
    bench.said();
    bench.core.revoked(&[0], SOON);
    assert_eq!(bench.said(), [Said::Timer(SOON)]);
    assert!(bench.start().is_none(), "what is queued is dropped");
    bench.fire();
    assert_eq!(
        bench.said(),
        [
            Said::CutOff(0, 1, 1),
            Said::Cancel(0, 1),
            Said::Release(0, Some(1))
        ]
    );
    bench.end(&second, &made(1));
    bench.fire();
    assert_eq!(bench.said(), [], "once");
}

#[test]
fn a_failure_while_a_partition_goes_is_left_to_its_next_owner() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    let run = bench.pend(1);
    bench.core.revoked(&[0], SOON);
    bench.said();
    bench.end(&run, &failed());
    assert_eq!(bench.said(), [Said::Release(0, None)]);
}

#[test]
fn outputs_on_their_way_are_waited_for() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    let run = bench.pend(1);
    bench.core.revoked(&[0], SOON);
    bench.end(&run, &made(1));
    assert_eq!(bench.said(), [Said::Timer(SOON), Said::Publish(0)]);
    bench.core.published(run.ticket(0), Ok(()));
    assert_eq!(bench.said(), [Said::Release(0, Some(1))]);
}

#[test]
fn a_lost_partition_commits_nothing() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    bench.run_all(&done());
    bench.core.lost(&[0]);
    assert_eq!(bench.said(), [Said::Cancel(0, 1)]);
}

#[test]
fn an_assignment_without_a_revoke_takes_the_place_of_the_old_one() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    bench.pend(1);
    bench.core.assigned(0, 0, 2);
    assert_eq!(bench.said(), [Said::Cancel(0, 1)], "its handlers must not go on");
    assert_eq!(bench.core.in_flight(), 0);
}

#[test]
fn the_end_comes_when_nothing_runs() {
    let mut bench = offsets(with(|rules| rules.concurrency = 2));
    bench.core.assigned(1, 0, 2);
    bench.poll(&[(0, 1), (1, 1)]);
    assert_eq!(bench.core.polled(1, 2, [record(1, 5, 1)]), 1);
    let first = bench.pend(1);
    let second = bench.pend(1);
    bench.core.drain_requested(SOON);
    bench.core.drain_requested(SOON);
    assert_eq!(bench.said(), [Said::Timer(SOON)]);
    bench.end(&first, &done());
    assert_eq!(
        bench.said(),
        [Said::Commit(vec![(0, 1)])],
        "the other one still runs"
    );
    bench.end(&second, &done());
    assert_eq!(bench.said(), [Said::Drained(vec![(0, 1), (1, 6)])]);
    bench.fire();
    assert_eq!(bench.said(), [], "once");
}

#[test]
fn a_cancelled_handler_that_still_answers_changes_nothing() {
    let mut bench = offsets(rules());
    bench.core.assigned(1, 0, 2);
    bench.poll(&[(0, 1)]);
    let run = bench.pend(1);
    bench.core.drain_requested(SOON);
    bench.said();
    bench.fire();
    assert_eq!(
        bench.said(),
        [Said::CutOff(0, 0, 1), Said::Cancel(0, 1), Said::Drained(vec![])]
    );
    bench.end(&run, &made(1));
    assert_eq!(bench.said(), []);
}

#[test]
fn what_comes_while_the_program_ends_is_not_started() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    bench.pend(1);
    bench.core.drain_requested(SOON);
    bench.core.assigned(1, 0, 2);
    assert_eq!(bench.core.polled(1, 2, [record(1, 0, 1)]), 1);
    assert!(bench.start().is_none());
    assert_eq!(bench.core.in_flight(), 1);
}

#[test]
fn a_dead_letter_that_waits_to_be_written_again_is_unfinished_at_the_end() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1), (1, 1)]);
    bench.run_all(&rejected());
    bench.said();
    for seq in [0, 1] {
        let letter = Ticket {
            slot: 0,
            epoch: 1,
            seq,
        };
        bench.core.dead_lettered(letter, false);
    }
    bench.said();
    bench.core.drain_requested(SOON);
    assert_eq!(
        bench.said(),
        [Said::CutOff(0, 0, 2), Said::Timer(SOON), Said::Drained(vec![])],
        "at once: it is not waited for"
    );
}

#[test]
fn a_dead_letter_that_is_refused_at_the_end_is_unfinished() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    let run = bench.pend(1);
    bench.end(&run, &rejected());
    bench.core.drain_requested(SOON);
    bench.said();
    bench.core.dead_lettered(run.ticket(0), false);
    assert_eq!(bench.said(), [Said::CutOff(0, 0, 1), Said::Drained(vec![])]);
}

#[test]
fn a_dead_letter_that_waits_to_be_written_again_does_not_hold_a_revoke() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    let run = bench.pend(1);
    bench.end(&run, &rejected());
    bench.core.dead_lettered(run.ticket(0), false);
    bench.said();
    bench.core.revoked(&[0], SOON);
    assert_eq!(bench.said(), [Said::Release(0, None)]);
}
