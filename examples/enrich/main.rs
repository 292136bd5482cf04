//! A worker in class style: a type whose fields are what it works with, told how each record has ended.
//!
//! ```text
//! events.raw ──▶ Enrich ──▶ events.enriched
//!                  └──▶ events.dlq
//! ```
//!
//! `cargo run --bin enrich` enriches a few visits on the in-memory broker and ends;
//! `MESSAGE_BROKER=kafka cargo run --bin enrich` does the same on a Kafka at localhost:9092 (or
//! KAFKA_BOOTSTRAP_SERVERS). `cargo run --bin enrich -- run` runs the worker as a service; on Kafka,
//! `-- consume events.enriched --from-beginning` shows what it has written, and `-- dlq show events.dlq` what it could
//! not handle.

use std::collections::HashMap;

use messaging::prelude::*;
use messaging::worker::LastFailure;
use messaging::{BoxError, NewTopic};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

#[derive(Serialize, Deserialize, Payload)]
struct Visit {
    user: String,
    page: String,
    country_code: String,
}

#[derive(Serialize, Deserialize, Payload)]
struct EnrichedVisit {
    user: String,
    page: String,
    country: String,
}

#[topic(name = "events.raw", schema = Visit, key = user)]
struct RawEvents;

#[topic(name = "events.enriched", schema = EnrichedVisit, key = user)]
struct EnrichedEvents;

/// Adds the name of the country to each visit.
struct Enrich {
    countries: HashMap<&'static str, &'static str>,
    /// A line for each record that has come to its end.
    ended: UnboundedSender<String>,
}

#[worker(topic = RawEvents, output_topic = EnrichedEvents, dlq_topic = "events.dlq", max_retries = 2, retry_delay = "100ms")]
impl Worker for Enrich {
    type Input = Visit;
    type Output = EnrichedVisit;
    type Error = BoxError;

    async fn process(&self, visit: Visit, _: &Cx) -> Result<EnrichedVisit, BoxError> {
        let code = visit.country_code;
        let country = self.countries.get(&*code);
        let country = country.ok_or_else(|| format!("no country has the code {code}"))?;
        Ok(EnrichedVisit {
            user: visit.user,
            page: visit.page,
            country: (*country).to_owned(),
        })
    }

    /// Once, after the last try and before the dead letter.
    async fn on_error(&self, failure: &LastFailure, cx: &Cx) -> Result<(), BoxError> {
        let line = format!(
            "{} -> events.dlq after {} tries: {failure}",
            user(cx),
            cx.attempt()
        );
        Ok(self.ended.send(line)?)
    }

    /// Once, when Kafka has acknowledged what was published.
    async fn on_success(&self, cx: &Cx) -> Result<(), BoxError> {
        let line = format!("{} -> events.enriched at try {}", user(cx), cx.attempt());
        Ok(self.ended.send(line)?)
    }
}

/// The key says whose visit it was, also where the value cannot be read.
fn user(cx: &Cx) -> String {
    String::from_utf8_lossy(cx.key().unwrap_or_default()).into_owned()
}

#[tokio::main]
async fn main() -> messaging::Result<()> {
    let (ended, mut ends) = unbounded_channel();
    let enrich = Enrich {
        countries: HashMap::from([("BR", "Brazil"), ("PT", "Portugal")]),
        ended,
    };
    let app = App::new()
        .defaults([("message_broker", "memory"), ("service", "enrich")])
        .state(enrich);
    if std::env::args().len() > 1 {
        return app.cli().await;
    }

    // The dead letter topic is made by the App.
    let topics = ["events.raw", "events.enriched"];
    app.create_topics(topics.map(NewTopic::named)).await?;
    let mut running = app.start().await?;
    running.ready().await;
    let visits = [("ada", "BR"), ("grace", "PT"), ("linus", "XX")];
    for (user, country_code) in visits {
        let visit = Visit {
            user: user.into(),
            page: "/keyboards".into(),
            country_code: country_code.into(),
        };
        publish(RawEvents, &visit).await?;
    }
    for _ in visits {
        if let Some(line) = ends.recv().await {
            println!("{line}");
        }
    }
    running.stop();
    running.join().await
}
