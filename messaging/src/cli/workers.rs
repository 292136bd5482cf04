//! `workers`: what is registered, with every decided key.

use clap::Args;
use serde::Serialize;

use crate::App;
use crate::app::Resolved;
use crate::error::{Kind, Result};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Print JSON for programs instead of a table
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Row {
    worker: String,
    topic: String,
    output_topic: Option<String>,
    dlq_topic: Option<String>,
    group: String,
    group_from: &'static str,
    concurrency: usize,
    max_retries: u32,
    place: String,
}

pub(super) fn run(app: &App, options: &Options) -> Result<()> {
    let rows: Vec<Row> = app.resolved()?.into_iter().map(row).collect();
    if options.json {
        let failed =
            |error: serde_json::Error| Kind::Usage(format!("the list cannot be written as JSON: {error}"));
        println!("{}", serde_json::to_string_pretty(&rows).map_err(failed)?);
    } else if rows.is_empty() {
        println!("no workers are registered; annotate an async function with #[worker(topic = \"…\")]");
    } else {
        print!("{}", table(&rows));
    }
    Ok(())
}

fn row(worker: Resolved) -> Row {
    Row {
        output_topic: worker.output.as_ref().map(|output| output.topic.clone()),
        dlq_topic: worker.dead_letters().then(|| worker.dlq_topic.clone()),
        concurrency: worker.keys().concurrency,
        max_retries: worker.keys().retry.max_retries,
        place: worker.place.to_string(),
        worker: worker.name,
        topic: worker.topic,
        group: worker.group,
        group_from: worker.group_from,
    }
}

/// Columns as wide as their widest cell.
fn table(rows: &[Row]) -> String {
    let none = || "-".to_owned();
    let mut cells = vec![
        [
            "WORKER",
            "TOPIC",
            "OUTPUT",
            "DEAD LETTERS",
            "GROUP",
            "CONCURRENCY",
            "PLACE",
        ]
        .map(str::to_owned),
    ];
    cells.extend(rows.iter().map(|row| {
        let (output, dlq) = (
            row.output_topic.clone().unwrap_or_else(none),
            row.dlq_topic.clone().unwrap_or_else(none),
        );
        [
            row.worker.clone(),
            row.topic.clone(),
            output,
            dlq,
            row.group.clone(),
            row.concurrency.to_string(),
            row.place.clone(),
        ]
    }));
    let width = |column: usize| {
        cells
            .iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..cells[0].len()).map(width).collect();
    let line = |row: &[String; 7]| {
        let padded: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    cells.iter().map(line).collect()
}
