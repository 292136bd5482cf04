//! The example `ecommerce`: the walk of an order through two services on Kafka, what it answers to wrong requests, and
//! the demo in one process.

use anyhow::{Context, Result, ensure};
use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::{Program, Signal, ended_by};
use messaging_tests::wait::eventually;
use serde_json::{Value, json};

use crate::support::{Raw, Record, SOON, Tail};

mod errors;
mod outage;
mod readme;
mod shop;

use shop::{Orders, end, order_of, start};

const GROUP: &str = "payments-service-group";

/// The events of one topic so far, each beside its key.
fn events(raw: &Raw, topic: &str) -> Result<Vec<(String, Value)>> {
    let event = |record: &Record| {
        let key = record.key.clone().context("an event without a key")?;
        Ok((String::from_utf8(key)?, serde_json::from_str(record.text())?))
    };
    Tail::of(raw, topic)?.read()?.iter().map(event).collect()
}

/// Waits until Payments has printed the order.
fn wait_for_payment(payments: &mut Program, order: &str) -> Result<()> {
    let wanted = format!("payments: order {order} total 59.80 items 1");
    payments.wait_for_line(|line| line == wanted, SOON).map(drop)
}

/// `2024-01-15T10:30:00.000Z`
fn assert_time(event: &Value, field: &str) {
    let text = event[field].as_str().unwrap_or_default();
    let pattern: String = text
        .chars()
        .map(|letter| if letter.is_ascii_digit() { '0' } else { letter })
        .collect();
    assert_eq!(pattern, "0000-00-00T00:00:00.000Z", "{event}");
}

/// The event with these fields, a time besides, and no others.
fn assert_event((key, event): &(String, Value), order: &str, time: &str, mut fields: Value) {
    assert_eq!(key, order);
    assert_time(event, time);
    fields["orderId"] = order.into();
    fields[time] = event[time].clone();
    assert_eq!(*event, fields);
}

#[test]
fn an_order_walks_through_two_services_though_payments_is_killed() -> Result<()> {
    let bootstrap = KafkaServer::shared()?;
    let raw = Raw::new(bootstrap);
    let prefix = format!("ecommerce-{}.", std::process::id());
    let topic = |name: &str| format!("{prefix}{name}");
    let environment = [
        ("KAFKA_BOOTSTRAP_SERVERS", bootstrap),
        ("TOPIC_PREFIX", prefix.as_str()),
        // The least a broker allows: the group waits so long for a member that was killed.
        ("KAFKA_SESSION_TIMEOUT_MS", "6000"),
        ("KAFKA_HEARTBEAT_INTERVAL_MS", "1000"),
        ("KAFKA_AUTO_COMMIT_INTERVAL_MS", "200"),
    ];
    let orders = Orders::start(&[], &environment)?;
    let mut payments = start(&["payments"], &environment)?;
    let health = orders.get("/health")?;
    assert_eq!(health, json!({"service": "orders-service", "kafka": "connected"}));

    let (client, product) = (orders.client()?, orders.product(10)?);
    let order = || orders.make("/v1/orders", &order_of(&client, &product));
    let first = order()?;
    wait_for_payment(&mut payments, &first)?;
    assert_eq!(raw.client_ids(GROUP)?, ["payments-service"]);
    let created = events(&raw, &topic("orders.created"))?;
    let items = json!([{"productId": product, "quantity": 2, "price": 29.9}]);
    let fields =
        json!({"clientId": client, "total": 59.8, "status": "PENDENTE", "items": items, "itemsCount": 1});
    assert_event(&created[0], &first, "createdAt", fields);

    payments.signal(Signal::SIGKILL)?;
    let status = payments.wait_timeout(SOON)?.context("it survived SIGKILL")?;
    assert_eq!(ended_by(status), Some(Signal::SIGKILL));
    let (second, third) = (order()?, order()?);
    for (order, status) in [(&first, "PAGO"), (&second, "CANCELADO"), (&third, "FALHA")] {
        let (code, answer) = orders.change(order, status)?;
        assert_eq!((code, &answer["status"]), (200, &json!(status)), "{answer}");
        assert_eq!(orders.get(&format!("/v1/orders/{order}"))?, answer);
    }
    let closed =
        |status: &str| json!({"clientId": client, "clientName": "Ada", "status": status, "total": 59.8});
    let paid = events(&raw, &topic("orders.paid"))?;
    assert_event(&paid[0], &first, "updatedAt", closed("PAGO"));
    let failed = events(&raw, &topic("orders.failed"))?;
    assert_event(&failed[0], &second, "updatedAt", closed("CANCELADO"));
    assert_event(&failed[1], &third, "updatedAt", closed("FALHA"));
    assert_eq!((paid.len(), failed.len()), (1, 2));

    let mut payments = start(&["payments"], &environment)?;
    wait_for_payment(&mut payments, &second)?;
    wait_for_payment(&mut payments, &third)?;
    let committed = || raw.all_committed(GROUP, &topic("orders.created"));
    eventually(SOON, "all offsets to be committed", committed)?;
    for name in ["orders.created", "orders.paid", "orders.failed"] {
        assert_eq!(raw.ends(&topic(name))?.len(), 1, "{name} has one partition");
    }
    end(payments)?;
    end(orders.program)?;
    // The demo reads in the same group, so it has to come after.
    assert_demo(&[environment.as_slice(), &[("MESSAGE_BROKER", "kafka")]].concat())
}

#[test]
fn the_demo_shows_an_order_on_memory() -> Result<()> {
    assert_demo(&[])
}

/// It ends by itself, and has shown each step in its order.
fn assert_demo(environment: &[(&str, &str)]) -> Result<()> {
    let mut demo = start(&[], environment)?;
    let status = demo.wait_timeout(SOON)?.context("it does not end")?;
    ensure!(status.code() == Some(0), "{status}\n{}", demo.stderr()?);
    let shown = demo.stdout()?;
    let mut lines = shown.lines();
    for start in [
        "Orders listens at http://127.0.0.1:",
        r#"  200 {"service":"orders-service","kafka":"connected"}"#,
        "POST /v1/clients {",
        "  201 {",
        "POST /v1/products {",
        "  201 {",
        "POST /v1/orders {",
        "  201 {",
        "  payments: order ",
        "PATCH /v1/orders/",
        "  200 {",
        "  orders.paid: {",
        "done: the order was placed, seen by Payments, and paid",
    ] {
        let found = lines.any(|line| line.starts_with(start));
        assert!(found, "\"{start}\" is not there, or not in its place:\n{shown}");
    }
    Ok(())
}
