//! `settings`: every key, its value and where that came from; and what is said of single workers.

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::output::Format;
use super::table::{Table, maybe, text};
use crate::App;
use crate::error::Result;
use crate::settings::Described;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Found {
    settings: Vec<Setting>,
    workers: Vec<Override>,
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Setting {
    key: &'static str,
    /// Secrets hidden; nothing when unset.
    value: Option<String>,
    from: String,
    environment: String,
    default: Option<String>,
    allowed: String,
    meaning: String,
}

/// What an operator says of one worker, and what counts.
#[derive(Debug, Serialize)]
struct Override {
    worker: String,
    key: &'static str,
    value: Option<Value>,
    from: String,
}

pub(super) fn run(app: &App, options: &Options) -> Result<()> {
    let settings = app.settings()?;
    let found = Found {
        settings: settings.describe().map(setting).collect(),
        workers: overrides(app)?,
        warnings: settings.warnings().to_vec(),
    };
    for warning in &found.warnings {
        tracing::warn!("{warning}");
    }
    options.format.show(&found, for_people)
}

fn setting(row: Described) -> Setting {
    Setting {
        key: row.key,
        value: row.value,
        from: row.origin.to_string(),
        environment: row.environment,
        default: row.default,
        allowed: row.allowed,
        meaning: row.doc,
    }
}

fn overrides(app: &App) -> Result<Vec<Override>> {
    let mut all = Vec::new();
    for worker in app.resolved()? {
        let said = worker.facts().iter().filter_map(|fact| {
            Some(Override {
                worker: worker.name.clone(),
                key: fact.key,
                value: fact.value.clone(),
                from: fact.origin.as_ref()?.to_string(),
            })
        });
        all.extend(said);
    }
    Ok(all)
}

fn for_people(found: &Found) -> String {
    let mut settings = Table::new([text("SETTING"), text("VALUE"), text("FROM")]);
    for row in &found.settings {
        settings.row([row.key.to_owned(), maybe(row.value.as_ref()), row.from.clone()]);
    }
    if found.workers.is_empty() {
        return settings.to_string();
    }
    let mut workers = Table::new([text("WORKER"), text("KEY"), text("VALUE"), text("FROM")]);
    for row in &found.workers {
        let value = row.value.as_ref().map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        workers.row([
            row.worker.clone(),
            row.key.to_owned(),
            maybe(value),
            row.from.clone(),
        ]);
    }
    format!("{settings}\n{workers}")
}
