//! Publishing in a process with consumers by hand. One test, for its producer is that of the whole process.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use messaging::settings::{Settings, Sources};
use messaging::{
    Consumer, Deliveries, create_consumer, get_producer, publish, start_all_producers, stop_all_producers,
};

/// The name of the topic that a message for "orders" is written to.
async fn published_to() -> String {
    let receipt = publish("orders", &"text".to_owned()).await.unwrap();
    receipt.topic
}

async fn with_prefix(prefix: &str) -> Deliveries {
    let sources = Sources::default().code([("message_broker", "memory"), ("topic_prefix", prefix)]);
    let settings = Settings::load(&sources).unwrap();
    let consumer = Consumer::connect(&settings, "g", ["orders"]).await;
    consumer.unwrap().stream().await.unwrap()
}

#[tokio::test]
async fn what_is_published_goes_where_the_process_says_before_beside_and_after_a_consumer() {
    let directory = tempfile::tempdir().unwrap();
    let settings = "[messaging]\nmessage_broker = \"memory\"";
    std::fs::write(directory.path().join("messaging.toml"), settings).unwrap();
    std::env::set_current_dir(directory.path()).unwrap();
    let refused = publish("orders", &"text".to_owned()).await.unwrap_err();
    assert!(refused.to_string().contains("nobody could read"), "{refused}");

    let mut own = create_consumer("own", ["orders"])
        .unwrap()
        .stream()
        .await
        .unwrap();
    assert_eq!(published_to().await, "orders", "somebody reads there now");
    let received = own.next().await.unwrap();
    assert_eq!(received.payload::<String>().unwrap(), "text");
    received.ack();
    own.close().await.unwrap();

    start_all_producers().await.unwrap();
    assert_eq!(published_to().await, "orders");
    let (one, other) = (with_prefix("one.").await, with_prefix("other.").await);
    assert_eq!(published_to().await, "orders");
    let receipt = get_producer()
        .unwrap()
        .send("orders", &"text".to_owned())
        .await
        .unwrap();
    assert_eq!(receipt.topic, "orders");
    one.close().await.unwrap();
    assert_eq!(published_to().await, "orders");
    other.close().await.unwrap();
    assert_eq!(published_to().await, "orders");

    stop_all_producers().await.unwrap();
    let closed = publish("orders", &"text".to_owned()).await.unwrap_err();
    assert!(closed.is_closed(), "{closed}");
}
