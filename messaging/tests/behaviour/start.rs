//! What is awaited and refused before the first record.

use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::delivery::policy::OnExhausted;
use messaging::{App, Context, Delivery, FromDelivery, Missing, Rejection, State, WorkerSpec};
use tokio::time::Instant;

use crate::support::*;

#[derive(Clone, Debug, PartialEq)]
struct Gateway(&'static str);

async fn charge(order: Order, State(gateway): State<Gateway>, State(seen): State<Seen<(u32, Gateway)>>) {
    seen.note((order.id, gateway));
}

async fn connected() -> Result<Gateway, std::io::Error> {
    tokio::time::sleep(Duration::from_secs(20)).await;
    Ok(Gateway("connected"))
}

fn app(broker: &MemoryBroker, seen: &Seen<(u32, Gateway)>) -> App {
    app_on(broker)
        .state(seen.clone())
        .worker(WorkerSpec::of("charge", "in", charge).group_id("g"))
}

#[tokio::test(start_paused = true)]
async fn what_is_provided_is_awaited_before_the_first_record() {
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    write(
        &broker,
        "in",
        None,
        Some(br#"{"id":1}"#),
        &messaging::Headers::new(),
    );
    let began = Instant::now();
    let running = started(app(&broker, &seen).provide(connected)).await;
    assert_eq!(began.elapsed().as_secs(), 20);
    until("it is handled", || seen.len() == 1).await;
    assert_eq!(seen.all(), [(1, Gateway("connected"))]);
    end(running).await;
    assert_eq!(broker.records("in.dlq"), vec![]);
}

#[tokio::test(start_paused = true)]
async fn check_awaits_nothing() {
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let began = Instant::now();
    app(&broker, &seen).provide(connected).check().unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_value_that_cannot_be_made_ends_the_start() {
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let refused = || async { Err::<Gateway, _>(std::io::Error::other("the gateway is shut")) };
    let error = app(&broker, &seen).provide(refused).start().await.unwrap_err();
    assert_eq!(
        error.report(),
        format!(
            "`{}` could not be made: the gateway is shut",
            std::any::type_name::<Gateway>()
        )
    );
    write(
        &broker,
        "in",
        None,
        Some(br#"{"id":1}"#),
        &messaging::Headers::new(),
    );
    pass(Duration::from_secs(60)).await;
    assert_eq!(seen.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_ready_value_stays_beside_a_provided_one() {
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let running = started(app(&broker, &seen).state(Gateway("ready")).provide(connected)).await;
    send(&running, "in", [1]).await;
    until("it is handled", || seen.len() == 1).await;
    assert_eq!(seen.all(), [(1, Gateway("ready"))]);
    end(running).await;
}

/// Reads its state where none is yet.
struct TooEarly;

impl FromDelivery for TooEarly {
    type Setup = Option<String>;
    fn setup(context: &Context) -> Result<Self::Setup, Missing> {
        Ok(context
            .state::<Gateway>()?
            .get()
            .err()
            .map(|error| error.to_string()))
    }
    fn from_delivery(told: &Self::Setup, _: &Delivery) -> Result<TooEarly, Rejection> {
        Err(Rejection::new(told.clone().unwrap_or_default()))
    }
}

#[tokio::test(start_paused = true)]
async fn a_provided_value_cannot_be_read_in_setup() {
    async fn early(_: Order, _: TooEarly) {}
    let broker = MemoryBroker::new();
    let app = app_on(&broker)
        .provide(connected)
        .worker(WorkerSpec::of("early", "in", early));
    let running = started(app).await;
    send(&running, "in", [1]).await;
    until("there is a dead letter", || broker.records("in.dlq").len() == 1).await;
    let error = header(&only(&broker, "in.dlq").await, messaging::headers::dlq::ERROR);
    assert!(
        error.ends_with("read it in `from_delivery`, not in `setup`"),
        "{error}"
    );
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_program_that_is_switched_off_says_so() {
    async fn nothing(_: Order) {}
    let off = [("message_broker", "kafka"), ("kafka_enabled", "false")];
    let app = || {
        App::empty()
            .configure(off)
            .worker(WorkerSpec::of("nothing", "in", nothing))
    };
    let error = app().start().await.unwrap_err();
    assert!(error.is_disabled(), "{error}");
    assert!(error.to_string().contains("kafka_enabled = false"), "{error}");
    app().check().expect("the program fits together all the same");
}

#[tokio::test(start_paused = true)]
async fn run_without_workers_is_an_error_and_start_is_not() {
    let broker = MemoryBroker::new();
    let error = app_on(&broker).run().await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("nothing is registered: annotate a function with #[worker]"),
        "{error}"
    );
    let mut running = app_on(&broker).start().await.unwrap();
    running.ready().await;
    end(running).await;
}

/// What is complained about at the start of a worker with an output topic, none of whose topics is there.
async fn complaints_at_start(broker: MemoryBroker) -> Vec<String> {
    async fn double(order: Order) -> Order {
        order
    }
    let log = Log::new();
    let spec = WorkerSpec::of("double", "in", double).output_topic("out");
    let app = app_on(&broker).configure([("kafka_dlq_auto_create", "false")]);
    let running = app.worker(spec).start().await.unwrap();
    end(running).await;
    log.complaints()
}

#[tokio::test(start_paused = true)]
async fn absent_topics_are_named_unless_the_broker_makes_them() {
    let told = complaints_at_start(MemoryBroker::new().auto_create(false)).await;
    let starts = [
        "WARN the topic does not exist;",
        "WARN the output topic does not exist;",
        "WARN the dead letter topic does not exist,",
    ];
    assert_eq!(told.len(), starts.len(), "{told:?}");
    for (line, start) in told.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
    assert_eq!(complaints_at_start(MemoryBroker::new()).await, [""; 0]);
}

/// The dead letter topic in the line about a worker that was found.
async fn dead_letters_announced(on_exhausted: OnExhausted) -> Option<String> {
    async fn nothing(_: Order) {}
    let log = Log::new();
    let spec = WorkerSpec::of("nothing", "in", nothing).on_exhausted(on_exhausted);
    end(app_on(&MemoryBroker::new()).worker(spec).start().await.unwrap()).await;
    let found = log.of("INFO worker found").concat();
    let topic = found
        .split_whitespace()
        .find_map(|word| word.strip_prefix("dlq="));
    topic.map(str::to_owned)
}

#[tokio::test(start_paused = true)]
async fn only_a_topic_that_dead_letters_go_to_is_announced() {
    let told = dead_letters_announced(OnExhausted::Dlq).await;
    assert_eq!(told.as_deref(), Some("in.dlq"));
    assert_eq!(dead_letters_announced(OnExhausted::Skip).await, None);
    assert_eq!(dead_letters_announced(OnExhausted::Stop).await, None);
}
