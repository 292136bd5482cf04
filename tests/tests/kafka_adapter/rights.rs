//! What an access control list denies is told with what was tried and with the right that is missing.

use anyhow::{Context, Result};
use messaging::broker::{Broker, BrokerError, Event, NewTopic, Subscribe};
use messaging_tests::kafka::KafkaServer;

use crate::member::*;

const ANONYMOUS: &str = "User:ANONYMOUS";

/// Denies all with the topic and the group that are `closed`, and to make a topic `new`: either right for that would
/// do, the one on the cluster or the one on the topic.
fn close(server: &KafkaServer) -> Result<()> {
    server.access(&[
        "--deny-principal",
        ANONYMOUS,
        "--operation",
        "All",
        "--topic",
        "closed",
        "--topic",
        "new",
    ])?;
    server.access(&[
        "--deny-principal",
        ANONYMOUS,
        "--operation",
        "All",
        "--group",
        "closed",
    ])?;
    // With an entry for the cluster, what none allows there is denied: to make topics, but nothing that this server
    // needs.
    let mut rights = vec!["--allow-principal", ANONYMOUS, "--cluster"];
    for operation in [
        "ClusterAction",
        "Alter",
        "AlterConfigs",
        "Describe",
        "DescribeConfigs",
        "IdempotentWrite",
    ] {
        rights.extend(["--operation", operation]);
    }
    server.access(&rights)
}

async fn failed(kafka: &impl Broker, request: &Subscribe) -> Result<BrokerError> {
    let mut member = Member {
        subscription: kafka.subscribe(request)?,
        owned: Vec::new(),
        seen: Vec::new(),
    };
    loop {
        if let Event::Failed(error) = member.event().await? {
            return Ok(error);
        }
    }
}

fn tells(error: &BrokerError, parts: &[&str]) {
    let text = error.to_string();
    assert!(matches!(error, BrokerError::Denied { .. }), "{error:?}");
    assert!(!error.is_retriable(), "{text}");
    for part in parts
        .iter()
        .chain(&["give the principal that right, or set other credentials"])
    {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_denied_is_told_with_what_was_tried_and_the_right_that_is_missing() -> Result<()> {
    let server = KafkaServer::builder().access_control().start()?;
    let kafka = kafka(&config(&server.bootstrap()));
    for topic in ["open", "closed"] {
        make_topic(&kafka, topic, 1).await?;
    }
    close(&server)?;

    let publisher = publisher(&kafka)?;
    send(&*publisher, plain("open", None, b"1")).await?;
    let error = send(&*publisher, plain("closed", None, b"1")).await.unwrap_err();
    let error = error
        .downcast_ref::<BrokerError>()
        .context("the broker's error")?;
    tells(
        error,
        &[
            "sending to topic \"closed\" is not allowed",
            "on the topic, Write is needed to publish",
        ],
    );

    let error = failed(&kafka, &subscribe("open", &["closed"])).await?;
    tells(
        &error,
        &[
            "reading as group \"open\" is not allowed",
            "closed",
            "Read to consume",
        ],
    );
    let error = failed(&kafka, &subscribe("closed", &["open"])).await?;
    tells(
        &error,
        &[
            "reading as group \"closed\" is not allowed",
            "on the group, Read is needed",
        ],
    );

    let error = kafka
        .admin()?
        .create_topics(&[NewTopic::named("new")])
        .await
        .unwrap_err();
    tells(&error, &["creating the topic \"new\" is not allowed", "Create"]);
    Ok(())
}
