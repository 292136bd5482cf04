//! JSON Schemas of what a worker reads and returns.

use messaging::broker::memory::MemoryBroker;
use messaging::headers::dlq;
use messaging::{App, Batch, Cx, Headers, Json, Worker, WorkerSpec, worker};
use serde_json::{Value, json};

use crate::support::*;

const ORDER: &str = r#"{
    "type": "object",
    "properties": {"id": {"type": "integer"}, "total": {"type": "number", "minimum": 0}},
    "required": ["id", "total"]
}"#;

fn invoice() -> Value {
    json!({"properties": {"items": {"items": {"properties": {"price": {"type": "number"}}}}}})
}

#[worker(topic = "in", output_topic = "out", group_id = "g", input_schema = ORDER, output_schema = invoice)]
async fn bill(order: Value) -> Value {
    json!({"items": [{"price": 1}, {"price": order["price"]}]})
}

struct Bill;

#[worker(topic = "in", output_topic = "out", name = "bill-class", group_id = "g", input_schema = ORDER, output_schema = invoice)]
impl Worker for Bill {
    type Input = Value;
    type Output = Option<Value>;
    type Error = std::io::Error;

    async fn process(&self, order: Value, _: &Cx) -> Result<Option<Value>, std::io::Error> {
        Ok(Some(bill(order).await))
    }
}

/// What is good, and for each that is not: its value, the reason, and what is said.
const BAD: [(&str, &str, &str); 5] = [
    (
        r#"{"id": 1, "total": "much"}"#,
        "decode",
        r#"the record does not fit `input_schema`: /total: value is not of type "number""#,
    ),
    (
        r#"{"id": "x", "total": -1}"#,
        "decode",
        "the record does not fit `input_schema`: /id: value is not of type \"integer\"; /total: value is less than the minimum of 0",
    ),
    (
        r#"{"id": 1}"#,
        "decode",
        r#"the record does not fit `input_schema`: the whole: "total" is a required property"#,
    ),
    (
        "no json",
        "decode",
        "the record is no JSON: expected ident at line 1 column 2",
    ),
    (
        r#"{"id": 1, "total": 1, "price": "free"}"#,
        "output",
        r#"the output does not fit `output_schema`: /items/1/price: value is not of type "number""#,
    ),
];

async fn dead_letters_of(app: App, broker: &MemoryBroker) {
    topic(broker, "in", 1).await;
    let running = started(app).await;
    let good = r#"{"id": 1, "total": 0, "price": 2}"#;
    let values = BAD.map(|(value, ..)| value);
    for value in [good].into_iter().chain(values) {
        write(broker, "in", None, Some(value.as_bytes()), &Headers::new());
    }
    until("all bad ones are given up", || {
        broker.records("in.dlq").len() == BAD.len()
    })
    .await;
    end(running).await;
    assert_eq!(committed(broker, "g", "in").await, 6);
    let out = only(broker, "out").await;
    assert_eq!(out.value(), Some(&br#"{"items":[{"price":1},{"price":2}]}"#[..]));
    let mut told: Vec<[String; 4]> = Vec::new();
    for letter in read(broker, "in.dlq").await {
        let value = String::from_utf8(letter.value().unwrap().to_vec()).unwrap();
        let [reason, error, attempts] =
            [dlq::REASON, dlq::ERROR, dlq::ATTEMPTS].map(|name| header(&letter, name));
        told.push([value, reason, error, attempts]);
    }
    let expected = BAD.map(|(value, reason, error)| [value, reason, error, "1"].map(str::to_owned));
    told.sort();
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(told, expected);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_goes_to_the_dead_letters_without_a_retry_and_names_the_field() {
    let broker = MemoryBroker::new();
    let app = App::only(["bill"]).broker(broker.clone());
    dead_letters_of(app.configure([("message_broker", "memory")]), &broker).await;
}

#[tokio::test(start_paused = true)]
async fn the_same_holds_in_class_style_also_for_batches() {
    let broker = MemoryBroker::new();
    let app = App::only(["bill-class"]).broker(broker.clone()).state(Bill);
    dead_letters_of(app.configure([("message_broker", "memory")]), &broker).await;

    let broker = MemoryBroker::new();
    let spec = WorkerSpec::worker("bill", "in", Bill)
        .output_topic("out")
        .group_id("g")
        .batch_size(4)
        .input_schema(ORDER)
        .output_schema(invoice());
    dead_letters_of(app_on(&broker).worker(spec), &broker).await;
}

#[tokio::test(start_paused = true)]
async fn a_batch_holds_what_fits_and_nothing_else() {
    let (broker, seen) = (MemoryBroker::new(), Seen::new());
    let note = seen.clone();
    let all = move |batch: Batch<Json<Value>>| {
        note.note(batch.len());
        async {}
    };
    topic(&broker, "in", 1).await;
    for value in [r#"{"id":1,"total":1}"#, "{}", r#"{"id":2,"total":1}"#] {
        write(&broker, "in", None, Some(value.as_bytes()), &Headers::new());
    }
    let spec = WorkerSpec::of("all", "in", all)
        .batch_size(3)
        .input_schema(ORDER.to_owned());
    let running = run_one(&broker, (), spec).await;
    until("the bad one is given up", || broker.records("in.dlq").len() == 1).await;
    end(running).await;
    assert_eq!(seen.all(), [2]);
    assert_eq!(committed(&broker, "g", "in").await, 3);
}

#[test]
fn a_schema_that_is_none_is_a_problem_of_the_check() {
    let spec = || WorkerSpec::of("bill", "in", bill).output_topic("out");
    let report = |spec: WorkerSpec| {
        let app = app_on(&MemoryBroker::new()).worker(spec);
        app.check().unwrap_err().report()
    };
    let told = report(spec().input_schema("{").output_schema(r#"{"type": "nothing"}"#));
    assert!(
        told.contains("worker \"bill\": `input_schema` is no JSON: EOF while parsing"),
        "{told}"
    );
    assert!(
        told.contains("worker \"bill\": `output_schema` is no JSON Schema, at /type: "),
        "{told}"
    );
    assert_eq!(
        told.matches("schemas.rs:").count(),
        2,
        "each with its place: {told}"
    );
}
