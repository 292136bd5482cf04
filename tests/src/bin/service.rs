//! A program of workers as a user writes one, for the tests of the command line.

use messaging::{App, HandlerError, Observation, Observer, Payload, topic, worker};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize, Payload)]
struct Price {
    item: String,
    cents: u32,
}

/// Nobody reads it: it is for the key of what is published.
#[topic(name = "prices", schema = Price, key = item)]
struct Prices;

/// Says on standard output when a partition is there.
struct Announce;

impl Observer for Announce {
    fn observe(&self, what: &Observation<'_>) {
        if let Observation::Assigned { group, partition } = what {
            println!("{group} reads {}", partition.topic);
        }
    }
}

#[worker(topic = "quiet", output_topic = "loud", concurrency = 4, max_retries = 7)]
async fn shout(text: String) -> String {
    text.to_uppercase()
}

#[worker(topic = "loud", name = "hear-it", group_id = "ears", on_exhausted = "skip")]
async fn hear(text: String) -> Result<(), HandlerError> {
    Err(HandlerError::skip(text))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> messaging::Result<()> {
    App::new()
        .defaults([("message_broker", "memory")])
        .observer(Announce)
        .cli()
        .await
}
