//! `runworker`: runs only the workers that are named.

use clap::Args;
use clap::error::ErrorKind;

use super::nearest::unknown;
use super::wrong_argument;
use crate::App;
use crate::error::Result;

/// The name that stands for all workers.
const ALL: &str = "all";

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Names of workers and consumers, as `workers` lists them, or `all`
    #[arg(required_unless_present = "all", value_name = "NAME")]
    names: Vec<String>,
    /// As the name `all`
    #[arg(long, hide = true, conflicts_with = "names")]
    all: bool,
}

pub(super) async fn run(app: App, options: Options) -> Result<()> {
    if options.all || options.names.iter().any(|name| name == ALL) {
        return app.run().await;
    }
    if let Some(wrong) = first_unknown(&app, &options.names) {
        wrong_argument(ErrorKind::InvalidValue, &wrong);
    }
    app.keeping(&options.names).run().await
}

/// Which name there is no worker of, said with those there are.
fn first_unknown(app: &App, names: &[String]) -> Option<String> {
    let workers = app.workers().iter().map(|worker| worker.name());
    let consumers = app.consumers().iter().map(|consumer| consumer.name());
    let known: Vec<&str> = workers.chain(consumers).collect();
    let wrong = names.iter().find(|name| !known.contains(&name.as_str()))?;
    Some(unknown("worker", wrong, &known))
}
