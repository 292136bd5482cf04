//! Where commands write: what was asked for goes to standard output, for people or for programs; notes go to
//! standard error, so that a program that reads the output meets nothing else.

use std::io::{self, ErrorKind, Write};

use clap::Args;
use serde::Serialize;

use crate::error::{Kind, Result};

/// For whom a command writes.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Format {
    /// Print one JSON document for programs instead of a table
    #[arg(long)]
    json: bool,
}

impl Format {
    /// Writes what was found: as JSON, or as the text that `for_people` makes of it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn show<T: Serialize>(self, found: &T, for_people: impl FnOnce(&T) -> String) -> Result<()> {
        if !self.json {
            return say(&for_people(found));
        }
        let failed =
            |error: serde_json::Error| Kind::Usage(format!("the answer cannot be written as JSON: {error}"));
        say(&format!(
            "{}\n",
            serde_json::to_string_pretty(found).map_err(failed)?
        ))
    }
}

/// Writes to standard output. A reader that has gone, such as `head`, is no mistake.
///
/// # Errors
/// When it cannot be written.
pub(super) fn say(text: &str) -> Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Kind::Usage(format!("standard output cannot be written: {error}")).into())
        }
        _ => Ok(()),
    }
}

/// Tells people something beside the answer.
pub(super) fn note(text: &str) {
    // Nobody is left to be told when standard error is closed.
    let _ = writeln!(io::stderr(), "{text}");
}

/// A count with its noun: `1 topic`, `2 topics`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}
