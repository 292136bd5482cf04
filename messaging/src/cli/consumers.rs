//! `consumers`: what is registered, with the handler of each event.

use clap::Args;
use serde::Serialize;

use super::output::Format;
use super::table::{Table, text};
use crate::App;
use crate::app::Resolved;
use crate::consumer::Gathered;
use crate::error::Result;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Row {
    consumer: String,
    group: String,
    group_from: &'static str,
    topics: Vec<String>,
    dlq_topics: Vec<String>,
    concurrency: usize,
    max_retries: u32,
    place: String,
    events: Vec<Event>,
}

#[derive(Debug, Serialize)]
struct Event {
    event: String,
    handler: String,
    place: String,
}

pub(super) fn run(app: &App, options: &Options) -> Result<()> {
    let resolved = app.resolved_consumers()?;
    let rows: Vec<Row> = resolved
        .iter()
        .zip(&app.gathered())
        .map(|(resolved, gathered)| row(resolved, gathered))
        .collect();
    options.format.show(&rows, |rows| {
        if rows.is_empty() {
            return "no consumers are registered; write #[consumer(\"group\", topics = [\"…\"])] on an impl, and #[on_event(\"…\")] on its methods\n"
                .to_owned();
        }
        table(rows).to_string()
    })
}

fn row(resolved: &Resolved, gathered: &Gathered<'_>) -> Row {
    let owned = |topic: &str| topic.to_owned();
    let events = gathered.handlers.iter().map(|handler| Event {
        event: handler.event().to_owned(),
        handler: handler.name().to_owned(),
        place: handler.place().to_string(),
    });
    Row {
        consumer: resolved.name.clone(),
        group: resolved.group.clone(),
        group_from: resolved.group_from,
        topics: resolved
            .sources
            .iter()
            .map(|source| source.topic.clone())
            .collect(),
        dlq_topics: resolved.dlq_topics().into_iter().map(owned).collect(),
        concurrency: resolved.keys().concurrency,
        max_retries: resolved.keys().retry.max_retries,
        place: resolved.place.to_string(),
        events: events.collect(),
    }
}

/// A line for each event, with its consumer, so that a line says all when it is searched for.
fn table(rows: &[Row]) -> Table {
    let heads = ["CONSUMER", "GROUP", "TOPICS", "EVENT", "HANDLER", "PLACE"];
    let mut table = Table::new(heads.map(text));
    for row in rows {
        let head = [row.consumer.clone(), row.group.clone(), row.topics.join(", ")];
        if row.events.is_empty() {
            let rest = [String::new(), String::new(), row.place.clone()];
            table.row(head.clone().into_iter().chain(rest));
        }
        for event in &row.events {
            let rest = [event.event.clone(), event.handler.clone(), event.place.clone()];
            table.row(head.clone().into_iter().chain(rest));
        }
    }
    table
}
