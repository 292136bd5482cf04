//! Topics and groups through a producer.

use messaging::broker::memory::MemoryBroker;
use messaging::settings::{Settings, Sources};
use messaging::{NewTopic, Producer};

fn settings<const N: usize>(values: [(&'static str, &'static str); N]) -> Settings {
    Settings::load(&Sources::default().code(values)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_producer_makes_topics_with_the_prefix_and_says_which() {
    let broker = MemoryBroker::new();
    let settings = settings([("message_broker", "memory"), ("topic_prefix", "p.")]);
    let producer = Producer::connect_to(broker, &settings).await.unwrap();
    let topics = || ["a", "b"].map(|name| NewTopic::named(name).partitions(3));
    let [first, _] = topics();
    assert_eq!(producer.create_topics([first]).await.unwrap(), ["p.a"]);
    assert_eq!(
        producer.create_topics(topics()).await.unwrap(),
        ["p.b"],
        "one is there"
    );
    let admin = producer.admin().unwrap();
    let found = admin.describe_topic("p.b").await.unwrap();
    assert_eq!(found.map(|topic| topic.partitions), Some(3));
    assert_eq!(admin.describe_topic("b").await.unwrap(), None, "no prefix here");
}

#[tokio::test(start_paused = true)]
async fn a_topic_that_no_broker_makes_is_refused() {
    let settings = settings([("message_broker", "memory")]);
    let producer = Producer::connect_to(MemoryBroker::new(), &settings)
        .await
        .unwrap();
    let error = producer.create_topics([NewTopic::named("no name")]).await;
    assert_eq!(error.unwrap_err().to_string(), "the topics could not be created");
}

#[tokio::test]
async fn a_producer_that_is_switched_off_makes_no_topics() {
    let settings = settings([("message_broker", "kafka"), ("kafka_enabled", "false")]);
    let producer = Producer::connect(&settings).await.unwrap();
    let error = producer.create_topics([NewTopic::named("a")]).await.unwrap_err();
    assert!(error.is_disabled(), "{error}");
    assert!(producer.admin().is_err_and(|error| error.is_disabled()));
}
