//! Tests of handlers side by side: each has an App of its own, and none sees what another does.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use messaging::broker::memory::MemoryBroker;
use messaging::extract::State;
use messaging::{App, Producer, Running, publish, worker};
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

/// How many tests run at a time.
const TESTS: usize = 50;

/// How many records each handles.
const RECORDS: usize = 20;

/// What the handlers of one test have seen.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

#[worker(topic = "in", output_topic = "returned", concurrency = 4)]
async fn relay(text: String, State(seen): State<Seen>) -> messaging::Result<String> {
    seen.0.lock().unwrap().push(text.clone());
    publish("published", &text).await?;
    Producer::current()?.send("sent", &text).wait(false).await?;
    Ok(text)
}

/// Registered as well, and started by no test: a record that it took would be missing elsewhere.
#[worker(topic = "in", name = "other", group_id = "other", output_topic = "returned")]
async fn other(text: String) -> String {
    format!("{text}, by another worker")
}

async fn start(broker: &MemoryBroker, seen: &Seen) -> Running {
    let app = App::only(["relay"]).broker(broker.clone()).state(seen.clone());
    let app = app.configure([("message_broker", "memory")]);
    let mut running = app.start().await.unwrap();
    running.ready().await;
    running
}

fn values(broker: &MemoryBroker, topic: &str) -> Vec<String> {
    let records = broker.records(topic).into_iter();
    let mut values: Vec<String> = records.map(|record| record.payload().unwrap()).collect();
    values.sort();
    values
}

/// One test, as a user writes it.
struct Test {
    runtime: Runtime,
    broker: MemoryBroker,
    seen: Seen,
    running: Running,
    texts: Vec<String>,
}

impl Test {
    fn begin(number: usize) -> Test {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().start_paused(true).build().unwrap();
        let (broker, seen) = (MemoryBroker::new(), Seen::default());
        let running = runtime.block_on(start(&broker, &seen));
        let mut texts: Vec<String> = (0..RECORDS).map(|n| format!("{number}: {n}")).collect();
        texts.sort();
        Test {
            runtime,
            broker,
            seen,
            running,
            texts,
        }
    }

    /// Sends the records and waits until they are handled.
    fn feed(self) -> Test {
        self.runtime.block_on(async {
            for text in &self.texts {
                let sent = self.running.producer().send("in", text);
                sent.key(text.clone()).await.unwrap();
            }
            let handled = async {
                while values(&self.broker, "returned").len() < RECORDS {
                    sleep(Duration::from_millis(1)).await;
                }
            };
            timeout(Duration::from_secs(60), handled).await.unwrap();
        });
        self
    }

    fn end(self) {
        self.running.stop();
        self.runtime.block_on(self.running.join()).unwrap();
        let mut seen = self.seen.0.lock().unwrap().clone();
        seen.sort();
        assert_eq!(seen, self.texts);
        for topic in ["published", "sent", "returned"] {
            assert_eq!(values(&self.broker, topic), self.texts, "{topic}");
        }
    }
}

/// Does a part of all tests at the same time, each on a thread of its own.
fn side_by_side<T: Send, R: Send>(tests: Vec<T>, part: fn(T) -> R) -> Vec<R> {
    thread::scope(|scope| {
        let threads: Vec<_> = tests
            .into_iter()
            .map(|test| scope.spawn(move || part(test)))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn fifty_tests_of_one_handler_do_not_disturb_each_other() {
    let begun = side_by_side((0..TESTS).collect(), Test::begin);
    let fed = side_by_side(begun, Test::feed);
    side_by_side(fed, Test::end);
}
