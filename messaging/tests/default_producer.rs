//! Where `publish` sends outside of every handler. One test, for it is one for the whole process.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use messaging::broker::memory::MemoryBroker;
use messaging::{App, Error, Running, publish};
use tempfile::TempDir;

async fn start(broker: &MemoryBroker) -> Running {
    let app = App::empty().broker(broker.clone());
    app.configure([("message_broker", "memory")])
        .start()
        .await
        .unwrap()
}

async fn end(running: Running) {
    running.stop();
    running.join().await.unwrap();
}

async fn send() -> Result<(), Error> {
    publish("in", &"text".to_owned()).await.map(drop)
}

/// The settings of this process name the memory broker.
fn settle_on_memory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let settings = "[messaging]\nmessage_broker = \"memory\"";
    std::fs::write(directory.path().join("messaging.toml"), settings).unwrap();
    std::env::set_current_dir(directory.path()).unwrap();
    directory
}

#[tokio::test]
async fn a_publish_goes_to_the_app_that_runs_for_longest() {
    let brokers = [(); 3].map(|()| MemoryBroker::new());
    let counts = || brokers.each_ref().map(|broker| broker.records("in").len());

    let switched_off = App::empty().configure([("message_broker", "kafka"), ("kafka_enabled", "false")]);
    switched_off.start().await.expect_err("there is nothing to reach");

    let _directory = settle_on_memory();
    let error = send().await.expect_err("nobody could read it").to_string();
    assert!(error.contains("start the App first"), "{error}");

    let first = start(&brokers[0]).await;
    let second = start(&brokers[1]).await;
    send().await.expect("an App that could not start is no default");
    assert_eq!(counts(), [1, 0, 0]);

    end(first).await;
    send().await.unwrap();
    assert_eq!(counts(), [1, 1, 0], "the first has ended, the second runs");

    end(second).await;
    let error = send().await.expect_err("no App runs any more").to_string();
    assert!(error.contains("has ended"), "{error}");

    let third = start(&brokers[2]).await;
    send().await.unwrap();
    assert_eq!(counts(), [1, 1, 1], "nothing went to an App that had ended");
    end(third).await;
}
