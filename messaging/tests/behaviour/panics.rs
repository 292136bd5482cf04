//! User code that panics outside of a handler's body: that costs at most its record a try, and the others go on.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{BoxStream, StreamExt};
use messaging::broker::memory::MemoryBroker;
use messaging::handler::ErasedHandler;
use messaging::headers::dlq;
use messaging::outcome::Outcome;
use messaging::{Batch, Delivery, HandlerError, Layer, Observation, Observer, State, WorkerSpec};

use crate::support::*;

/// A local of a handler whose destructor panics.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the bomb went off");
    }
}

/// Order 1 hangs with a bomb in its hands.
async fn hold(order: Order, State(seen): State<Seen<u32>>) {
    seen.note(order.id);
    if order.id == 1 {
        let _bomb = Bomb;
        std::future::pending::<()>().await;
    }
}

/// What the only dead letter says: reason and error.
async fn why(broker: &MemoryBroker) -> (String, String) {
    until("there is a dead letter", || broker.records("in.dlq").len() == 1).await;
    let letter = only(broker, "in.dlq").await;
    (header(&letter, dlq::REASON), header(&letter, dlq::ERROR))
}

#[tokio::test(start_paused = true)]
async fn a_destructor_that_panics_when_its_handler_is_cut_off_is_part_of_the_timeout() {
    async fn hold_all(batch: Batch<Order>, seen: State<Seen<u32>>) {
        for order in batch {
            hold(order, State(seen.0.clone())).await;
        }
    }
    let limited = |spec: WorkerSpec| spec.timeout(Duration::from_secs(5)).max_retries(0);
    let one = limited(WorkerSpec::of("hold", "in", hold));
    let many = limited(WorkerSpec::of("hold", "in", hold_all)).batch_size(1);
    for spec in [one, many] {
        let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
        topic(&broker, "in", 1).await;
        let running = run_one(&broker, seen.clone(), spec).await;
        send(&running, "in", [1, 2]).await;
        let (reason, error) = why(&broker).await;
        assert_eq!(reason, "timeout");
        assert_eq!(
            error,
            "the handler took longer than its timeout of 5s, and panicked in a destructor when it was cut off: \
             the bomb went off"
        );
        until("the next one was handled", || seen.all() == [1, 2]).await;
        end(running).await;
        assert_eq!(committed(&broker, "g", "in").await, 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_destructor_that_panics_when_its_partition_goes_holds_nothing_up() {
    let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
    topic(&broker, "in", 1).await;
    let spec = WorkerSpec::of("hold", "in", hold).concurrency(2);
    let running = run_one(&broker, seen.clone(), spec).await;
    send(&running, "in", [1]).await;
    until("it runs", || seen.len() == 1).await;
    broker.lose("g", "in", 0);
    send(&running, "in", [2]).await;
    until("both are handled when the partition is back", || {
        seen.all() == [1, 1, 2]
    })
    .await;
    end_unfinished(running).await;
}

/// An error with a verdict and without words.
#[derive(Debug)]
struct Mute(HandlerError);

impl fmt::Display for Mute {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("no words")
    }
}

impl std::error::Error for Mute {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_that_cannot_be_shown_is_an_error_all_the_same() {
    async fn one(_: Order) -> Result<(), Mute> {
        Err(Mute(HandlerError::reject("no use")))
    }
    async fn many(_: Batch<Order>) -> Result<(), Mute> {
        Err(Mute(HandlerError::reject("no use")))
    }
    for spec in [
        WorkerSpec::of("fails", "in", one),
        WorkerSpec::of("fails", "in", many).batch_size(1),
    ] {
        let broker = MemoryBroker::new();
        let running = run_one(&broker, (), spec).await;
        send(&running, "in", [1]).await;
        let expected = "an error that cannot be shown, its Display panicked: no words";
        assert_eq!(why(&broker).await, ("rejected".to_owned(), expected.to_owned()));
        end(running).await;
        assert_eq!(committed(&broker, "g", "in").await, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_is_skipped_though_its_error_cannot_be_shown() {
    async fn skip(_: Order) -> Result<(), Mute> {
        Err(Mute(HandlerError::skip("not for us")))
    }
    let (broker, log) = (MemoryBroker::new(), Log::new());
    let running = run_one(&broker, (), WorkerSpec::of("skip", "in", skip)).await;
    send(&running, "in", [1]).await;
    until("it is skipped", || log.of("INFO a record was skipped").len() == 1).await;
    end(running).await;
    assert_eq!(committed(&broker, "g", "in").await, 1);
}

/// Where a layer panics.
#[derive(Clone, Copy)]
enum Place {
    Run,
    Poll,
    Destructor,
}

/// A layer that panics on the first run of a worker.
struct Clumsy(Place, Seen<()>);

struct Wrapped(Place, Seen<()>, Arc<dyn ErasedHandler>);

impl Layer for Clumsy {
    fn layer(&self, _: &str, inner: Arc<dyn ErasedHandler>) -> Arc<dyn ErasedHandler> {
        Arc::new(Wrapped(self.0, self.1.clone(), inner))
    }
}

impl ErasedHandler for Wrapped {
    fn run(&self, run: Vec<Delivery>) -> BoxStream<'static, Outcome> {
        let answers = self.2.run(run);
        self.1.note(());
        match self.0 {
            _ if self.1.len() > 1 => answers,
            Place::Run => panic!("clumsy"),
            Place::Poll => answers.map(|_| panic!("clumsy")).boxed(),
            Place::Destructor => {
                let bomb = Bomb;
                answers
                    .inspect(move |_| {
                        let _held = &bomb;
                    })
                    .boxed()
            }
        }
    }
    fn is_batch(&self) -> bool {
        self.2.is_batch()
    }
    fn needs_output_topic(&self) -> bool {
        self.2.needs_output_topic()
    }
}

#[tokio::test(start_paused = true)]
async fn a_layer_that_panics_costs_each_record_of_its_run_a_try() {
    async fn one(order: Order, State(seen): State<Seen<u32>>) {
        seen.note(order.id);
    }
    async fn many(batch: Batch<Order>, State(seen): State<Seen<u32>>) {
        batch.iter().for_each(|order| seen.note(order.id));
    }
    for place in [Place::Run, Place::Poll] {
        for (spec, expected) in [
            (WorkerSpec::of("w", "in", one), vec![1]),
            (WorkerSpec::of("w", "in", many).batch_size(3), vec![1, 2, 3]),
        ] {
            let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
            topic(&broker, "in", 1).await;
            let app = app_on(&broker).layer(Clumsy(place, Seen::new()));
            let spec = spec.group_id("g").max_retries(0);
            let running = started(app.state(seen.clone()).worker(spec)).await;
            send(&running, "in", [1, 2, 3, 4]).await;
            until("it is a dead letter", || orders(&broker, "in.dlq") == expected).await;
            for letter in read(&broker, "in.dlq").await {
                assert_eq!(header(&letter, dlq::REASON), "panic");
                assert_eq!(header(&letter, dlq::ERROR), "the handler panicked: clumsy");
            }
            until("the others were handled", || seen.all().contains(&4)).await;
            end(running).await;
            assert_eq!(committed(&broker, "g", "in").await, 4);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_layer_whose_destructor_panics_keeps_the_outcomes_it_gave() {
    async fn note(order: Order, State(seen): State<Seen<u32>>) {
        seen.note(order.id);
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::<u32>::new());
    let app = app_on(&broker).layer(Clumsy(Place::Destructor, Seen::new()));
    let spec = WorkerSpec::of("w", "in", note).group_id("g");
    let running = started(app.state(seen.clone()).worker(spec)).await;
    send(&running, "in", [1, 2]).await;
    until("both were handled", || seen.len() == 2).await;
    end(running).await;
    assert_eq!((seen.all(), committed(&broker, "g", "in").await), (vec![1, 2], 2));
}

#[tokio::test(start_paused = true)]
async fn an_observer_that_panics_stops_nothing_and_is_told_of_once() {
    struct Blind(Seen<()>);
    impl Observer for Blind {
        fn observe(&self, _: &Observation<'_>) {
            self.0.note(());
            panic!("it sees nothing");
        }
    }
    async fn note(order: Order, State(seen): State<Seen<u32>>) {
        seen.note(order.id);
    }
    let (broker, seen, calls, log) = (MemoryBroker::new(), Seen::<u32>::new(), Seen::new(), Log::new());
    let app = app_on(&broker).observer(Blind(calls.clone()));
    let spec = WorkerSpec::of("w", "in", note).group_id("g");
    let running = started(app.state(seen.clone()).worker(spec)).await;
    send(&running, "in", [1, 2]).await;
    until("both were handled", || seen.len() == 2).await;
    end(running).await;
    assert!(calls.len() > 2, "it is called all the same");
    assert_eq!(
        log.complaints(),
        ["ERROR the observer panicked; it is called again, and this is not said again panic=it sees nothing"]
    );
    assert_eq!(committed(&broker, "g", "in").await, 2);
}
