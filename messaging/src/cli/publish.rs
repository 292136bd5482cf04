//! `publish`: writes messages, and says where each was written.

use std::path::PathBuf;

use bytes::Bytes;
use clap::Args;
use tokio::sync::mpsc;

use super::connection::{Connection, IfAbsent};
use super::output::{counted, note};
use super::printer::{Printed, Printer};
use super::progress;
use super::sending::{Sender, Sent};
use super::shown::Parts;
use crate::App;
use crate::app::Signals;
use crate::broker::Receipt;
use crate::error::{Error, Kind, Result};
use crate::message::Headers;

mod input;
mod typed;

use typed::Typed;

/// How many messages are on their way at once.
const WINDOW: usize = 1000;

/// About how many bytes they may have; the message that passes it is the last.
const WINDOW_BYTES: usize = 16 * 1024 * 1024;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The topic, as the broker names it (with topic_prefix)
    topic: String,
    /// The message; without it and --file it is read from standard input, byte for byte
    #[arg(conflicts_with = "file")]
    value: Option<String>,
    /// Read the message from this file, byte for byte
    #[arg(short, long)]
    file: Option<PathBuf>,
    /// Each line of the input is a message, without its line break
    #[arg(short, long, conflicts_with = "value")]
    lines: bool,
    /// Each line of the input is a message with key and headers, as `consume --json` prints it
    #[arg(long, conflicts_with_all = ["value", "lines", "key", "headers"])]
    json_lines: bool,
    /// The key, which decides the partition; without it the one that the topic's #[topic] makes, or the messages are
    /// spread
    #[arg(short, long)]
    key: Option<String>,
    /// A header, any number of times
    #[arg(short = 'H', long = "header", value_name = "NAME=VALUE", value_parser = header)]
    headers: Vec<(String, String)>,
    /// Write a null value: on a compacted topic the key's last record is deleted
    #[arg(long, requires = "key", conflicts_with_all = ["value", "file", "lines", "json_lines"])]
    tombstone: bool,
    /// Do not look at the #[topic] of this program: make no key, and do not say what its workers cannot read
    #[arg(long)]
    raw: bool,
    /// Print one JSON object for each message
    #[arg(long)]
    json: bool,
}

fn header(text: &str) -> std::result::Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    if name.is_empty() {
        return Err("the name before `=` is empty".to_owned());
    }
    Ok((name.to_owned(), value.to_owned()))
}

pub(super) async fn run(app: App, options: Options) -> Result<()> {
    let connection = Connection::open(&app).await?;
    let mut signals = Signals::taken_over(connection.settings.shutdown_timeout_ms);
    connection
        .offsets(&options.topic, IfAbsent::SuggestOrCreate)
        .await?;
    let mut publishing = Publishing {
        sender: Sender::open(&connection)?,
        typed: Typed::of(&app, &options)?,
        topic: options.topic.clone(),
        progress: progress::counting("messages written"),
        printer: Printer::new(),
        is_json: options.json,
        written: 0,
    };
    let messages = input::messages(&options)?;
    let done = tokio::select! {
        biased;
        () = signals.first() => {
            let text = "interrupted; of those that were on their way, some may be written as well";
            Err(Kind::Usage(text.to_owned()).into())
        }
        done = publishing.all(messages) => done,
    };
    publishing.progress.finish_and_clear();
    publishing.typed.tell();
    let written = counted(publishing.written, "message");
    match done {
        Ok(()) => note(&format!("{written} written to {}", options.topic)),
        Err(error) => {
            let text = format!(
                "{}; {written} written before to {}",
                error.report(),
                options.topic
            );
            return Err(Kind::Usage(text).into());
        }
    }
    Ok(())
}

struct Publishing {
    sender: Sender,
    typed: Typed,
    topic: String,
    progress: progress::Progress,
    printer: Printer,
    is_json: bool,
    written: usize,
}

impl Publishing {
    async fn all(&mut self, mut messages: mpsc::Receiver<Result<Parts>>) -> Result<()> {
        while let Some(first) = messages.recv().await {
            let (sent, trouble) = self.bundle(first, &mut messages).await;
            self.answered(sent).await?;
            trouble.map_or(Ok(()), Err)?;
        }
        Ok(())
    }

    /// Sends what is there together, so that a long input is fast and each line of a person is answered at once. What
    /// is wrong ends the bundle: what stands before it counts.
    async fn bundle(
        &mut self,
        first: Result<Parts>,
        messages: &mut mpsc::Receiver<Result<Parts>>,
    ) -> (Vec<Sent>, Option<Error>) {
        let (mut next, mut sent, mut bytes) = (Some(first), Vec::new(), 0);
        while let Some(message) = next {
            let mut message = match message {
                Ok(message) => message,
                Err(error) => return (sent, Some(error)),
            };
            self.typed.complete(&mut message);
            bytes += message.value.as_ref().map_or(0, Vec::len);
            match self.sender.send(&self.topic, &message).await {
                Ok(receipt) => sent.push(receipt),
                Err(error) => return (sent, Some(error)),
            }
            let has_room = sent.len() < WINDOW && bytes < WINDOW_BYTES;
            next = if has_room { messages.try_recv().ok() } else { None };
        }
        (sent, None)
    }

    /// Waits for receipts, and says all of them, also those behind one that failed.
    async fn answered(&mut self, sent: Vec<Sent>) -> Result<()> {
        self.sender.hurry();
        let mut failed: Option<Error> = None;
        for receipt in sent {
            match receipt.receipt().await {
                Ok(receipt) => {
                    self.written += 1;
                    self.progress.inc(1);
                    self.print(&receipt)?;
                }
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        let gone = self.printer.flush()? == Printed::Enough;
        let closed = || Kind::Usage("nobody reads standard output any more".to_owned()).into();
        match failed {
            Some(error) => Err(error),
            None if gone => Err(closed()),
            None => Ok(()),
        }
    }

    fn print(&mut self, receipt: &Receipt) -> Result<()> {
        let (partition, offset) = (receipt.partition.unwrap_or(-1), receipt.offset.unwrap_or(-1));
        let text = if self.is_json {
            let (topic, timestamp) = (&receipt.topic, receipt.timestamp);
            serde_json::json!({"topic": topic, "partition": partition, "offset": offset, "timestamp": timestamp})
                .to_string()
        } else {
            format!("{}[{partition}]@{offset}", receipt.topic)
        };
        self.printer.line(&text).map(drop)
    }
}

impl Options {
    /// A message of this value.
    fn message(&self, value: Option<Vec<u8>>) -> Parts {
        let mut headers = Headers::new();
        for (name, value) in &self.headers {
            headers.push(name.as_str(), Bytes::copy_from_slice(value.as_bytes()));
        }
        let key = self.key.as_ref().map(|key| key.clone().into_bytes());
        Parts { key, headers, value }
    }
}
