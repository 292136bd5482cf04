//! Apps of one process on different brokers: what one does, and what befalls it, the others do not notice.

use messaging::broker::memory::MemoryBroker;
use messaging::{App, Running, WorkerSpec, publish};
use messaging_tests::kafka::KafkaServer;
use messaging_tests::wait::eventually;
use tokio::runtime::Runtime;

use crate::support::{Raw, Record, SOON, Tail};

/// Publishes as people do: without saying to which App.
async fn relay(text: String) -> messaging::Result<()> {
    publish("relayed", &text).await?;
    Ok(())
}

fn start(runtime: &Runtime, app: App) -> Running {
    let app = app.worker(WorkerSpec::of("relay", "in", relay).group_id("relays"));
    runtime.block_on(async {
        let mut running = app.start().await.unwrap();
        running.ready().await;
        running
    })
}

fn on_kafka(runtime: &Runtime, bootstrap: &str, prefix: &str) -> (Running, Tail) {
    let raw = Raw::new(bootstrap);
    let topics = ["in", "relayed"].map(|topic| (format!("{prefix}{topic}"), 1));
    raw.create_topics(&topics).unwrap();
    let app = App::empty().configure([
        ("message_broker", "kafka"),
        ("kafka_bootstrap_servers", bootstrap),
        ("topic_prefix", prefix),
    ]);
    let relayed = Tail::of(&raw, &format!("{prefix}relayed")).unwrap();
    (start(runtime, app), relayed)
}

fn on_memory(runtime: &Runtime, broker: &MemoryBroker) -> Running {
    let app = App::empty().broker(broker.clone());
    start(runtime, app.configure([("message_broker", "memory")]))
}

fn send(runtime: &Runtime, running: &Running, text: &str) {
    let sent = running.producer().send("in", &text.to_owned()).into_future();
    runtime.block_on(sent).unwrap();
}

fn end(runtime: &Runtime, running: Running) {
    running.stop();
    runtime.block_on(running.join()).unwrap();
}

/// Waits until all that was relayed on a Kafka is this. What was not committed when a broker was killed comes again.
fn relayed(tail: &mut Tail, expected: &[&str]) {
    eventually(SOON, "what is relayed", || {
        let mut texts: Vec<&str> = tail.read()?.iter().map(Record::text).collect();
        texts.dedup();
        anyhow::ensure!(texts == expected, "{texts:?} instead of {expected:?}");
        Ok(())
    })
    .unwrap();
}

/// Waits until all that was relayed in memory is this; keys are missing, so that any partition may have it.
fn in_memory(broker: &MemoryBroker, expected: &[&str]) {
    eventually(SOON, "what is relayed in memory", || {
        let records = broker.records("relayed").into_iter();
        let mut values: Vec<_> = records.filter_map(|record| record.value).collect();
        values.sort();
        let expected: Vec<&[u8]> = expected.iter().map(|text| text.as_bytes()).collect();
        anyhow::ensure!(values == expected, "{values:?} instead of {expected:?}");
        Ok(())
    })
    .unwrap();
}

#[test]
fn apps_on_two_kafkas_and_on_memory_do_not_disturb_each_other() {
    let prefix = format!("apart-{}.", std::process::id());
    let mut kafka = KafkaServer::start().unwrap();
    let runtime = Runtime::new().unwrap();
    let memory = MemoryBroker::new();
    let (one, mut from_one) = on_kafka(&runtime, KafkaServer::shared().unwrap(), &prefix);
    let (two, mut from_two) = on_kafka(&runtime, &kafka.bootstrap(), &prefix);
    let three = on_memory(&runtime, &memory);

    for (running, text) in [(&one, "1"), (&two, "2"), (&three, "3")] {
        send(&runtime, running, text);
    }
    relayed(&mut from_one, &["1"]);
    relayed(&mut from_two, &["2"]);
    in_memory(&memory, &["3"]);

    // The broker of one goes away; the others go on, and so does it when the broker is back.
    kafka.kill().unwrap();
    send(&runtime, &one, "4");
    send(&runtime, &three, "5");
    relayed(&mut from_one, &["1", "4"]);
    in_memory(&memory, &["3", "5"]);
    kafka.restart().unwrap();
    send(&runtime, &two, "6");
    relayed(&mut from_two, &["2", "6"]);

    // The one that was the default of the process ends; what handlers publish still goes to their own.
    end(&runtime, one);
    send(&runtime, &two, "7");
    relayed(&mut from_two, &["2", "6", "7"]);
    end(&runtime, two);
    send(&runtime, &three, "8");
    in_memory(&memory, &["3", "5", "8"]);
    end(&runtime, three);
    relayed(&mut from_one, &["1", "4"]);
}
