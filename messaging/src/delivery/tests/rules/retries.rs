//! Retries, and what happens when there are none left.

use super::*;

#[test]
fn three_retries_wait_1_2_and_4_seconds_then_comes_the_dead_letter() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    for seconds in [1, 2, 4] {
        assert_eq!(bench.run_all(&failed()), [0]);
        assert_eq!(bench.said(), [Said::Timer(Duration::from_secs(seconds))]);
        assert!(bench.start().is_none(), "not before the timer");
        bench.fire();
    }
    let run = bench.start().unwrap();
    assert_eq!(run.picks[0].attempt, 4);
    bench.core.finished(run.ticket(0), failed(), 0);
    bench.core.closed(run.start, false, &[]);
    assert_eq!(
        bench.said(),
        [Said::DeadLetter(0, Reason::Exhausted, 4)],
        "and no commit yet"
    );
    bench.core.dead_lettered(run.ticket(0), true);
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 1)])]);
}

#[test]
fn the_last_failure_names_the_reason() {
    let mut bench = offsets(with(|rules| rules.retry.max_retries = 1));
    bench.poll(&[(0, 1)]);
    bench.run_all(&Finish::Retry(None, Reason::Panic, "it panicked"));
    bench.said();
    bench.fire();
    bench.run_all(&Finish::Retry(None, Reason::Timeout, "too slow"));
    assert_eq!(bench.said(), [Said::DeadLetter(0, Reason::Timeout, 2)]);
}

#[test]
fn retry_after_replaces_the_delay_and_uses_up_a_try() {
    let mut bench = offsets(with(|rules| rules.retry.max_retries = 1));
    bench.poll(&[(0, 1)]);
    let asks = Finish::Retry(Some(Duration::from_secs(90)), Reason::Exhausted, "busy");
    bench.run_all(&asks);
    assert_eq!(bench.said(), [Said::Timer(Duration::from_secs(90))]);
    bench.fire();
    bench.run_all(&asks);
    assert_eq!(bench.said(), [Said::DeadLetter(0, Reason::Exhausted, 2)]);
}

#[test]
fn chance_moves_a_delay_that_has_jitter() {
    let mut bench = offsets(with(|rules| rules.retry.jitter = 0.5));
    bench.poll(&[(0, 1)]);
    let run = bench.start().unwrap();
    bench.core.finished(run.ticket(0), failed(), u64::MAX);
    bench.core.closed(run.start, false, &[]);
    let said = bench.said();
    let [Said::Timer(delay)] = said[..] else {
        panic!("{said:?}")
    };
    assert!(
        delay > Duration::from_millis(1_400) && delay <= Duration::from_millis(1_500),
        "{delay:?}"
    );
}

#[test]
fn a_rejected_record_is_not_tried_again() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    assert_eq!(bench.run_all(&rejected()), [0]);
    assert_eq!(bench.said(), [Said::DeadLetter(0, Reason::Rejected, 1)]);
}

#[test]
fn a_skipped_record_is_done_and_publishes_nothing() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    bench.run_all(&Finish::Skip);
    assert_eq!(bench.said(), [Said::Commit(vec![(0, 1)])]);
}

#[test]
fn exhausted_records_are_skipped_when_the_worker_says_so() {
    let mut bench = offsets(with(|rules| rules.on_exhausted = OnExhausted::Skip));
    bench.poll(&[(0, 1)]);
    bench.run_all(&rejected());
    assert_eq!(bench.said(), [Said::Skipped(0), Said::Commit(vec![(0, 1)])]);
}

#[test]
fn a_worker_that_stops_leaves_its_record_and_starts_nothing_more() {
    let mut bench = offsets(with(|rules| rules.on_exhausted = OnExhausted::Stop));
    bench.poll(&[(0, 1)]);
    bench.run_all(&done());
    bench.said();
    bench.core.commit_done();
    bench.poll(&[(1, 1), (2, 1), (3, 2)]);
    let run = bench.start().unwrap();
    assert_eq!(run.offsets(), [1, 2]);
    bench.core.finished(run.ticket(0), rejected(), 0);
    bench.core.finished(run.ticket(1), made(1), 0);
    bench.core.closed(run.start, false, &[]);
    assert_eq!(
        bench.said(),
        [Said::Fail(1)],
        "what came after it in its run is void"
    );
    assert!(bench.start().is_none());
    assert_eq!(bench.core.held_by(0), Some((1, 1)));

    bench.core.drain_requested(SOON);
    assert_eq!(bench.said(), [Said::Timer(SOON), Said::Drained(vec![(0, 1)])]);
}

#[test]
fn a_refused_output_becomes_a_dead_letter() {
    let mut bench = offsets(rules());
    bench.poll(&[(0, 1)]);
    let run = bench.pend(1);
    bench.end(&run, &made(2));
    assert_eq!(bench.said(), [Said::Publish(0)]);
    bench.core.published(run.ticket(0), Err("too large"));
    assert_eq!(bench.said(), [Said::DeadLetter(0, Reason::Output, 1)]);
    bench.core.published(run.ticket(0), Ok(()));
    assert_eq!(bench.said(), [], "the other message settles nothing");
}
