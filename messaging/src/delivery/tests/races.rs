//! Races that other frameworks lost, each by the letter under which it is known to us.

use std::time::Duration;

use super::bench::{Said, bench, done, failed, made, offsets, record, rejected, rules};
use crate::delivery::{Finish, Rules, Settlement};
use crate::outcome::Reason;

const SOON: Duration = Duration::from_secs(1);

#[test]
fn race_a_completion_after_revoke_and_reassign() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    let old = bench.pend(1);
    bench.core.lost(&[0]);
    bench.core.assigned(0, 0, 2);
    assert_eq!(bench.said(), [Said::Cancel(0, 1)]);

    assert_eq!(bench.core.polled(0, 2, [record(0, 0, 1)]), 1);
    let new = bench.pend(1);
    bench.end(&old, &made(1));
    assert_eq!(bench.said(), [], "the old assignment publishes nothing");
    assert_eq!(bench.core.held_by(0), Some((0, 1)), "and settles nothing");

    bench.end(&new, &done());
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 1)])]);
}

#[test]
fn race_b_revoke_while_a_polled_batch_is_registered() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    let running = bench.pend(1);
    bench.core.revoked(&[0], SOON);
    assert_eq!(bench.core.room(0), (0, 0));
    assert_eq!(
        bench.core.polled(0, 1, [record(0, 1, 2)]),
        1,
        "taken, so that it is not offered again"
    );
    assert_eq!(bench.core.in_flight(), 1, "and dropped");
    assert!(bench.start().is_none());

    bench.end(&running, &done());
    assert_eq!(bench.said(), [Said::Timer(SOON), Said::Release(0, Some(1))]);
    assert_eq!(bench.core.polled(0, 1, [record(0, 2, 2)]), 1);
    assert_eq!(bench.core.in_flight(), 0);
}

#[test]
fn race_c_commit_after_a_revoke_is_of_what_is_done_and_not_of_what_was_seen() {
    let mut bench = offsets(Rules {
        concurrency: 2,
        ..rules()
    });
    bench.poll(&[(0, 1), (1, 2), (2, 3)]);
    let first = bench.pend(1);
    let second = bench.pend(1);
    bench.core.revoked(&[0], SOON);
    bench.end(&second, &done());
    assert_eq!(bench.said(), [Said::Timer(SOON)], "the first still runs");
    bench.end(&first, &done());
    assert_eq!(bench.said(), [Said::Release(0, Some(2))]);
}

#[test]
fn race_d_no_counter_survives_a_revoke() {
    let tight = Rules {
        max_in_flight: 2,
        max_bytes: 20,
        ..rules()
    };
    let mut bench = offsets(tight);
    bench.poll(&[(0, 1), (1, 2)]);
    bench.pend(1);
    assert_eq!(bench.core.room(0), (0, 0));

    bench.core.lost(&[0]);
    bench.core.assigned(0, 0, 2);
    assert_eq!(bench.core.in_flight(), 0);
    assert_eq!(bench.core.room(0), (2, 20));
    assert_eq!(bench.core.polled(0, 2, [record(0, 0, 1)]), 1);
    assert_eq!(
        bench.pend(1).offsets(),
        [0],
        "the place of the cancelled run is free"
    );
}

#[test]
fn race_e_no_retry_counter_survives_a_revoke() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    bench.run_all(&failed());
    assert_eq!(bench.said(), [Said::Timer(Duration::from_secs(1))]);
    bench.core.revoked(&[0], SOON);
    assert_eq!(
        bench.said(),
        [Said::Release(0, None)],
        "a waiting retry holds nothing up"
    );

    bench.core.assigned(0, 0, 2);
    assert_eq!(bench.core.polled(0, 2, [record(0, 0, 1)]), 1);
    let again = bench.pend(1);
    assert_eq!(again.picks[0].attempt, 1);
    bench.end(&again, &failed());
    let old_timer = bench.timers[0];
    bench.core.timer_fired(old_timer);
    assert!(
        bench.start().is_none(),
        "the old assignment's timer is not the new one's"
    );
}

#[test]
fn race_f_a_pause_ends_with_its_assignment() {
    let mut bench = offsets(rules());
    bench.core.pause_requested(0);
    assert_eq!(bench.said(), [Said::Pause(0)]);
    bench.core.revoked(&[0], SOON);
    assert_eq!(bench.said(), [Said::Release(0, None)]);
    bench.core.resume_requested(0);
    bench.core.pause_requested(0);
    assert_eq!(bench.said(), [], "it is not ours");

    bench.core.assigned(0, 0, 2);
    assert_eq!(bench.core.polled(0, 2, [record(0, 0, 1)]), 1);
    assert_eq!(bench.run_all(&done()), [0]);
}

#[test]
fn race_g_an_old_offset_is_not_committed_after_a_jump() {
    let mut bench = offsets(rules());
    bench.poll(&[(100, 1)]);
    bench.run_all(&done());
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 101)])]);
    // Retention took what followed; the client goes on at the first offset that is left.
    bench.poll(&[(500, 1)]);
    bench.core.commit_failed();
    bench.said();
    bench.fire();
    assert_eq!(
        bench.said(),
        [Said::Commit(vec![(0, 500)])],
        "nothing between is left to be done"
    );
    bench.core.commit_done();
    bench.run_all(&done());
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 501)])]);
}

#[test]
fn race_h_a_commit_refused_during_a_rebalance_is_made_after_it() {
    let mut bench = offsets(rules());
    bench.core.assigned(1, 0, 7);
    bench.poll(&[(0, 1)]);
    assert_eq!(bench.core.polled(1, 7, [record(1, 0, 1)]), 1);
    bench.run_all(&done());
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 1), (1, 1)])]);

    bench.core.revoked(&[1], SOON);
    assert_eq!(
        bench.said(),
        [Said::Release(1, Some(1))],
        "it may not have been kept yet"
    );
    bench.core.commit_failed();
    assert_eq!(bench.said(), [Said::Timer(Duration::from_millis(500))]);
    bench.fire();
    assert_eq!(
        bench.said(),
        [Said::Commit(vec![(0, 1)])],
        "only what is still ours"
    );
}

#[test]
fn race_i_redelivered_records_that_are_queued_already() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1), (1, 1), (2, 1)]);
    bench.poll(&[(1, 1), (2, 1), (3, 1)]);
    assert_eq!(bench.core.in_flight(), 4);
    assert_eq!(bench.run_all(&done()), [0, 1, 2, 3]);
    bench.poll(&[(3, 1)]);
    assert!(bench.run_all(&done()).is_empty(), "also when it is done");
}

#[test]
fn race_j_a_dead_letter_that_nobody_takes_is_no_loop() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    let undecodable = Finish::GiveUp(Reason::Decode, "no JSON");
    assert_eq!(bench.run_all(&undecodable), [0]);
    assert_eq!(bench.said(), [Said::DeadLetter(0, Reason::Decode, 1)]);
    let ticket = crate::delivery::Ticket {
        slot: 0,
        epoch: 1,
        seq: 0,
    };
    for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
        bench.core.dead_lettered(ticket, false);
        let later = Said::Timer(Duration::from_secs(seconds));
        assert_eq!(bench.said(), [later], "not at once");
        assert!(bench.start().is_none(), "and its handler is not called again");
        bench.fire();
        assert_eq!(bench.said(), [Said::DeadLetterAgain(0)]);
    }
    bench.core.dead_lettered(ticket, true);
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 1)])]);
}

#[test]
fn race_k_a_fatal_error_while_a_retry_waits() {
    let mut bench = offsets(Rules {
        concurrency: 2,
        ..rules()
    });
    bench.poll(&[(0, 1)]);
    let run = bench.pend(1);
    bench.end(&run, &failed());
    assert_eq!(bench.said(), [Said::Timer(Duration::from_secs(1))]);
    let retry = bench.timers[0];
    bench.core.lost(&[0]);
    assert_eq!(bench.said(), [Said::Cancel(0, 1)], "and no commit");
    bench.core.assigned(0, 0, 2);
    assert_eq!(bench.core.polled(0, 2, [record(0, 0, 1)]), 1);
    let again = bench.pend(1);
    assert_eq!(again.picks[0].attempt, 1, "its next owner knows of no try");
    bench.core.timer_fired(retry);
    assert!(bench.start().is_none(), "it runs already");
    bench.end(&again, &done());
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 1)])]);
}

#[test]
fn race_l_a_failed_transaction_commits_no_output_of_a_failed_attempt() {
    let mut bench = bench(Settlement::Transactions, rules());
    bench.poll(&[(0, 1)]);
    bench.run_all(&failed());
    assert_eq!(
        bench.said(),
        [Said::Timer(Duration::from_secs(1))],
        "no transaction"
    );
    bench.fire();
    assert_eq!(bench.run_all(&made(1)), [0]);
    let write = |id| [Said::Begin(id), Said::Publish(0), Said::End(id, vec![(0, 1)])];
    assert_eq!(bench.said(), write(1));

    bench.core.txn_failed(1);
    assert!(bench.start().is_none(), "its handler is not called again");
    assert_eq!(bench.said(), [Said::Timer(Duration::from_millis(500))]);
    bench.fire();
    assert_eq!(bench.said(), write(2));
    bench.core.txn_committed(1);
    assert_eq!(bench.core.in_flight(), 1, "the first one's answer is over");
    bench.core.txn_committed(2);
    assert_eq!(bench.core.in_flight(), 0);
    assert_eq!(bench.said(), []);
}

#[test]
fn race_m_the_end_while_the_broker_is_down() {
    let mut bench = offsets(Rules {
        concurrency: 2,
        ..rules()
    });
    bench.poll(&[(0, 1), (1, 2), (2, 3)]);
    let silent = bench.pend(1);
    bench.end(&silent, &done());
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 1)])]);
    bench.run_all(&made(1));
    assert_eq!(bench.said(), [Said::Publish(1), Said::Publish(2)]);
    bench.core.drain_requested(SOON);
    assert_eq!(
        bench.said(),
        [Said::Timer(SOON)],
        "what is on its way has until then"
    );
    bench.fire();
    assert_eq!(
        bench.said(),
        [
            Said::CutOff(0, 1, 2),
            Said::Cancel(0, 1),
            Said::Drained(vec![(0, 1)])
        ],
        "only what was acknowledged"
    );
}

#[test]
fn a_dead_letter_on_its_way_does_not_survive_its_partition() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    let run = bench.pend(1);
    bench.end(&run, &rejected());
    bench.said();
    bench.core.dead_lettered(run.ticket(0), false);
    bench.said();
    bench.core.lost(&[0]);
    bench.core.assigned(0, 0, 2);
    bench.said();
    bench.fire();
    assert_eq!(bench.said(), []);
}

#[test]
fn a_lost_partition_publishes_nothing_that_nobody_has_taken() {
    let mut bench = offsets(rules());
    bench.core.assigned(1, 0, 2);
    bench.poll(&[(0, 1), (1, 2)]);
    bench.core.polled(1, 2, [record(1, 7, 1)]);
    let run = bench.start().expect("something to start");
    bench.core.finished(run.ticket(0), made(1), 0);
    bench.core.closed(run.start, false, &run.picks[1..]);
    assert_eq!(bench.run_all(&rejected()), [7, 1]);
    bench.core.lost(&[0]);
    let letter = Said::DeadLetter(7, Reason::Rejected, 1);
    assert_eq!(bench.said(), [letter, Said::Cancel(0, 1)]);
}

#[test]
fn what_is_cut_off_publishes_nothing_that_nobody_has_taken() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    let run = bench.pend(1);
    bench.core.revoked(&[0], SOON);
    assert_eq!(bench.said(), [Said::Timer(SOON)]);
    bench.end(&run, &made(1));
    bench.fire();
    let went = [Said::CutOff(0, 0, 1), Said::Cancel(0, 1), Said::Release(0, None)];
    assert_eq!(bench.said(), went);
}

#[test]
fn the_end_while_a_retry_waits() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1), (1, 2)]);
    let run = bench.pend(1);
    bench.end(&run, &failed());
    bench.said();
    let retry = bench.timers[0];
    bench.core.drain_requested(SOON);
    assert_eq!(bench.said(), [Said::Timer(SOON), Said::Drained(vec![])]);
    bench.core.timer_fired(retry);
    assert!(bench.start().is_none());
    assert_eq!(bench.said(), []);
}
