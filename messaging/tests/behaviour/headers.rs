//! Headers that are sent by hand, or handed on: their order, duplicates and nulls are kept.

use messaging::broker::memory::MemoryBroker;
use messaging::{Message, WorkerSpec, extract};

use crate::support::*;

fn owned(name: &str, value: Option<&str>) -> (String, Option<Vec<u8>>) {
    (name.to_owned(), value.map(|value| value.as_bytes().to_vec()))
}

#[tokio::test(start_paused = true)]
async fn a_null_header_is_sent_as_null() {
    let broker = MemoryBroker::new();
    let running = started(app_on(&broker)).await;
    let producer = running.producer();
    let message = || Message::new(Order { id: 1 }).null_header("n").header("n", "");
    let send = producer.send("one", &Order { id: 1 });
    send.null_header("n").header("n", "").await.unwrap();
    producer.send_message("other", message()).await.unwrap();
    producer.send_batch("many", [message()]).await.unwrap();
    for topic in ["one", "other", "many"] {
        let sent = only(&broker, topic).await;
        assert_eq!(headers_of(&sent), [owned("n", None), owned("n", Some(""))]);
    }
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn headers_are_handed_on_as_they_came() {
    async fn hand_on(order: Order, headers: extract::Headers) -> Message<Order> {
        Message::new(order).header("first", "x").headers(headers.0)
    }
    let broker = MemoryBroker::new();
    let spec = WorkerSpec::of("hand_on", "in", hand_on).output_topic("out");
    let running = started(app_on(&broker).worker(spec)).await;
    let mut headers = messaging::Headers::new();
    headers.push("a", "1");
    headers.push_null("a");
    write(&broker, "in", None, Some(br#"{"id":1}"#), &headers);
    until("it is handed on", || !broker.records("out").is_empty()).await;
    let sent = only(&broker, "out").await;
    let expected = [owned("first", Some("x")), owned("a", Some("1")), owned("a", None)];
    assert_eq!(headers_of(&sent), expected);
    end(running).await;
}
