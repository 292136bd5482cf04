//! `on_error` and `on_success`: when they come, what waits for them, and that their failures change nothing.

use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::delivery::policy::OnExhausted;
use messaging::headers::dlq;
use messaging::worker::LastFailure;
use messaging::{Batch, BoxError, Cx, HandlerError, Message, Running, Worker, WorkerSpec};

use crate::support::*;

const HOUR: Duration = Duration::from_secs(3600);

/// What a hook does after it has noted that it was called.
#[derive(Clone, Copy)]
enum Then {
    End,
    Sleep(Duration),
    Fail,
    Panic,
}

impl Then {
    async fn act(self) -> Result<(), BoxError> {
        match self {
            Then::End => {}
            Then::Sleep(time) => pass(time).await,
            Then::Fail => return Err("the hook has an error".into()),
            Then::Panic => panic!("the hook panics"),
        }
        Ok(())
    }
}

/// Odd orders fail, 9 is skipped, 8 goes to a topic that cannot be; what happens is noted.
struct Shop {
    broker: MemoryBroker,
    seen: Seen<String>,
    then: Then,
}

impl Worker for Shop {
    type Input = Order;
    type Output = Option<Message<Order>>;
    type Error = BoxError;

    async fn process(&self, order: Order, _: &Cx) -> Result<Option<Message<Order>>, BoxError> {
        self.seen.note(format!("process {}", order.id));
        match order.id {
            9 => Err(HandlerError::skip("nine").into()),
            8 => Ok(Some(Message::new(order).topic("no topic"))),
            6 => Ok(None),
            id if id % 2 == 1 => Err("odd".into()),
            _ => Ok(Some(Message::new(order).topic("out"))),
        }
    }

    async fn process_batch(
        &self,
        batch: Batch<Order>,
        cx: &Cx,
    ) -> Vec<Result<Option<Message<Order>>, BoxError>> {
        let mut answers = Vec::new();
        for order in batch {
            answers.push(self.process(order, cx).await);
        }
        answers
    }

    async fn on_error(&self, failure: &LastFailure, cx: &Cx) -> Result<(), BoxError> {
        let dead = self.broker.records("in.dlq").len();
        self.seen.note(format!(
            "on_error {} {failure} at {}, try {}, {dead} dead",
            failure.reason().as_str(),
            cx.offset(),
            cx.attempt()
        ));
        self.then.act().await
    }

    async fn on_success(&self, cx: &Cx) -> Result<(), BoxError> {
        let out = self.broker.records("out").len();
        self.seen
            .note(format!("on_success at {}, {out} out", cx.offset()));
        self.then.act().await
    }
}

/// A worker on a broker of its own, and what it notes.
async fn shop(
    then: Then,
    with: impl FnOnce(WorkerSpec) -> WorkerSpec,
) -> (MemoryBroker, Seen<String>, Running) {
    let broker = MemoryBroker::new();
    topic(&broker, "in", 1).await;
    let (seen, running) = shop_on(&broker, then, with).await;
    (broker, seen, running)
}

async fn shop_on(
    broker: &MemoryBroker,
    then: Then,
    with: impl FnOnce(WorkerSpec) -> WorkerSpec,
) -> (Seen<String>, Running) {
    let seen = Seen::new();
    let shop = Shop {
        broker: broker.clone(),
        seen: seen.clone(),
        then,
    };
    let spec = WorkerSpec::worker("shop", "in", shop).max_retries(1);
    (seen.clone(), run_one(broker, (), with(spec)).await)
}

#[tokio::test(start_paused = true)]
async fn on_error_comes_once_after_the_last_try_and_before_the_dead_letter() {
    let (broker, seen, running) = shop(Then::Sleep(Duration::from_secs(5)), |spec| spec).await;
    send(&running, "in", [1]).await;
    until("the hook is called", || seen.len() == 3).await;
    pass(Duration::from_secs(4)).await;
    assert_eq!(broker.records("in.dlq"), vec![], "it waits for the hook");
    assert_eq!(committed(&broker, "g", "in").await, 0);
    until("the dead letter is there", || orders(&broker, "in.dlq") == [1]).await;
    end(running).await;
    let expected = [
        "process 1",
        "process 1",
        "on_error exhausted odd at 0, try 2, 0 dead",
    ];
    assert_eq!(seen.all(), expected);
    assert_eq!(header(&only(&broker, "in.dlq").await, dlq::ATTEMPTS), "2");
    assert_eq!(committed(&broker, "g", "in").await, 1);
}

#[tokio::test(start_paused = true)]
async fn on_error_comes_for_what_no_method_has_seen_and_for_outputs_that_cannot_be() {
    let (broker, seen, running) = shop(Then::End, |spec| spec).await;
    write(&broker, "in", None, Some(b"no order"), &messaging::Headers::new());
    until("it is given up", || broker.records("in.dlq").len() == 1).await;
    send(&running, "in", [8]).await;
    until("it is given up, too", || broker.records("in.dlq").len() == 2).await;
    end(running).await;
    let all = seen.all();
    assert!(all[0].starts_with("on_error decode "), "{all:?}");
    assert_eq!(all[1], "process 8");
    assert!(all[2].starts_with("on_error output "), "{all:?}");
    assert_eq!(all.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_skip_is_done_after_its_hook() {
    let hook = Then::Sleep(Duration::from_secs(9));
    let (broker, seen, running) = shop(hook, |spec| spec.on_exhausted(OnExhausted::Skip)).await;
    send(&running, "in", [1, 3]).await;
    until("the hook is called", || {
        seen.all().iter().any(|s| s.starts_with("on_error"))
    })
    .await;
    pass(Duration::from_secs(8)).await;
    assert_eq!(committed(&broker, "g", "in").await, 0);
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 2, "a drain waits for it");
    assert_eq!(broker.records("in.dlq"), vec![]);
    let hooks = seen
        .all()
        .into_iter()
        .filter(|s| s.starts_with("on_error"))
        .count();
    assert_eq!(hooks, 2);
}

#[tokio::test(start_paused = true)]
async fn a_stop_comes_after_its_hook() {
    let hook = Then::Sleep(Duration::from_secs(9));
    let (broker, seen, running) = shop(hook, |spec| spec.on_exhausted(OnExhausted::Stop)).await;
    send(&running, "in", [1, 2]).await;
    let began = tokio::time::Instant::now();
    let error = running.join().await.unwrap_err();
    assert!(error.is_stopped(), "{error}");
    assert!(
        began.elapsed() >= Duration::from_secs(10),
        "a retry and the hook: {:?}",
        began.elapsed()
    );
    assert_eq!(committed(&broker, "g", "in").await, 0, "the offset stays");
    let hooks = seen
        .all()
        .into_iter()
        .filter(|s| s.starts_with("on_error"))
        .count();
    assert_eq!(hooks, 1);
}

#[tokio::test(start_paused = true)]
async fn a_stop_whose_hook_does_not_end_is_a_stop_all_the_same() {
    let stop = |spec: WorkerSpec| spec.on_exhausted(OnExhausted::Stop).timeout(HOUR).max_retries(0);
    let (broker, seen, running) = shop(Then::Sleep(HOUR), stop).await;
    send(&running, "in", [1]).await;
    until("the hook is called", || seen.len() == 2).await;
    running.stop();
    let began = tokio::time::Instant::now();
    let error = running.join().await.unwrap_err();
    assert!(error.is_stopped(), "{error}");
    assert!(began.elapsed() < Duration::from_secs(26), "{:?}", began.elapsed());
    assert_eq!(committed(&broker, "g", "in").await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_skipped_record_calls_no_hook() {
    let (broker, seen, running) = shop(Then::End, |spec| spec).await;
    send(&running, "in", [9]).await;
    until("it is tried", || seen.len() == 1).await;
    end(running).await;
    assert_eq!(seen.all(), ["process 9"]);
    assert_eq!(committed(&broker, "g", "in").await, 1);
}

#[tokio::test(start_paused = true)]
async fn on_success_comes_after_the_acknowledgement_and_the_record_is_done_after_it() {
    let hook = Then::Sleep(Duration::from_secs(9));
    // It acknowledges nothing for a topic that is not there.
    let broker = MemoryBroker::new().auto_create(false);
    topic(&broker, "in", 1).await;
    let (seen, running) = shop_on(&broker, hook, |spec| spec).await;
    send(&running, "in", [2]).await;
    pass(HOUR).await;
    assert_eq!(seen.all(), ["process 2"]);
    topic(&broker, "out", 1).await;
    until("the hook is called", || seen.len() == 2).await;
    assert_eq!(seen.all()[1], "on_success at 0, 1 out");
    pass(Duration::from_secs(8)).await;
    assert_eq!(committed(&broker, "g", "in").await, 0);
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 1, "a drain waits for it");
}

#[tokio::test(start_paused = true)]
async fn on_success_comes_for_what_publishes_nothing_and_for_each_record_of_a_batch() {
    for size in [None, Some(3)] {
        let keys = |spec: WorkerSpec| match size {
            Some(size) => spec.batch_size(size),
            None => spec,
        };
        let (broker, seen, running) = shop(Then::End, keys).await;
        topic(&broker, "out", 1).await;
        send(&running, "in", [6, 1, 2]).await;
        until("the dead letter is there", || orders(&broker, "in.dlq") == [1]).await;
        end(running).await;
        let all = seen.all();
        let hooks = all.iter().filter(|s| s.starts_with("on_"));
        let mut hooks: Vec<&str> = hooks.filter_map(|s| s.split(',').next()).collect();
        hooks.sort_unstable();
        assert_eq!(
            hooks,
            [
                "on_error exhausted odd at 1",
                "on_success at 0",
                "on_success at 2"
            ],
            "{size:?}"
        );
        assert_eq!(committed(&broker, "g", "in").await, 3);
    }
}

#[tokio::test(start_paused = true)]
async fn no_lane_waits_for_a_hook_and_hooks_keep_to_the_concurrency() {
    let (broker, seen, running) = shop(Then::Sleep(Duration::from_secs(5)), |spec| spec).await;
    send(&running, "in", [6, 6, 6]).await;
    until("all are handled", || {
        seen.all().iter().filter(|s| *s == "process 6").count() == 3
    })
    .await;
    pass(Duration::from_secs(1)).await;
    let hooks = |seen: &Seen<String>| seen.all().iter().filter(|s| s.starts_with("on_success")).count();
    assert_eq!(hooks(&seen), 1, "one at a time");
    pass(Duration::from_secs(5)).await;
    assert_eq!(hooks(&seen), 2);
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 3);
}

#[tokio::test(start_paused = true)]
async fn failures_of_hooks_are_logged_and_change_nothing() {
    for (then, told) in [
        (Then::Fail, "the hook has an error"),
        (Then::Panic, "the handler panicked: the hook panics"),
        (
            Then::Sleep(HOUR),
            "the handler took longer than its timeout of 2s",
        ),
    ] {
        let log = Log::new();
        let keys = |spec: WorkerSpec| spec.timeout(Duration::from_secs(2));
        let (broker, seen, running) = shop(then, keys).await;
        send(&running, "in", [1, 6]).await;
        until("the dead letter is there", || orders(&broker, "in.dlq") == [1]).await;
        pass(Duration::from_secs(10)).await;
        end(running).await;
        assert_eq!(committed(&broker, "g", "in").await, 2, "{told}");
        let hooks = seen.all().into_iter().filter(|s| s.starts_with("on_")).count();
        assert_eq!(hooks, 2, "each once");
        let lines = log.of("ERROR a hook failed; that changes nothing for its record");
        assert_eq!(lines.len(), 2, "{:?}", log.complaints());
        assert!(lines.iter().all(|line| line.contains(told)), "{lines:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_is_cut_off_comes_again_with_its_record() {
    for id in [1, 6] {
        let long = |spec: WorkerSpec| spec.timeout(HOUR);
        let (broker, seen, running) = shop(Then::Sleep(HOUR), long).await;
        send(&running, "in", [id]).await;
        let is_called = |seen: &Seen<String>| seen.all().iter().any(|s| s.starts_with("on_"));
        until("the hook is called", || is_called(&seen)).await;
        end_unfinished(running).await;
        assert_eq!(committed(&broker, "g", "in").await, 0);
        assert_eq!(broker.records("in.dlq"), vec![]);

        let (seen, running) = shop_on(&broker, Then::End, |spec| spec).await;
        until("the hook is called again", || is_called(&seen)).await;
        end(running).await;
        assert_eq!(committed(&broker, "g", "in").await, 1);
    }
}
