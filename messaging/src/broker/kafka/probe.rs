//! Reaching the broker once: what the client says on the way tells why it could not.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::config::KafkaConfig;
use super::error::{Meaning, Place, broker_error, code, meaning_of, not_made, unreachable};
use super::member::lock;
use super::tokens::Tokens;
use super::{blocking, log, now};
use crate::broker::BrokerError;

/// How long one try takes at most.
const LIMIT: Duration = Duration::from_secs(5);

/// How long the client is asked at a time, between two looks at what it said.
const STEP: Duration = Duration::from_millis(100);

/// Any topic will do to be asked about, and this one costs the broker nothing.
const TOPIC: &str = "__consumer_offsets";

/// What the client said about connections that failed.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Heard>>);

#[derive(Default)]
struct Heard {
    last: Option<(KafkaError, String)>,
    all_down: bool,
}

impl Heard {
    fn is_denied(&self) -> bool {
        matches!(&self.last, Some((error, _)) if meaning_of(error) == Meaning::Denied)
    }
}

impl ClientContext for Said {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        log::log(level, facility, line);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let mut heard = lock(&self.0);
        // That all brokers are down follows from what was said before, and explains nothing.
        if code(&error) == Some(RDKafkaErrorCode::AllBrokersDown) {
            heard.all_down = true;
        } else {
            heard.last = Some((error, reason.to_owned()));
        }
    }
}

impl ConsumerContext for Said {}

/// Asks any broker for metadata.
pub(super) async fn probe(config: &KafkaConfig) -> Result<(), BrokerError> {
    let (properties, limit) = (config.admin(), LIMIT.min(config.request_timeout));
    let (address, tokens) = (config.address(), config.tokens().cloned());
    blocking("kafka-probe", move || {
        ask(&properties, tokens.as_ref(), &address, limit)
    })
    .await?
}

fn ask(
    config: &ClientConfig,
    tokens: Option<&Tokens>,
    address: &str,
    limit: Duration,
) -> Result<(), BrokerError> {
    let said = Said::default();
    let consumer: BaseConsumer<Said> = config
        .create_with_context(said.clone())
        .map_err(|e| not_made(&e))?;
    let consumer = Arc::new(consumer);
    Tokens::keep(tokens, &consumer)?;
    let end = now() + limit;
    while let Err(error) = consumer.fetch_metadata(Some(TOPIC), STEP) {
        // Serves what the client has to say.
        for _ in 0..16 {
            let _ = consumer.poll(Duration::ZERO);
        }
        let (mut heard, lack) = (lock(&said.0), tokens.and_then(Tokens::lack));
        // Without a token it does not even connect, and an old one is refused.
        let denied = lack.is_none() && heard.is_denied();
        if denied || heard.all_down || now() >= end {
            let explained = || explain(address, heard.last.take(), &error, limit);
            return Err(lack.map_or_else(explained, |why| unreachable(address, why)));
        }
    }
    Ok(())
}

fn explain(
    address: &str,
    heard: Option<(KafkaError, String)>,
    error: &KafkaError,
    limit: Duration,
) -> BrokerError {
    let Some((error, reason)) = heard else {
        return unreachable(address, format!("no answer within {limit:?} ({error})"));
    };
    broker_error(
        Place {
            what: "connecting to kafka",
            topic: None,
            address,
        },
        &error,
        Some(&reason),
    )
}
