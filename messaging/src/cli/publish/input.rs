//! Where the messages come from: the command line, a file, or standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal};
use std::path::Path;

use tokio::sync::mpsc;

use super::Options;
use crate::cli::output::note;
use crate::cli::shown::{JsonRecord, Parts};
use crate::error::{Kind, Result};

/// How many messages are read ahead.
const AHEAD: usize = 100;

/// The messages, in their order. After an error none follows.
///
/// # Errors
/// When the input cannot be opened.
pub(super) fn messages(options: &Options) -> Result<mpsc::Receiver<Result<Parts>>> {
    let (give, messages) = mpsc::channel(AHEAD);
    if options.tombstone || options.value.is_some() {
        let value = options.value.clone().map(String::into_bytes);
        // There is room for one.
        let _ = give.try_send(Ok(options.message(value)));
        return Ok(messages);
    }
    let input = Input {
        lines: open(options.file.as_deref())?,
        kind: Kinds::of(options),
        same: options.message(None),
        give,
    };
    // Reading may wait for a person, and a runtime would wait for its own blocking threads when it ends.
    let started = std::thread::Builder::new()
        .name("messaging-input".to_owned())
        .spawn(move || input.run());
    started.map_err(|error| usage("the input cannot be read", &error))?;
    Ok(messages)
}

fn open(file: Option<&Path>) -> Result<Box<dyn BufRead + Send>> {
    let Some(path) = file else {
        if io::stdin().is_terminal() {
            note("reading from the terminal; Ctrl-D ends it");
        }
        return Ok(Box::new(BufReader::new(io::stdin())));
    };
    let opened = File::open(path);
    let opened = opened.map_err(|error| usage(&format!("{} cannot be read", path.display()), &error))?;
    Ok(Box::new(BufReader::new(opened)))
}

fn usage(what: &str, why: &dyn std::fmt::Display) -> crate::Error {
    Kind::Usage(format!("{what}: {why}")).into()
}

/// What a message is in the input.
#[derive(Clone, Copy, Debug)]
enum Kinds {
    Whole,
    Line,
    Json,
}

impl Kinds {
    fn of(options: &Options) -> Kinds {
        match (options.json_lines, options.lines) {
            (true, _) => Kinds::Json,
            (_, true) => Kinds::Line,
            _ => Kinds::Whole,
        }
    }
}

struct Input {
    lines: Box<dyn BufRead + Send>,
    kind: Kinds,
    /// Key and headers of messages that bring none.
    same: Parts,
    give: mpsc::Sender<Result<Parts>>,
}

impl Input {
    fn run(mut self) {
        for number in 1.. {
            let (message, is_last) = match self.next(number) {
                Ok(Some(message)) => (Ok(message), matches!(self.kind, Kinds::Whole)),
                Ok(None) => return,
                Err(error) => (Err(error), true),
            };
            // Nobody takes it after a failure.
            if self.give.blocking_send(message).is_err() || is_last {
                return;
            }
        }
    }

    fn next(&mut self, number: usize) -> Result<Option<Parts>> {
        let mut bytes = Vec::new();
        let read = match self.kind {
            Kinds::Whole => self.lines.read_to_end(&mut bytes),
            Kinds::Line | Kinds::Json => self.lines.read_until(b'\n', &mut bytes),
        };
        let read = read.map_err(|error| usage("the input cannot be read", &error))?;
        match self.kind {
            Kinds::Whole => Ok(Some(self.with_value(bytes))),
            _ if read == 0 => Ok(None),
            Kinds::Line => Ok(Some(self.with_value(without_break(bytes)))),
            Kinds::Json => {
                let message =
                    parse(&bytes).map_err(|why| usage(&format!("line {number} is no message"), &why))?;
                Ok(Some(message))
            }
        }
    }

    fn with_value(&self, value: Vec<u8>) -> Parts {
        let value = Some(value);
        Parts {
            value,
            ..self.same.clone()
        }
    }
}

fn parse(line: &[u8]) -> Result<Parts, String> {
    let record: JsonRecord = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    record.parts()
}

/// The line without `\n` or `\r\n` at its end.
fn without_break(mut line: Vec<u8>) -> Vec<u8> {
    if line.pop_if(|last| *last == b'\n').is_some() {
        line.pop_if(|last| *last == b'\r');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kinds, text: &'static str) -> Vec<Result<Parts, String>> {
        let (give, mut messages) = mpsc::channel(10);
        let same = Parts {
            key: Some(b"k".to_vec()),
            ..Parts::default()
        };
        let lines = Box::new(text.as_bytes());
        Input {
            lines,
            kind,
            same,
            give,
        }
        .run();
        let mut all = Vec::new();
        while let Ok(message) = messages.try_recv() {
            all.push(message.map_err(|error| error.to_string()));
        }
        all
    }

    fn values(kind: Kinds, text: &'static str) -> Vec<String> {
        let of = |message: Result<Parts, String>| {
            let message = message.unwrap();
            assert_eq!(message.key.as_deref(), Some(&b"k"[..]));
            String::from_utf8(message.value.unwrap()).unwrap()
        };
        read(kind, text).into_iter().map(of).collect()
    }

    #[test]
    fn a_whole_input_is_one_message_byte_for_byte() {
        assert_eq!(values(Kinds::Whole, "a\r\nb\n"), ["a\r\nb\n"]);
        assert_eq!(values(Kinds::Whole, ""), [""]);
    }

    #[test]
    fn each_line_is_a_message_also_an_empty_and_a_last_one() {
        assert_eq!(values(Kinds::Line, "a\r\n\nb\r"), ["a", "", "b\r"]);
        assert!(values(Kinds::Line, "").is_empty());
    }

    #[test]
    fn an_object_brings_its_own_key_and_a_bad_one_ends_it_with_its_line() {
        let input = "{\"key\":null,\"value\":null}\n{\"key\":1}\n{\"value\":\"c\"}\n";
        let read = read(Kinds::Json, input);
        assert_eq!(read[0], Ok(Parts::default()));
        let error = read[1].as_ref().unwrap_err();
        assert!(error.starts_with("line 2 is no message: invalid type"), "{error}");
        assert_eq!(read.len(), 2);
    }
}
