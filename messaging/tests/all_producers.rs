//! Starting and stopping all producers of a process. One test, for they are those of the whole process.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use messaging::broker::memory::MemoryBroker;
use messaging::settings::{Settings, Sources};
use messaging::{
    App, Error, Producer, Running, WorkerSpec, publish, shutdown, start_all_producers, stop_all_producers,
};
use tempfile::TempDir;

async fn send() -> Result<(), Error> {
    publish("in", &"text".to_owned()).await.map(drop)
}

async fn send_with(producer: &Producer) -> Result<(), Error> {
    producer.send("in", &"text".to_owned()).await.map(drop)
}

/// The settings of this process name the memory broker.
fn settle_on_memory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let settings = "[messaging]\nmessage_broker = \"memory\"";
    std::fs::write(directory.path().join("messaging.toml"), settings).unwrap();
    std::env::set_current_dir(directory.path()).unwrap();
    directory
}

async fn start(broker: &MemoryBroker) -> Running {
    let worker = WorkerSpec::of("work", "in", async |_: String| {});
    let app = App::empty().broker(broker.clone()).worker(worker);
    app.start().await.unwrap()
}

#[tokio::test]
async fn all_producers_of_the_process_start_and_stop_together() {
    let _directory = settle_on_memory();
    let broker = MemoryBroker::new();
    let settings = Settings::load(&Sources::from_process()).unwrap();
    let own = Producer::connect_to(broker.clone(), &settings).await.unwrap();
    let by_hand = Producer::connect(&settings).await.unwrap();

    send()
        .await
        .expect_err("nobody said that somebody reads on memory");
    start_all_producers().await.unwrap();
    send().await.expect("the process has a producer of its own");
    let next = by_hand.send("in", &"text".to_owned()).key("k").await.unwrap();
    let again = Producer::connect(&settings)
        .await
        .unwrap()
        .send("in", &"text".to_owned())
        .key("k")
        .await
        .unwrap();
    assert!(
        again.offset > next.offset,
        "what is connected by hand shares the memory broker"
    );

    own.send_fire_and_forget("in", &"text".to_owned()).await.unwrap();
    stop_all_producers().await.unwrap();
    assert_eq!((own.queued(), broker.records("in").len()), (0, 1));
    assert!(send().await.unwrap_err().is_closed());
    assert!(send_with(&own).await.unwrap_err().is_closed());

    start_all_producers().await.unwrap();
    send().await.expect("it is open again");
    send_with(&own).await.expect("it is open again, too");

    let app_broker = MemoryBroker::new();
    let running = start(&app_broker).await;
    stop_all_producers().await.unwrap();
    send().await.expect("the App's producer is the App's to close");
    assert_eq!(app_broker.records("in").len(), 1);

    start_all_producers().await.unwrap();
    shutdown().await.unwrap();
    assert!(!running.health().ready, "the App has stopped");
    assert!(send().await.unwrap_err().is_closed());
    assert!(send_with(&own).await.unwrap_err().is_closed());
    running.join().await.unwrap();

    let second = start(&app_broker).await;
    send().await.expect("a new App begins anew");
    let joined = tokio::spawn(second.join());
    shutdown().await.unwrap();
    joined.await.unwrap().expect("whoever joins gets the answer");
    send().await.expect_err("no App runs");
    start_all_producers().await.unwrap();
    send().await.expect("the process has a producer of its own again");
}
