//! Kafka goes away and comes back while Orders runs.

use anyhow::Result;
use messaging_tests::kafka::KafkaServer;
use messaging_tests::ports::Port;
use messaging_tests::wait::eventually;
use serde_json::json;

use super::events;
use super::shop::{Orders, end, order_of};
use crate::support::{Raw, SOON};

#[test]
fn orders_tells_that_kafka_is_gone_and_a_repeated_change_is_published() -> Result<()> {
    let mut kafka = KafkaServer::start()?;
    let bootstrap = kafka.bootstrap();
    let environment = [
        ("KAFKA_BOOTSTRAP_SERVERS", bootstrap.as_str()),
        // Enough for the first message to a broker that has just started, and for a test that waits for its end.
        ("KAFKA_DELIVERY_TIMEOUT_MS", "5000"),
    ];
    let orders = Orders::start(&[], &environment)?;
    let (client, product) = (orders.client()?, orders.product(2)?);
    let order = orders.make("/v1/orders", &order_of(&client, &product))?;

    kafka.kill()?;
    let health = json!({"service": "orders-service", "kafka": "disconnected"});
    assert_eq!(orders.get("/health")?, health);
    let (code, answer) = orders.change(&order, "PAGO")?;
    assert_eq!(code, 503, "{answer}");
    let error = answer["error"].as_str().unwrap_or_default();
    assert!(error.contains(&order), "{error}");

    kafka.restart()?;
    let connected = || Ok::<_, anyhow::Error>(orders.get("/health")?["kafka"] == "connected");
    eventually(SOON, "Orders to be connected again", || {
        connected().unwrap_or(false)
    })?;
    let (code, answer) = orders.change(&order, "PAGO")?;
    assert_eq!(code, 200, "{answer}");
    let paid = events(&Raw::new(&bootstrap), "orders.paid")?;
    assert_eq!(paid.len(), 1, "{paid:?}");
    assert_eq!(paid[0].0, order);
    end(orders.program)
}

#[test]
fn orders_answers_before_kafka_does_and_ends_when_told() -> Result<()> {
    let port = Port::reserve()?;
    let nobody = format!("127.0.0.1:{}", port.number());
    let orders = Orders::start(&[], &[("KAFKA_BOOTSTRAP_SERVERS", &nobody)])?;
    let health = json!({"service": "orders-service", "kafka": "disconnected"});
    assert_eq!(orders.get("/health")?, health);
    let (client, product) = (orders.client()?, orders.product(2)?);
    let order = order_of(&client, &product).to_string();
    let (code, answer) = orders.request("POST", "/v1/orders", &order)?;
    assert_eq!(code, 503, "{answer}");
    let error = answer["error"].as_str().unwrap_or_default();
    assert!(error.contains("nothing was kept"), "{error}");
    end(orders.program)
}
