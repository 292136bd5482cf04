//! `consumer`: runs only the handlers of one group.

use clap::Args;
use clap::error::ErrorKind;

use super::nearest::unknown;
use super::run::is_named;
use super::wrong_argument;
use crate::App;
use crate::error::Result;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The group, as `workers` lists it
    #[arg(short, long)]
    group: String,
    /// Only the handlers of these topics of the group, with topic_prefix or without [default: all of them]
    #[arg(short, long = "topic", value_name = "TOPIC", num_args = 1..)]
    topics: Vec<String>,
}

/// `kafka consume TOPIC --group G`: the same in the words of others.
#[derive(Debug, Args)]
pub(super) struct CompatOptions {
    topic: String,
    #[arg(short, long = "group", visible_alias = "group-id")]
    group: String,
}

impl From<CompatOptions> for Options {
    fn from(options: CompatOptions) -> Options {
        Options {
            group: options.group,
            topics: vec![options.topic],
        }
    }
}

pub(super) async fn run(app: App, options: Options) -> Result<()> {
    let prefix = app.topic_prefix()?;
    if let Some(wrong) = first_unknown(&app.handled()?, &options, &prefix) {
        wrong_argument(ErrorKind::InvalidValue, &wrong);
    }
    app.keeping_where(|group, topic| options.means(group, topic, &prefix))?
        .run()
        .await
}

/// What there is no handler of, said with what there is.
fn first_unknown(handled: &[(String, String)], options: &Options, prefix: &str) -> Option<String> {
    let groups = unique(handled.iter().map(|(group, _)| &**group));
    if !groups.contains(&&*options.group) {
        return Some(unknown("group", &options.group, &groups));
    }
    let of_group = handled.iter().filter(|(group, _)| *group == options.group);
    let topics = unique(of_group.map(|(_, topic)| &**topic));
    let is_known = |wanted: &String| topics.iter().any(|topic| is_named(topic, wanted, prefix));
    let wrong = options.topics.iter().find(|wanted| !is_known(wanted))?;
    let noun = format!("handler in the group \"{}\" for the topic", options.group);
    Some(unknown(&noun, wrong, &topics))
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

impl Options {
    fn means(&self, group: &str, topic: &str, prefix: &str) -> bool {
        let mut topics = self.topics.iter();
        let is_meant = self.topics.is_empty() || topics.any(|wanted| is_named(topic, wanted, prefix));
        group == self.group && is_meant
    }
}
