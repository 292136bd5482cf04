//! `dlq replay`: dead letters go back to where they come from.
//!
//! A letter is passed once its record is acknowledged, and the place is kept after each bundle. So a replay that was
//! killed goes on with at most one bundle that is sent a second time, and loses nothing.

use std::collections::BTreeMap;

use clap::Args;
use clap::builder::RangedU64ValueParser;

use super::filter::Filter;
use super::letter::{Story, original};
use super::others::Others;
use super::place::Place;
use crate::App;
use crate::app::Signals;
use crate::cli::connection::{Connection, IfAbsent};
use crate::cli::printer::Printer;
use crate::cli::progress::{self, Progress};
use crate::cli::reading::{Reading, Stretch};
use crate::cli::sending::Sender;
use crate::error::{Error, Kind, Result};
use crate::record::Record;

mod told;

use told::{Fate, Told};

pub(super) const AFTER_HELP: &str = "\
The original bytes, key and headers go to the original topic. The header messaging.dlq.replays counts, and comes back on
the next dead letter. The letters stay in their topic; those that are left out are passed, and --from-beginning comes
back to them.

A replay goes on where the last one with the same filters ended, also after it was killed. Nothing is lost; what was on its
way when it was killed is sent twice. Its place is the consumer group messaging.dlq-replay.TOPIC. A letter that a replay
with other filters has passed is left out. Of two at a time with the same filters, one stops when it sees that the other has
moved the place, with what it had on its way sent twice as well.";

/// How many letters are on their way at once, and so the most that are sent twice after a kill.
const BUNDLE: usize = 500;

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// The dead letter topic, as `dlq list` shows it
    topic: String,
    /// Send them; without it, it only says what would be sent
    #[arg(long)]
    execute: bool,
    /// Begin with the first letter, not where the last replay ended, and send again what other replays have sent
    #[arg(long)]
    from_beginning: bool,
    #[command(flatten)]
    filter: Filter,
    /// Send at most N letters
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    max_messages: Option<usize>,
    /// Leave letters out that were replayed N times already: they would fail for ever
    #[arg(long, value_name = "N", default_value_t = 3)]
    max_replays: u32,
    /// Print one JSON object for each letter
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(app: App, options: &Options) -> Result<()> {
    let connection = Connection::open(&app).await?;
    let mut signals = Signals::taken_over(connection.settings.shutdown_timeout_ms);
    let mut replay = Replay::begin(&connection, options).await?;
    let done = tokio::select! {
        biased;
        () = signals.first() => Err(Kind::Usage("interrupted".to_owned()).into()),
        done = replay.all() => done,
    };
    replay.progress.finish_and_clear();
    replay.told.end(options, &replay.place)?;
    done.map_err(|error: crate::Error| {
        let text = "the replay has not ended; run it again, and it goes on behind what was acknowledged";
        Kind::Usage(format!("{}; {text}", error.report())).into()
    })
}

/// What is to be replayed of each partition, and what others have passed of it.
async fn left(
    connection: &Connection,
    options: &Options,
    place: &mut Place,
) -> Result<(Vec<Stretch>, Others)> {
    let (topic, filter) = (&options.topic, &options.filter);
    let offsets = connection.offsets(topic, IfAbsent::Suggest).await?;
    let others = match options.from_beginning {
        true => Others::default(),
        false => {
            let groups = connection.group_names().await?;
            Others::find(connection, &groups, topic, filter, &offsets).await?
        }
    };
    let mut left = place.left(connection, &offsets).await?;
    if options.from_beginning {
        let beginnings = left.iter_mut().zip(&offsets);
        beginnings.for_each(|(stretch, (first, _))| stretch.from = *first);
    }
    if options.from_beginning && options.execute {
        // For all at once: a replay that is killed would else go on at an old place where it has not come to.
        let from = left.iter().map(|stretch| (stretch.partition, stretch.from));
        place.keep(connection, &from.collect::<Vec<_>>()).await?;
    }
    let wanted = |stretch| options.filter.within(stretch);
    Ok((left.into_iter().filter_map(wanted).collect(), others))
}

struct Replay<'a> {
    connection: &'a Connection,
    options: &'a Options,
    place: Place,
    left: Vec<Stretch>,
    others: Others,
    /// `None`: it is only said what would be sent.
    sender: Option<Sender>,
    /// Where the place is to be kept, of each partition.
    passed: BTreeMap<i32, i64>,
    told: Told,
    progress: Progress,
}

impl<'a> Replay<'a> {
    async fn begin(connection: &'a Connection, options: &'a Options) -> Result<Replay<'a>> {
        let mut place = Place::of(&options.topic, &options.filter);
        let (left, others) = left(connection, options, &mut place).await?;
        let sender = options.execute.then(|| Sender::open(connection)).transpose()?;
        let printer = Printer::new();
        // A person who lets it send wants to see how far it is; the letters were said before.
        let has_lines = options.json || !options.execute || !printer.is_terminal();
        let total: i64 = left.iter().map(Stretch::len).sum();
        Ok(Replay {
            connection,
            options,
            place,
            others,
            sender,
            passed: BTreeMap::new(),
            told: Told::new(printer, options.json, has_lines),
            progress: progress::bar(total.unsigned_abs(), "dead letters", has_lines),
            left,
        })
    }

    /// The letters that are there now: those that come back while it runs are for the next replay.
    async fn all(&mut self) -> Result<()> {
        let mut reading = Reading::open(self.connection, &self.options.topic, &self.left)?;
        while let Some(records) = reading.next().await? {
            for bundle in records.chunks(BUNDLE) {
                let passed = self.some(bundle).await?;
                self.progress.inc(passed as u64);
                if passed < bundle.len() {
                    return self.keep().await;
                }
            }
        }
        // A choice that no letter is of needs no place.
        if self.told.is_empty() {
            return Ok(());
        }
        self.keep().await
    }

    /// Sends a bundle, of one partition. Says how many letters were passed: fewer than all when enough were sent.
    async fn some(&mut self, bundle: &[Record]) -> Result<usize> {
        let mut fates = Vec::new();
        let mut room = self
            .options
            .max_messages
            .map(|most| most.saturating_sub(self.told.sent()));
        for record in bundle {
            let fate = self.fate(record);
            if let (Some(Fate::Sent(_)), Some(room)) = (&fate, &mut room) {
                match room.checked_sub(1) {
                    Some(less) => *room = less,
                    None => break,
                }
            }
            fates.push(fate);
        }
        let (written, failure) = self.send(&bundle[..fates.len()], &fates).await;
        let passed = &bundle[..written];
        fates.truncate(written);
        let sent = fates.iter().any(|fate| matches!(fate, Some(Fate::Sent(_))));
        // They are written, whether or not the place can be kept.
        for (record, fate) in passed.iter().zip(fates) {
            fate.map_or(Ok(()), |fate| self.told.letter(record, fate))?;
        }
        self.told.flush()?;
        self.pass(passed, sent).await?;
        failure.map_or(Ok(written), Err)
    }

    /// What becomes of a letter; `None`: it is not meant.
    fn fate(&self, record: &Record) -> Option<Fate> {
        let story = Story::of(record);
        if !self.options.filter.wants(record, &story) {
            return None;
        }
        Some(match story.topic.clone() {
            None => Fate::NoLetter(story),
            Some(_) if story.replays >= self.options.max_replays => Fate::TooOften(story),
            Some(_) if self.others.passed(record, &story) => Fate::Passed(story),
            Some(_) => Fate::Sent(story),
        })
    }

    /// Waits for all receipts before the place is kept. Says how many letters stand before the first that failed, so
    /// that these are not sent again when it fails each time.
    async fn send(&self, records: &[Record], fates: &[Option<Fate>]) -> (usize, Option<Error>) {
        let Some(sender) = &self.sender else {
            return (records.len(), None);
        };
        let (mut sent, mut failed) = (Vec::new(), None);
        for (index, (record, fate)) in records.iter().zip(fates).enumerate() {
            if let Some(Fate::Sent(Story {
                topic: Some(topic),
                replays,
                ..
            })) = fate
            {
                match sender.send(topic, &original(record, replays + 1)).await {
                    Ok(receipt) => sent.push((index, receipt)),
                    Err(error) => {
                        failed = Some((index, error));
                        break;
                    }
                }
            }
        }
        sender.hurry();
        for (index, receipt) in sent {
            if let Err(error) = receipt.receipt().await
                && failed.as_ref().is_none_or(|(first, _)| index < *first)
            {
                failed = Some((index, error));
            }
        }
        match failed {
            None => (records.len(), None),
            Some((index, error)) => (index, Some(not_sent(&records[index], &error))),
        }
    }

    /// Keeps the place behind a bundle. One without a letter that was sent waits for the next: it costs a request.
    async fn pass(&mut self, bundle: &[Record], sent: bool) -> Result<()> {
        let places = bundle
            .iter()
            .map(|record| (record.partition(), record.offset() + 1));
        self.passed.extend(places);
        if sent { self.keep().await } else { Ok(()) }
    }

    async fn keep(&mut self) -> Result<()> {
        if self.sender.is_none() || self.passed.is_empty() {
            return Ok(());
        }
        let passed: Vec<(i32, i64)> = std::mem::take(&mut self.passed).into_iter().collect();
        self.place.keep(self.connection, &passed).await
    }
}

fn not_sent(letter: &Record, error: &Error) -> Error {
    let (partition, offset) = (letter.partition(), letter.offset());
    Kind::Usage(format!(
        "the letter at offset {offset} of partition {partition} was not sent: {}",
        error.report()
    ))
    .into()
}
