//! `run`: runs all workers, or those of some topics.

use std::collections::BTreeSet;

use clap::Args;
use clap::error::ErrorKind;

use super::nearest::unknown;
use super::wrong_argument;
use crate::App;
use crate::error::Result;

#[derive(Debug, Default, Args)]
pub(super) struct Options {
    /// Only the handlers of these topics, with topic_prefix or without [default: of all topics]
    #[arg(short, long = "topic", value_name = "TOPIC", num_args = 1..)]
    topics: Vec<String>,
}

pub(super) async fn run(app: App, options: Options) -> Result<()> {
    if options.topics.is_empty() {
        return app.run().await;
    }
    let prefix = app.topic_prefix()?;
    let handled: BTreeSet<String> = app.handled()?.into_iter().map(|(_, topic)| topic).collect();
    let is_known = |wanted: &String| handled.iter().any(|topic| is_named(topic, wanted, &prefix));
    if let Some(wrong) = options.topics.iter().find(|wanted| !is_known(wanted)) {
        let handled: Vec<&str> = handled.iter().map(String::as_str).collect();
        wrong_argument(
            ErrorKind::InvalidValue,
            &unknown("handler for the topic", wrong, &handled),
        );
    }
    let is_meant = |topic: &str| {
        let mut topics = options.topics.iter();
        topics.any(|wanted| is_named(topic, wanted, &prefix))
    };
    app.keeping_where(|_, topic| is_meant(topic))?.run().await
}

/// Whether a topic is meant by this name, which may lack the prefix.
pub(super) fn is_named(topic: &str, wanted: &str, prefix: &str) -> bool {
    topic == wanted || topic.strip_prefix(prefix) == Some(wanted)
}
