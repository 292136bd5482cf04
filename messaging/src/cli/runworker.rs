//! `runworker`: runs only the workers that are named.

use clap::Args;
use clap::builder::RangedU64ValueParser;
use clap::error::ErrorKind;

use super::nearest::unknown;
use super::run::is_named;
use super::wrong_argument;
use crate::App;
use crate::error::Result;
use crate::program;

/// The name that stands for all workers.
const ALL: &str = "all";

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Names of workers and consumers, as `workers` lists them, or `all`
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// As the name `all`
    #[arg(long, hide = true, conflicts_with = "names")]
    all: bool,
    /// How many records each of them handles at once in this run, whatever the program and the operator say
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    concurrency: Option<usize>,
}

pub(super) async fn run(app: App, options: Options) -> Result<()> {
    if let Some(wrong) = wrong(&app, &options.names)? {
        wrong_argument(ErrorKind::InvalidValue, &wrong);
    }
    let is_all = options.all || options.names.iter().any(|name| name == ALL);
    let app = if is_all { app } else { app.keeping(&options.names)? };
    let app = match options.concurrency {
        Some(concurrency) => app.with_concurrency(concurrency),
        None => app,
    };
    app.run().await
}

/// What is wrong about the names.
fn wrong(app: &App, names: &[String]) -> Result<Option<String>> {
    let workers = app.workers().iter().map(|worker| worker.name());
    let consumers = app.consumers().iter().map(|consumer| consumer.name());
    let known: Vec<&str> = workers.chain(consumers).collect();
    let single: Vec<&String> = names.iter().filter(|name| *name != ALL).collect();
    if let Some(wrong) = single.iter().find(|name| !known.contains(&name.as_str())) {
        let of_topic = of_topic(app, wrong)?;
        return Ok(of_topic.or_else(|| Some(unknown("worker", wrong, &known))));
    }
    Ok((single.len() < names.len() && !single.is_empty())
        .then(|| "`all` stands for all workers, so no other name can stand beside it".to_owned()))
}

/// Whoever names a topic means its workers.
fn of_topic(app: &App, name: &str) -> Result<Option<String>> {
    let prefix = app.topic_prefix()?;
    let workers = app.resolved()?.into_iter();
    let readers = workers.filter(|worker| {
        let mut topics = worker.sources.iter();
        topics.any(|source| is_named(&source.topic, name, &prefix))
    });
    let readers: Vec<String> = readers.map(|worker| worker.name).collect();
    if readers.is_empty() {
        return Ok(None);
    }
    let command = format!("{} runworker {}", program::name(), readers.join(" "));
    let readers = readers.join(" and ");
    Ok(Some(format!(
        "\"{name}\" is the topic of {readers}; write `{command}`"
    )))
}
