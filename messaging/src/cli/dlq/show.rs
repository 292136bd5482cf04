//! `dlq show`.

use clap::Args;
use clap::builder::RangedU64ValueParser;
use serde::Serialize;

use super::filter::Filter;
use super::letter::Story;
use crate::App;
use crate::cli::connection::Connection;
use crate::cli::output::Format;
use crate::cli::reading::last;
use crate::cli::shown::{JsonRecord, quoted, time};
use crate::cli::table::{Table, maybe, number, text};
use crate::error::Result;
use crate::record::Record;

/// How many characters of an error fit into a table.
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
    let offsets: Vec<_> = (0..).zip(connection.offsets(&options.topic).await?).collect();
    let wanted = |record: &Record| options.filter.wants(&Story::of(record));
    let records = last(
        &connection,
        &options.topic,
        &offsets,
        options.max_messages,
        wanted,
    )
    .await?;
    let letters: Vec<Letter> = records.iter().map(letter).collect();
    options.format.show(&letters, |letters| match letters.as_slice() {
        [] => format!("no such dead letter is in {}\n", options.topic),
        letters => table(letters).to_string(),
    })
}

fn letter(record: &Record) -> Letter {
    let (partition, offset) = (record.partition().to_string(), record.offset().to_string());
    Letter {
        story: Story::of(record),
        record: JsonRecord::of(record),
        cells: [partition, offset, quoted(record.key(), true)],
    }
}

fn table(letters: &[Letter]) -> Table {
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
            story.error.as_deref().map(shortened).unwrap_or_default(),
        ]);
    }
    table
}

fn shortened(error: &str) -> String {
    match error.char_indices().nth(ERROR) {
        Some((end, _)) => format!("{}…", &error[..end]),
        None => error.to_owned(),
    }
}
