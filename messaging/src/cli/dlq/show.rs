//! `dlq show`.

use std::cell::Cell;
use std::io::{self, IsTerminal};

use clap::Args;
use clap::builder::RangedU64ValueParser;
use serde::Serialize;

use super::filter::Filter;
use super::letter::Story;
use crate::App;
use crate::cli::connection::{Connection, IfAbsent};
use crate::cli::output::{Format, counted, note};
use crate::cli::reading::last;
use crate::cli::shown::{JsonRecord, quoted, time};
use crate::cli::table::{Table, maybe, number, text};
use crate::error::Result;
use crate::record::Record;

/// How many characters of an error fit into a table on a terminal.
const ERROR: usize = 100;

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// The dead letter topic, as `dlq list` shows it
    topic: String,
    #[command(flatten)]
    filter: Filter,
    /// The N newest, oldest first
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    max_messages: usize,
    #[command(flatten)]
    format: Format,
}

/// A letter for programs: what it says, and all of its bytes.
#[derive(Debug, Serialize)]
struct Letter {
    story: Story,
    record: JsonRecord,
    #[serde(skip)]
    cells: [String; 3],
}

pub(super) async fn run(app: App, options: &Options) -> Result<()> {
    let connection = Connection::open(&app).await?;
    let offsets = connection.offsets(&options.topic, IfAbsent::Suggest).await?;
    let offsets = options.filter.offsets(&offsets);
    let foreign = Cell::new(0);
    let wanted = |record: &Record| {
        let story = Story::of(record);
        let is_letter = story.topic.is_some();
        let is_meant = options.filter.wants(record, &story);
        foreign.set(foreign.get() + usize::from(is_meant && !is_letter));
        is_meant && is_letter
    };
    let records = last(
        &connection,
        &options.topic,
        &offsets,
        options.max_messages,
        wanted,
    )
    .await?;
    // A pipe and a file get all of it.
    let is_short = io::stdout().is_terminal();
    let letters: Vec<Letter> = records.iter().map(|record| letter(record, is_short)).collect();
    options
        .format
        .show(&letters, |letters| match letters.as_slice() {
            [] => format!("no such dead letter is in {}\n", options.topic),
            letters => table(letters, is_short).to_string(),
        })?;
    if foreign.get() > 0 {
        let records = counted(foreign.get(), "record");
        note(&format!(
            "left out {records}: no header says where it comes from, so it is no dead letter; see `consume`"
        ));
    }
    Ok(())
}

fn letter(record: &Record, is_short: bool) -> Letter {
    let (partition, offset) = (record.partition().to_string(), record.offset().to_string());
    Letter {
        story: Story::of(record),
        record: JsonRecord::of(record),
        cells: [partition, offset, quoted(record.key(), is_short)],
    }
}

fn table(letters: &[Letter], is_short: bool) -> Table {
    let mut table = Table::new([
        number("PARTITION"),
        number("OFFSET"),
        text("FAILED AT"),
        text("REASON"),
        text("WORKER"),
        number("ATTEMPTS"),
        number("REPLAYS"),
        text("FROM"),
        text("KEY"),
        text("ERROR"),
    ]);
    for Letter { story, cells, .. } in letters {
        let [partition, offset, key] = cells.clone();
        table.row([
            partition,
            offset,
            time(story.failed_at),
            maybe(story.reason.as_ref()),
            maybe(story.worker.as_ref()),
            maybe(story.attempts),
            story.replays.to_string(),
            maybe(story.origin()),
            key,
            story
                .error
                .as_deref()
                .map(|error| shown(error, is_short))
                .unwrap_or_default(),
        ]);
    }
    table
}

fn shown(error: &str, is_short: bool) -> String {
    match error.char_indices().nth(ERROR) {
        Some((end, _)) if is_short => format!("{}…", &error[..end]),
        _ => error.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_terminal_gets_errors_cut() {
        let error = "x".repeat(ERROR + 1);
        assert_eq!(shown(&error, false), error);
        assert_eq!(shown(&error, true), format!("{}…", "x".repeat(ERROR)));
        assert_eq!(shown("short", true), "short");
    }
}
