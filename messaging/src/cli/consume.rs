//! `consume`: prints the records of a topic. It joins no group and commits nothing.

use clap::Args;
use clap::builder::RangedU64ValueParser;
use tokio::sync::mpsc;

use super::added;
use super::connection::{Connection, IfAbsent};
use super::output::{counted, note};
use super::printer::{Printed, Printer};
use super::reading::{Reading, Stretch, last};
use super::shown::{JsonRecord, line};
use crate::App;
use crate::app::Signals;
use crate::error::{Kind, Result};
use crate::record::Record;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The topic, as the broker names it (with topic_prefix)
    topic: String,
    /// Begin with the first record that the topic still has
    #[arg(long, conflicts_with_all = ["from_latest", "last"])]
    from_beginning: bool,
    /// Begin with the next record that is written [default]
    #[arg(long, conflicts_with = "last")]
    from_latest: bool,
    /// Print the last N records of all partitions together, oldest first, and end
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    last: Option<usize>,
    /// End once the records are printed that were there at the start
    #[arg(long, conflicts_with = "last")]
    until_end: bool,
    /// End after N records
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    max_messages: Option<usize>,
    /// Only this partition, counted from 0
    #[arg(short, long, value_name = "P")]
    partition: Option<u32>,
    /// Only records of this key
    #[arg(short, long)]
    key: Option<String>,
    /// Print one JSON object a line, with every byte: what is not UTF-8 is in `key_base64`, `value_base64`
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(app: App, options: Options) -> Result<()> {
    let connection = Connection::open(&app).await?;
    let mut signals = Signals::taken_over(connection.settings.shutdown_timeout_ms);
    let mut shown = Shown::new(&options);
    tokio::select! {
        biased;
        () = signals.first() => {}
        done = print(&connection, &options, &mut shown) => done?,
    }
    shown.printer.flush()?;
    note(&format!(
        "{} of {}",
        counted(shown.count, "record"),
        options.topic
    ));
    Ok(())
}

async fn print(connection: &Connection, options: &Options, shown: &mut Shown<'_>) -> Result<()> {
    let topic = &options.topic;
    let offsets = wanted_offsets(connection, options).await?;
    if let Some(count) = options.last {
        let count = options.max_messages.map_or(count, |most| count.min(most));
        let records = last(connection, topic, &offsets, count, |record| options.wants(record)).await?;
        return shown.show(&records).map(drop);
    }
    let stretches: Vec<Stretch> = offsets.into_iter().map(|place| options.stretch(place)).collect();
    let mut reading = Reading::open(connection, topic, &stretches)?;
    if !options.until_end {
        let from = if options.from_beginning { "all" } else { "new" };
        note(&format!("{from} records of {topic}; Ctrl-C ends"));
    }
    let mut added = match options.follows_all() {
        true => added::behind(stretches.len(), connection, topic),
        false => mpsc::channel(1).1,
    };
    loop {
        tokio::select! {
            biased;
            Some(stretches) = added.recv() => reading.add(connection, topic, &stretches)?,
            records = reading.next() => match records? {
                Some(records) if shown.show(&records)? == Printed::More => {}
                _ => return Ok(()),
            },
        }
    }
}

/// The first offset and the end of each partition that is to be read.
async fn wanted_offsets(connection: &Connection, options: &Options) -> Result<Vec<(i32, (i64, i64))>> {
    let offsets: Vec<_> = (0..)
        .zip(
            connection
                .offsets(&options.topic, IfAbsent::SuggestOrCreate)
                .await?,
        )
        .collect();
    let Some(partition) = options.partition else {
        return Ok(offsets);
    };
    let found = offsets
        .iter()
        .find(|(number, _)| u32::try_from(*number) == Ok(partition));
    let absent = || {
        let (topic, count) = (&options.topic, offsets.len());
        let text =
            format!("the topic \"{topic}\" has no partition {partition}; it has {count}, counted from 0");
        Kind::Usage(text).into()
    };
    found.map(|found| vec![*found]).ok_or_else(absent)
}

impl Options {
    /// Whether partitions that are added meanwhile are meant, too.
    fn follows_all(&self) -> bool {
        !self.until_end && self.partition.is_none()
    }

    fn wants(&self, record: &Record) -> bool {
        let wanted = self.key.as_ref().map(String::as_bytes);
        wanted.is_none_or(|key| record.key() == Some(key))
    }

    fn stretch(&self, (partition, (first, end)): (i32, (i64, i64))) -> Stretch {
        Stretch {
            partition,
            from: if self.from_beginning { first } else { end },
            end: self.until_end.then_some(end),
        }
    }
}

/// What was printed so far.
struct Shown<'a> {
    options: &'a Options,
    printer: Printer,
    count: usize,
}

impl Shown<'_> {
    fn new(options: &Options) -> Shown<'_> {
        Shown {
            options,
            printer: Printer::new(),
            count: 0,
        }
    }

    /// Prints those that are wanted; says when no more are.
    fn show(&mut self, records: &[Record]) -> Result<Printed> {
        for record in records.iter().filter(|record| self.options.wants(record)) {
            let text = if self.options.json {
                json(record)?
            } else {
                line(record, self.printer.is_terminal())
            };
            self.printer.line(&text)?;
            self.count += 1;
            if self.options.max_messages == Some(self.count) {
                self.printer.flush()?;
                return Ok(Printed::Enough);
            }
        }
        self.printer.flush()
    }
}

fn json(record: &Record) -> Result<String> {
    let failed =
        |error: serde_json::Error| Kind::Usage(format!("the record cannot be written as JSON: {error}"));
    Ok(serde_json::to_string(&JsonRecord::of(record)).map_err(failed)?)
}
