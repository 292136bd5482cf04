//! The driver before a subscription that is told what to say.

use futures_util::future::BoxFuture;

use super::*;
use crate::BoxError;
use crate::delivery::policy::{OnExhausted, RetryPolicy};
use crate::delivery::{Epoch, Rules, Settlement};
use crate::extract::{Context, States};
use crate::handler::{Handler, Hooks, erase};
use crate::message::Delivery;
use crate::outcome::HandlerError;
use crate::record::RecordBatch;
use crate::runtime::double::Double;
use crate::settings::OffsetReset;
use crate::worker::LastFailure;

mod blocking;

/// How long a close gets at least.
const LEAST: Duration = Duration::from_secs(2);

async fn echo(text: String) -> String {
    text
}

fn unit<M: 'static, H: Handler<M>>(handler: H) -> Unit {
    let producer = Producer::new(None, crate::settings::Settings::default(), None);
    let context = Context::new(Arc::new(States::default()), producer);
    let rules = Rules {
        concurrency: 1,
        order: Order::Key,
        retry: RetryPolicy::default(),
        on_exhausted: OnExhausted::Dlq,
        batch: None,
        max_in_flight: 1000,
        max_bytes: 1000,
        max_ahead: 1000,
    };
    Unit {
        name: "echo".to_owned(),
        group: "g".to_owned(),
        output_topic: Some("out".into()),
        dlq_topics: vec![("in".to_owned(), "in.dlq".into())],
        topic_prefix: String::new(),
        reset: OffsetReset::Earliest,
        rules,
        on_exhausted: OnExhausted::Dlq,
        timeout: None,
        handler: erase(handler, None, &context).expect("nothing is missing"),
        hooks: None,
    }
}

fn driver<M: 'static, H: Handler<M>>(subscription: &Double, handler: H) -> Driver {
    let unit = Arc::new(unit(handler));
    Driver::new(Setup {
        group: "g".to_owned(),
        subscription: Box::new(subscription.clone()),
        core: Core::new(Settlement::Offsets, vec![unit.rules.clone()], None),
        units: vec![unit],
        routes: [("in".to_owned(), 0)].into_iter().collect(),
        requests: mpsc::unbounded_channel().1,
        notices: mpsc::unbounded_channel().0,
        health: watch::channel(GroupHealth::default()).0,
        observer: None,
        absent: BTreeSet::new(),
        producer: Producer::new(None, crate::settings::Settings::default(), None),
        seed: 0,
        revoke_deadline: Duration::from_secs(10),
        close_deadline: LEAST,
        spawn: false,
    })
}

fn assigned(slot: Slot, epoch: Epoch) -> Event {
    let partition = TopicPartition {
        topic: "in".into(),
        partition: slot.into(),
    };
    Event::Assigned(vec![(slot, epoch, partition)])
}

fn polled(slot: Slot, epoch: Epoch, text: &str) -> Event {
    let mut batch = RecordBatch::builder("in".into(), slot.into());
    batch.push(0, None, None, Some(text.as_bytes()));
    Event::Polled(slot, epoch, batch.finish())
}

fn hear(driver: &mut Driver, events: impl IntoIterator<Item = Event>) {
    events.into_iter().for_each(|event| driver.take_event(event));
    driver.turn();
}

#[tokio::test]
async fn an_absent_topic_that_the_start_has_told_is_told_again_only_when_it_was_there() {
    let absent = |topic: &str| BrokerError::UnknownTopic {
        topic: topic.to_owned(),
    };
    let started = || {
        let mut driver = driver(&Double::default(), echo);
        driver.absent.insert("in".to_owned());
        driver
    };
    let mut waiting = started();
    assert!(!waiting.was_told(&absent("out")), "another one");
    assert!(waiting.was_told(&absent("in")));
    let mut made = started();
    hear(&mut made, [assigned(0, 1)]);
    assert!(!made.was_told(&absent("in")), "it was deleted since");
}

#[tokio::test]
async fn an_absent_output_topic_that_the_start_has_told_is_told_again_only_when_it_was_there() {
    let absent = BrokerError::UnknownTopic {
        topic: "out".to_owned(),
    };
    let started = || {
        let mut driver = driver(&Double::default(), echo);
        driver.absent.insert("out".to_owned());
        hear(&mut driver, [assigned(0, 1), polled(0, 1, "text")]);
        driver
    };
    let mut waiting = started();
    assert!(waiting.was_told(&absent));
    let mut made = started();
    hear(&mut made, [Event::Published(vec![(0, Ok(()))])]);
    assert!(!made.was_told(&absent), "it was deleted since");
}

#[tokio::test]
async fn an_output_without_room_is_not_sent_for_a_lost_partition_and_holds_up_no_other() {
    let broker = Double::default();
    let mut driver = driver(&broker, echo);
    broker.notes().full = true;
    hear(
        &mut driver,
        [assigned(0, 1), assigned(1, 2), polled(0, 1, "lost")],
    );
    hear(&mut driver, [polled(1, 2, "kept")]);
    assert!(
        driver.outbox.is_backed_up(),
        "the output waits, and so does the other record"
    );

    broker.notes().full = false;
    hear(&mut driver, [Event::Lost(vec![0])]);
    assert_eq!(broker.notes().published, ["kept"]);
}

#[tokio::test]
async fn a_receipt_that_comes_late_changes_nothing_in_the_next_assignment() {
    let refused = || BrokerError::Refused {
        topic: "out".to_owned(),
        why: "too large".to_owned(),
    };
    for late in [Ok(()), Err(Arc::new(refused()))] {
        let broker = Double::default();
        let mut driver = driver(&broker, echo);
        hear(&mut driver, [assigned(0, 1), polled(0, 1, "text")]);
        hear(
            &mut driver,
            [Event::Lost(vec![0]), assigned(0, 2), polled(0, 2, "text")],
        );
        hear(&mut driver, [Event::Published(vec![(0, late)])]);
        assert_eq!(
            driver.core.held_by(0),
            Some((0, 1)),
            "its own output is on its way"
        );
        assert_eq!(
            broker.notes().published,
            ["text", "text"],
            "and there is no dead letter"
        );

        hear(&mut driver, [Event::Published(vec![(1, Ok(()))])]);
        assert_eq!(driver.core.held_by(0), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_driver_whose_app_is_gone_cuts_off_what_runs_and_ends() {
    let broker = Double::default();
    let mut driver = driver(&broker, echo);
    hear(&mut driver, [assigned(0, 1), polled(0, 1, "never acknowledged")]);
    let end = tokio::time::timeout(Duration::from_secs(3600), driver.run()).await;
    let tally = end.expect("it ends").expect("its subscription closes");
    let (done, left, cut_off) = (0, 1, 1);
    assert_eq!(tally, Tally { done, left, cut_off });
}

#[tokio::test(start_paused = true)]
async fn a_close_has_what_is_left_of_the_shutdown_and_a_moment_when_nothing_is() {
    let hour = Duration::from_secs(3600);
    for (left, given) in [(hour, hour), (Duration::ZERO, LEAST)] {
        let broker = Double::default();
        let mut driver = driver(&broker, echo);
        let (requests, asked) = mpsc::unbounded_channel();
        driver.requests = asked;
        let (within, close_by) = (hour, clock::now() + left);
        requests.send(Request::Drain { within, close_by }).unwrap();
        driver.run().await.unwrap();
        assert_eq!(broker.notes().closed_within, Some(given));
    }
}

#[tokio::test]
async fn a_record_that_waits_for_long_does_not_keep_its_batch() {
    async fn later(text: String) -> Result<(), HandlerError> {
        match &*text {
            "later" => Err(HandlerError::retry_after(Duration::from_secs(3600))),
            "never" => Err(HandlerError::reject("never")),
            _ => Ok(()),
        }
    }
    for values in [["later", "quick"], ["later", "behind"], ["never", "quick"]] {
        let mut batch = RecordBatch::builder("in".into(), 0);
        for (offset, value) in values.into_iter().enumerate() {
            let key = if value == "quick" { "own" } else { "shared" };
            batch.push(offset as i64, None, Some(key.as_bytes()), Some(value.as_bytes()));
        }
        let batch = batch.finish();
        let kept = Arc::downgrade(&batch);
        let mut driver = driver(&Double::default(), later);
        hear(&mut driver, [assigned(0, 1), Event::Polled(0, 1, batch)]);
        let held = driver.core.held_by(0);
        assert_eq!(held, Some((0, 1)), "it was tried and is not done: {values:?}");
        assert!(kept.upgrade().is_none(), "{values:?}");
    }
}

/// Notes the partitions for which it is called, and does not end.
struct Forever(Arc<std::sync::Mutex<Vec<i32>>>);

impl Hooks for Forever {
    fn hears_errors(&self) -> bool {
        true
    }
    fn hears_successes(&self) -> bool {
        false
    }
    fn on_error(&self, delivery: Delivery, _: LastFailure) -> BoxFuture<'static, Result<(), BoxError>> {
        self.0.lock().expect("no test panics").push(delivery.partition());
        Box::pin(std::future::pending())
    }
    fn on_success(&self, _: Delivery) -> BoxFuture<'static, Result<(), BoxError>> {
        unreachable!("nothing succeeds")
    }
}

#[tokio::test]
async fn hooks_of_a_lost_partition_make_room_for_those_of_the_others() {
    async fn reject(_: String) -> Result<(), HandlerError> {
        Err(HandlerError::reject("never"))
    }
    let called = Arc::new(std::sync::Mutex::new(Vec::new()));
    let broker = Double::default();
    let mut driver = driver(&broker, reject);
    let unit = Arc::get_mut(&mut driver.units[0]).expect("nobody else has it yet");
    unit.hooks = Some(Arc::new(Forever(called.clone())));
    let called = || called.lock().expect("no test panics").clone();
    hear(&mut driver, [assigned(0, 1), assigned(1, 2)]);
    hear(&mut driver, [polled(0, 1, "first"), polled(1, 2, "second")]);
    driver.take_ended_hooks();
    assert_eq!(called(), [0], "one at a time");
    hear(&mut driver, [Event::Lost(vec![0])]);
    driver.take_ended_hooks();
    assert_eq!(called(), [0, 1]);
    assert!(
        broker.notes().published.is_empty(),
        "no dead letter comes before its hook"
    );
}

/// The driver's clock is not paused here: the handler needs time that passes while it computes.
#[tokio::test]
async fn a_turn_is_over_after_a_while_however_much_there_is_to_handle() {
    const EACH: Duration = Duration::from_millis(3);
    async fn compute(_: String) {
        let began = clock::now();
        while began.elapsed() < EACH {
            std::hint::spin_loop();
        }
    }
    let mut batch = RecordBatch::builder("in".into(), 0);
    (0..1000).for_each(|offset| batch.push(offset, None, None, Some(b"text")));
    let mut driver = driver(&Double::default(), compute);
    hear(&mut driver, [assigned(0, 1), Event::Polled(0, 1, batch.finish())]);
    // In the end runs are as long as they get.
    for _ in 0..8 {
        let before = driver.finished;
        assert!(driver.turn(), "there is more");
        let handled = (driver.finished - before) as u32;
        let enough = LONGEST_TURN.as_millis().div_ceil(EACH.as_millis()) as u32;
        assert!((1..=enough).contains(&handled), "{handled}");
    }
    driver.core.drain_requested(Duration::ZERO);
    driver.turn();
    assert!(driver.drained.is_some());
}
