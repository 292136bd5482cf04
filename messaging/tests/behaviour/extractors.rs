//! What a handler can ask for beside its payload.

use std::sync::Arc;

use bytes::Bytes;
use messaging::broker::memory::MemoryBroker;
use messaging::extract::{Headers as AllHeaders, Timestamp};
use messaging::{Attempt, Cx, Delivery, Headers, Json, Key, Offset, Partition, State, TopicName, WorkerSpec};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn everything_a_record_has_can_be_asked_for() {
    type Told = (Arc<str>, i32, i64, u32, Option<Bytes>, bool, Headers);
    #[allow(clippy::too_many_arguments, reason = "that is what is tested")]
    async fn tell(
        _: Order,
        TopicName(topic): TopicName,
        Partition(partition): Partition,
        Offset(offset): Offset,
        Attempt(attempt): Attempt,
        Key(key): Key,
        Timestamp(timestamp): Timestamp,
        AllHeaders(headers): AllHeaders,
        State(seen): State<Seen<Told>>,
    ) {
        seen.note((
            topic,
            partition,
            offset,
            attempt,
            key,
            timestamp.is_some(),
            headers,
        ));
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::<Told>::new());
    topic(&broker, "in", 1).await;
    let mut headers = Headers::new();
    headers.push("a", "1");
    headers.push_null("a");
    write(&broker, "in", Some(b"k"), Some(br#"{"id":1}"#), &headers);
    write(&broker, "in", None, Some(br#"{"id":2}"#), &Headers::new());
    let running = run_one(&broker, seen.clone(), WorkerSpec::of("tell", "in", tell)).await;
    until("both are handled", || seen.len() == 2).await;
    let key = Some(Bytes::from_static(b"k"));
    assert_eq!(seen.all()[0], (Arc::from("in"), 0, 0, 1, key, true, headers));
    assert_eq!(
        seen.all()[1],
        (Arc::from("in"), 0, 1, 1, None, true, Headers::new())
    );
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn the_first_argument_may_be_raw_foreign_or_a_delivery() {
    async fn raw(bytes: Bytes, State(seen): State<Seen<String>>) {
        seen.note(format!("{bytes:?}"));
    }
    async fn text(text: String, State(seen): State<Seen<String>>) {
        seen.note(text);
    }
    async fn foreign(Json(pair): Json<(u32, String)>, State(seen): State<Seen<String>>) {
        seen.note(format!("{pair:?}"));
    }
    async fn delivery(delivery: Delivery<serde_json::Value>, State(seen): State<Seen<String>>) {
        seen.note(format!("{delivery:?}: {}", delivery.payload()));
    }
    let handled = async |spec: WorkerSpec| {
        let (broker, seen) = (MemoryBroker::new(), Seen::<String>::new());
        topic(&broker, "in", 1).await;
        write(&broker, "in", None, Some(br#"[1,"a"]"#), &Headers::new());
        let running = run_one(&broker, seen.clone(), spec).await;
        until("it is handled", || seen.len() == 1).await;
        end(running).await;
        seen.all().remove(0)
    };
    assert_eq!(handled(WorkerSpec::of("raw", "in", raw)).await, r#"b"[1,\"a\"]""#);
    assert_eq!(handled(WorkerSpec::of("text", "in", text)).await, r#"[1,"a"]"#);
    assert_eq!(
        handled(WorkerSpec::of("foreign", "in", foreign)).await,
        r#"(1, "a")"#
    );
    assert_eq!(
        handled(WorkerSpec::of("delivery", "in", delivery)).await,
        r#"in[0]@0 attempt 1: [1,"a"]"#
    );
}

#[tokio::test(start_paused = true)]
async fn key_and_headers_are_read_as_text() {
    async fn tell(delivery: Delivery<Order>, headers: AllHeaders, cx: Cx, State(seen): State<Seen<String>>) {
        let of_delivery = (
            delivery.key_str(),
            delivery.header_str("a"),
            delivery.header_str("b"),
        );
        assert_eq!(
            of_delivery,
            (cx.key_str(), cx.header_str("a"), cx.header_str("b"))
        );
        seen.note(format!(
            "{of_delivery:?} {:?} {}",
            headers.get_str("a"),
            headers.len()
        ));
    }
    let (broker, seen) = (MemoryBroker::new(), Seen::<String>::new());
    topic(&broker, "in", 1).await;
    let mut headers = Headers::new();
    headers.push("a", "1");
    headers.push("a", "2");
    headers.push("b", vec![0xff]);
    write(&broker, "in", Some(b"k"), Some(br#"{"id":1}"#), &headers);
    let running = run_one(&broker, seen.clone(), WorkerSpec::of("tell", "in", tell)).await;
    until("it is handled", || seen.len() == 1).await;
    assert_eq!(seen.all(), [r#"(Some("k"), Some("2"), None) Some("2") 3"#]);
    end(running).await;
}
