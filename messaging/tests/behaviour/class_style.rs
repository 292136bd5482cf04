//! Workers in class style: a type whose methods handle the records.

use std::sync::Arc;

use messaging::broker::memory::MemoryBroker;
use messaging::headers::dlq;
use messaging::worker::Class;
use messaging::{Batch, BoxError, Cx, Headers, Verdict, Worker, WorkerSpec};

use crate::support::*;

/// Writes down what it is told, and fails for order 3.
struct Clerk(Seen<String>);

impl Worker for Clerk {
    type Input = Order;
    type Output = Option<Order>;
    type Error = std::io::Error;

    async fn process(&self, order: Order, cx: &Cx) -> Result<Option<Order>, std::io::Error> {
        self.0
            .note(format!("{} at {}, try {}", order.id, cx.offset(), cx.attempt()));
        match order.id {
            3 => Err(std::io::Error::other("three")),
            id => Ok((id % 2 == 0).then_some(order)),
        }
    }
}

fn clerk(seen: &Seen<String>) -> WorkerSpec {
    WorkerSpec::worker("clerk", "in", Clerk(seen.clone()))
        .output_topic("out")
        .max_retries(1)
}

#[tokio::test(start_paused = true)]
async fn its_answers_are_published_and_its_errors_are_tried_again() {
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    topic(&broker, "in", 1).await;
    topic(&broker, "out", 1).await;
    let running = run_one(&broker, (), clerk(&seen)).await;
    send(&running, "in", [2, 3, 4]).await;
    until("the dead letter is there", || orders(&broker, "in.dlq") == [3]).await;
    until("the others are out", || orders(&broker, "out") == [2, 4]).await;
    end(running).await;
    let threes: Vec<String> = seen.all().into_iter().filter(|s| s.starts_with('3')).collect();
    assert_eq!(threes, ["3 at 1, try 1", "3 at 1, try 2"]);
    assert_eq!(header(&only(&broker, "in.dlq").await, dlq::ERROR), "three");
}

#[tokio::test(start_paused = true)]
async fn a_key_of_batches_without_a_method_for_them_hands_on_each_record() {
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    topic(&broker, "in", 1).await;
    topic(&broker, "out", 1).await;
    let running = run_one(&broker, (), clerk(&seen).batch_size(3)).await;
    send(&running, "in", [2, 3, 4]).await;
    until("the dead letter is there", || orders(&broker, "in.dlq") == [3]).await;
    until("the others are out", || orders(&broker, "out") == [2, 4]).await;
    end(running).await;
    let expected = ["2 at 0, try 1", "3 at 1, try 1", "4 at 2, try 1", "3 at 1, try 2"];
    assert_eq!(seen.all(), expected, "each with its own metadata");
}

/// Notes how many it gets, and whether alone.
struct Bulk(Seen<String>);

impl Worker for Bulk {
    type Input = Order;
    type Output = ();
    type Error = BoxError;

    async fn process(&self, _: Order, _: &Cx) -> Result<(), BoxError> {
        self.0.note("alone".to_owned());
        Ok(())
    }

    async fn process_batch(&self, batch: Batch<Order>, cx: &Cx) -> Vec<Result<(), BoxError>> {
        self.0.note(format!("{} from {}", batch.len(), cx.offset()));
        batch.iter().map(|_| Ok(())).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_size_or_a_patience_makes_the_method_for_batches_the_entry() {
    let patience = std::time::Duration::from_millis(5);
    for (size, patience, expected) in [
        (None, None, "alone"),
        (Some(1), None, "1 from 0"),
        (None, Some(patience), "1 from 0"),
    ] {
        let (broker, seen) = (MemoryBroker::new(), Seen::new());
        let mut spec = WorkerSpec::worker("bulk", "in", Bulk(seen.clone()));
        if let Some(size) = size {
            spec = spec.batch_size(size);
        }
        if let Some(patience) = patience {
            spec = spec.batch_timeout(patience);
        }
        let running = run_one(&broker, (), spec).await;
        send(&running, "in", [1]).await;
        until("it is handled", || seen.len() == 1).await;
        end(running).await;
        assert_eq!(seen.all(), [expected]);
    }
}

/// Tells all that `Cx` knows.
struct Curious;

impl Worker for Curious {
    type Input = String;
    type Output = ();
    type Error = BoxError;

    async fn process(&self, _: String, cx: &Cx) -> Result<(), BoxError> {
        let text = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let headers: Vec<&str> = cx.headers().map(|(name, _)| name).collect();
        let what = format!(
            "{}[{}]@{} {:?} {:?} {headers:?} {:?} {}",
            cx.topic(),
            cx.partition(),
            cx.offset(),
            text(cx.key()),
            text(cx.value()),
            text(cx.header("a")),
            cx.timestamp().is_some(),
        );
        cx.producer().send("told", &what).await?;
        cx.state::<Seen<String>>()?.note(what);
        cx.state::<Arc<u8>>()?;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_told_of_the_record_and_of_the_program() {
    let (broker, seen) = (MemoryBroker::new(), Seen::<String>::new());
    topic(&broker, "in", 1).await;
    let spec = WorkerSpec::worker("curious", "in", Curious).max_retries(0);
    let running = run_one(&broker, seen.clone(), spec).await;
    let mut headers = Headers::new();
    headers.push("a", "1");
    headers.push("a", "2");
    write(&broker, "in", Some(b"k"), Some(b"hello"), &headers);
    until("it is given up", || broker.records("in.dlq").len() == 1).await;
    end(running).await;
    let told = r#"in[0]@0 Some("k") Some("hello") ["a", "a"] Some("2") true"#;
    assert_eq!(seen.all(), [told]);
    assert_eq!(broker.records("told").len(), 1);
    let error = header(&only(&broker, "in.dlq").await, dlq::ERROR);
    let missing = "no state of type `alloc::sync::Arc<u8>` is provided; add `.state(value)`";
    assert!(error.starts_with(missing), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_apps_instance_handles_where_the_description_has_none() {
    let spec = || WorkerSpec::class("clerk", "in", Class::<Clerk>::provided()).output_topic("out");
    let error = app_on(&MemoryBroker::new()).worker(spec()).check().unwrap_err();
    let report = error.report();
    assert!(
        report.contains("there is no instance of") && report.contains("Clerk"),
        "{report}"
    );

    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let running = run_one(&broker, Clerk(seen.clone()), spec()).await;
    send(&running, "in", [7]).await;
    until("it is handled", || seen.len() == 1).await;
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn its_errors_can_be_read_by_a_function_of_the_users() {
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let class = Class::of(Clerk(seen.clone())).classify(|_| Verdict::Reject);
    let spec = WorkerSpec::class("clerk", "in", class).output_topic("out");
    let running = run_one(&broker, (), spec).await;
    send(&running, "in", [3]).await;
    until("it is given up", || orders(&broker, "in.dlq") == [3]).await;
    end(running).await;
    assert_eq!(seen.len(), 1, "a rejected record is not tried again");
}

/// What the macro registers.
#[derive(Default)]
struct HTTPGreeter;

#[messaging::worker(topic = "greetings", output_topic = "greeted", batch_size = 2, classify = verdict)]
impl Worker for HTTPGreeter {
    type Input = String;
    type Output = String;
    type Error = std::io::Error;

    async fn process(&self, name: String, _: &Cx) -> Result<String, std::io::Error> {
        match &*name {
            "nobody" => Err(std::io::Error::other("nobody is there")),
            name => Ok(format!("hello, {name}")),
        }
    }

    async fn process_batch(&self, batch: Batch<String>, cx: &Cx) -> Vec<Result<String, std::io::Error>> {
        let mut answers = Vec::new();
        for name in batch {
            answers.push(self.process(name, cx).await);
        }
        answers
    }
}

fn verdict(_: &std::io::Error) -> Verdict {
    Verdict::Reject
}

#[tokio::test(start_paused = true)]
async fn the_macro_registers_it_with_its_default_as_the_instance() {
    let broker = MemoryBroker::new();
    topic(&broker, "greeted", 1).await;
    let app = messaging::App::only(["http_greeter"])
        .broker(broker.clone())
        .configure([("message_broker", "memory")]);
    let place = app.workers()[0].place();
    assert!(
        place.file.ends_with("class_style.rs") && place.package == "messaging",
        "{place:?}"
    );
    let running = started(app).await;
    for name in ["nobody", "world"] {
        let name = name.to_owned();
        running.producer().send("greetings", &name).await.unwrap();
    }
    until("one is greeted", || broker.records("greeted").len() == 1).await;
    until("one is rejected", || broker.records("greetings.dlq").len() == 1).await;
    end(running).await;
    let rejected = only(&broker, "greetings.dlq").await;
    assert_eq!(header(&rejected, dlq::REASON), "rejected");
    assert_eq!(only(&broker, "greeted").await.value(), Some(&b"hello, world"[..]));
}
