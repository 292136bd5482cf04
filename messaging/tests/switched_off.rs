//! What a program does with `kafka_enabled = false`. One test, for the producer is one for the whole process.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicBool, Ordering};

use messaging::settings::{Settings, Sources};
use messaging::{
    App, Error, Message, Producer, WorkerSpec, event, get_producer, producer, publish, start_all_producers,
    stop_all_producers,
};
use tempfile::TempDir;

const OFF: [(&str, &str); 2] = [("message_broker", "kafka"), ("kafka_enabled", "false")];

#[producer(topic = "orders")]
async fn produced() -> messaging::Result<String> {
    Ok("order".to_owned())
}

#[event("order.created", topic = "orders")]
async fn announced() -> messaging::Result<String> {
    Ok("order".to_owned())
}

#[producer(topic = "orders", on_publish_error = "log")]
async fn logged() -> String {
    "order".to_owned()
}

/// The settings of this process switch Kafka off, for a broker that is not there.
fn switch_off() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let settings = "[messaging]\nkafka_enabled = false\nkafka_bootstrap_servers = \"localhost:1\"";
    std::fs::write(directory.path().join("messaging.toml"), settings).unwrap();
    std::env::set_current_dir(directory.path()).unwrap();
    directory
}

async fn errors_of(producer: &Producer) -> Vec<Error> {
    let one = "order".to_owned();
    let fails = "it is switched off";
    vec![
        producer.send("orders", &one).await.expect_err(fails),
        producer.send("orders", &one).wait(false).await.expect_err(fails),
        producer
            .send_message("orders", Message::<String>::tombstone("k"))
            .await
            .expect_err(fails),
        producer
            .send_fire_and_forget("orders", &one)
            .await
            .expect_err(fails),
        producer
            .send_batch("orders", [one.clone()])
            .await
            .expect_err(fails),
        producer
            .send_batch_fire_and_forget("orders", [one])
            .await
            .expect_err(fails),
    ]
}

fn assert_disabled(errors: impl IntoIterator<Item = Error>) {
    for error in errors {
        assert!(error.is_disabled(), "{error:?}");
        assert!(
            error
                .to_string()
                .contains("kafka_enabled = false; set it to true"),
            "{error}"
        );
    }
}

async fn a_program_refuses_to_run() {
    static CONNECTED: AtomicBool = AtomicBool::new(false);
    let app = || {
        let worker = WorkerSpec::of("work", "orders", async |_: String| {});
        App::empty().configure(OFF).worker(worker).provide(|| async {
            CONNECTED.store(true, Ordering::Relaxed);
            Ok::<u8, Error>(1)
        })
    };
    assert_disabled([app().start().await.unwrap_err(), app().run().await.unwrap_err()]);
    assert!(
        !CONNECTED.load(Ordering::Relaxed),
        "what is provided was made for nothing"
    );
}

#[tokio::test]
async fn nothing_connects_and_nothing_is_dropped_in_silence() {
    let _directory = switch_off();
    a_program_refuses_to_run().await;

    start_all_producers()
        .await
        .expect("a web server starts without Kafka");
    let one = "order".to_owned();
    assert_disabled([publish("orders", &one).await.unwrap_err()]);
    assert_disabled([produced().await.unwrap_err(), announced().await.unwrap_err()]);
    assert_eq!(logged().await, "order");
    assert_disabled(errors_of(&get_producer().unwrap()).await);

    let settings = Settings::load(&Sources::default().code(OFF)).unwrap();
    let own = Producer::connect(&settings).await.expect("nothing is connected");
    assert!(!own.is_connected().await);
    assert_disabled(errors_of(&own).await);
    own.close().await.unwrap();
    stop_all_producers().await.unwrap();
}
