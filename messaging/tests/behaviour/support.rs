//! What all behaviours need: an App on a broker that the test looks into, and what handlers have seen.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use messaging::broker::memory::{MemoryBroker, Written};
use messaging::broker::{Broker, Event, NewTopic, Outbound, Subscribe};
use messaging::record::Record;
use messaging::settings::OffsetReset;
use messaging::{App, Headers, Payload, Running, WorkerSpec};
use serde::{Deserialize, Serialize};

mod log;

pub(crate) use log::Log;

pub(crate) type HeaderList = Vec<(String, Option<Vec<u8>>)>;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Payload)]
pub(crate) struct Order {
    pub(crate) id: u32,
}

/// What handlers have seen, in their order; a state that clones share.
pub(crate) struct Seen<T>(Arc<Mutex<Vec<T>>>);

impl<T> Clone for Seen<T> {
    fn clone(&self) -> Self {
        Seen(self.0.clone())
    }
}

impl<T: Clone> Seen<T> {
    pub(crate) fn new() -> Seen<T> {
        Seen(Arc::default())
    }
    pub(crate) fn note(&self, what: T) {
        self.0.lock().unwrap().push(what);
    }
    pub(crate) fn all(&self) -> Vec<T> {
        self.0.lock().unwrap().clone()
    }
    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

/// An App without workers on `broker`.
pub(crate) fn app_on(broker: &MemoryBroker) -> App {
    App::empty()
        .broker(broker.clone())
        .configure([("message_broker", "memory")])
}

pub(crate) async fn started(app: App) -> Running {
    let mut running = app.start().await.unwrap();
    running.ready().await;
    running
}

/// One worker in group "g" on a broker of its own, with one state.
pub(crate) async fn run_one<S: Send + Sync + 'static>(
    broker: &MemoryBroker,
    state: S,
    spec: WorkerSpec,
) -> Running {
    started(app_on(broker).state(state).worker(spec.group_id("g"))).await
}

pub(crate) async fn end(running: Running) {
    running.stop();
    running.join().await.unwrap();
}

/// Ends an App that has work in hand which does not end.
pub(crate) async fn end_unfinished(running: Running) {
    running.stop();
    let error = running.join().await.unwrap_err();
    assert!(error.is_unfinished(), "{error}");
}

/// Sends orders with their id as the key.
pub(crate) async fn send(running: &Running, topic: &str, ids: impl IntoIterator<Item = u32>) {
    for id in ids {
        running
            .producer()
            .send(topic, &Order { id })
            .key(id.to_string())
            .await
            .unwrap();
    }
}

/// Writes a record as it is.
pub(crate) fn write(
    broker: &MemoryBroker,
    topic: &str,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: &Headers,
) {
    let publisher = broker.publisher(Arc::new(|_, _| {})).unwrap();
    let message = Outbound {
        topic,
        key,
        value,
        headers,
    };
    publisher.enqueue(message, &mut None).unwrap();
}

/// Makes a topic with so many partitions.
pub(crate) async fn topic(broker: &MemoryBroker, name: &str, partitions: i32) {
    let topics = [NewTopic::named(name).partitions(partitions)];
    broker.admin().unwrap().create_topics(&topics).await.unwrap();
}

/// What a group has committed, summed over the partitions of a topic.
pub(crate) async fn committed(broker: &MemoryBroker, group: &str, topic: &str) -> i64 {
    let committed = broker.admin().unwrap().committed(group, topic).await.unwrap();
    committed.into_iter().flatten().sum()
}

/// All records of a topic, read by a group of its own.
pub(crate) async fn read(broker: &MemoryBroker, topic: &str) -> Vec<Record> {
    let request = Subscribe {
        group: format!("reader of {topic}"),
        topics: vec![topic.to_owned()],
        reset: OffsetReset::Earliest,
        revoke_deadline: Duration::from_secs(1),
        max_poll_records: 500,
        publishes: false,
    };
    let wanted = broker.records(topic).len();
    let mut subscription = broker.subscribe(&request).unwrap();
    let mut records = Vec::new();
    while records.len() < wanted {
        if let Event::Polled(_, _, batch) = poll_fn(|context| subscription.poll_event(context)).await {
            records.extend((0..batch.len()).map(|index| Record::new(&batch, index)));
        }
    }
    records
}

/// The only record of a topic.
pub(crate) async fn only(broker: &MemoryBroker, topic: &str) -> Record {
    let mut records = read(broker, topic).await;
    assert_eq!(records.len(), 1, "{topic}");
    records.remove(0)
}

pub(crate) fn headers_of(record: &Record) -> HeaderList {
    record
        .headers()
        .map(|(name, value)| (name.to_owned(), value.map(<[u8]>::to_vec)))
        .collect()
}

/// A header as text; fails where there is none.
pub(crate) fn header(record: &Record, name: &str) -> String {
    let found = record.headers().find(|(n, _)| *n == name);
    let value = found.unwrap_or_else(|| panic!("no header {name}")).1.unwrap();
    String::from_utf8(value.to_vec()).unwrap()
}

/// The orders of a topic, in the order of partition and offset.
pub(crate) fn orders(broker: &MemoryBroker, topic: &str) -> Vec<u32> {
    let order = |record: Written| record.payload::<Order>().unwrap().id;
    broker.records(topic).into_iter().map(order).collect()
}

/// Waits until the condition holds; with a paused clock that costs no time.
pub(crate) async fn until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..100_000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came to be that {what}");
}

/// Lets so much time pass, in which something must not happen.
pub(crate) async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}
