//! What a replay says.

use super::Options;
use crate::cli::dlq::letter::Story;
use crate::cli::dlq::place::Place;
use crate::cli::output::{counted, note};
use crate::cli::printer::Printer;
use crate::cli::shown::quoted;
use crate::error::Result;
use crate::record::Record;

/// What becomes of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes to its topic, or would.
    Sent(Story),
    /// It was replayed too often.
    TooOften(Story),
    /// A replay with other filters has sent it, or left it out.
    Passed(Story),
    /// It does not say where it comes from.
    NoLetter(Story),
}

/// Lines for letters, and the sum.
pub(super) struct Told {
    printer: Printer,
    is_json: bool,
    /// Whether each letter has a line, beside the sum.
    has_lines: bool,
    sent: usize,
    too_often: usize,
    passed: usize,
    no_letters: usize,
}

impl Told {
    pub(super) fn new(printer: Printer, is_json: bool, has_lines: bool) -> Told {
        Told {
            printer,
            is_json,
            has_lines,
            sent: 0,
            too_often: 0,
            passed: 0,
            no_letters: 0,
        }
    }

    pub(super) fn sent(&self) -> usize {
        self.sent
    }

    /// Whether no letter was meant.
    pub(super) fn is_empty(&self) -> bool {
        self.sent + self.too_often + self.passed + self.no_letters == 0
    }

    /// Says what became of a letter.
    pub(super) fn letter(&mut self, record: &Record, fate: Fate) -> Result<()> {
        let (story, action, why) = match fate {
            Fate::Sent(story) => {
                self.sent += 1;
                (story, "send", "")
            }
            Fate::TooOften(story) => {
                self.too_often += 1;
                (story, "leave", "it was replayed too often")
            }
            Fate::Passed(story) => {
                self.passed += 1;
                (story, "leave", "a replay with other filters has passed it")
            }
            Fate::NoLetter(story) => {
                self.no_letters += 1;
                (story, "leave", "it does not say where it comes from")
            }
        };
        if !self.has_lines {
            return Ok(());
        }
        let text = match self.is_json {
            true => json(record, &story, action, why),
            false => line(record, &story, why),
        };
        self.printer.line(&text).map(drop)
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        self.printer.flush().map(drop)
    }

    /// The sum, and what to do next.
    pub(super) fn end(&mut self, options: &Options, place: &Place) -> Result<()> {
        self.flush()?;
        let done = if options.execute { "sent" } else { "would send" };
        note(&format!("{done} {}", counted(self.sent, "dead letter")));
        if self.too_often > 0 {
            let (letters, most) = (counted(self.too_often, "dead letter"), options.max_replays);
            note(&format!(
                "left out {letters}: replayed {most} times or more (--max-replays)"
            ));
        }
        if self.passed > 0 {
            let letters = counted(self.passed, "dead letter");
            note(&format!(
                "left out {letters}: passed by a replay with other filters (--from-beginning sends all again)"
            ));
        }
        if self.no_letters > 0 {
            let letters = counted(self.no_letters, "record");
            note(&format!(
                "left out {letters}: no header says where it comes from; see `consume`"
            ));
        }
        if !options.execute && self.sent > 0 {
            note("nothing was sent; --execute sends it");
        }
        if options.execute && !self.is_empty() {
            note(&format!(
                "the next replay goes on from here (group {}); --from-beginning sends all again",
                place.group()
            ));
        }
        Ok(())
    }
}

fn line(record: &Record, story: &Story, why: &str) -> String {
    let topic = story.topic.as_deref().unwrap_or("-");
    let from = format!("[{}]@{}", record.partition(), record.offset());
    let (key, replays) = (quoted(record.key(), true), story.replays);
    let (reason, worker) = (story.reason.as_deref(), story.worker.as_deref());
    let (reason, worker) = (reason.unwrap_or("-"), worker.unwrap_or("-"));
    let left = if why.is_empty() {
        String::new()
    } else {
        format!("  left out: {why}")
    };
    format!("{from} -> {topic}  key {key}  reason {reason}  worker {worker}  replays {replays}{left}")
}

fn json(record: &Record, story: &Story, action: &str, why: &str) -> String {
    let why = (!why.is_empty()).then_some(why);
    serde_json::json!({
        "partition": record.partition(),
        "offset": record.offset(),
        "action": action,
        "why": why,
        "story": story,
    })
    .to_string()
}
