//! Standard output for what comes bit by bit.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Stdout, Write};

use crate::error::{Kind, Result};

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Printed {
    /// Somebody reads.
    More,
    /// Nobody reads any more, or all that was asked for is printed.
    Enough,
}

/// Prints lines, together until [`Printer::flush`]. After its reader has gone it prints nothing.
pub(super) struct Printer {
    output: BufWriter<Stdout>,
    is_gone: bool,
}

impl Printer {
    pub(super) fn new() -> Printer {
        Printer {
            output: BufWriter::new(io::stdout()),
            is_gone: false,
        }
    }

    /// Whether a person reads.
    pub(super) fn is_terminal(&self) -> bool {
        self.output.get_ref().is_terminal()
    }

    /// Adds a line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn line(&mut self, text: &str) -> Result<Printed> {
        let written = writeln!(self.output, "{text}");
        self.answer(written)
    }

    /// Writes what was added.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn flush(&mut self) -> Result<Printed> {
        if self.is_gone {
            return Ok(Printed::Enough);
        }
        let written = self.output.flush();
        self.answer(written)
    }

    fn answer(&mut self, written: io::Result<()>) -> Result<Printed> {
        match written {
            Ok(()) if self.is_gone => Ok(Printed::Enough),
            Ok(()) => Ok(Printed::More),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_gone = true;
                Ok(Printed::Enough)
            }
            Err(error) => Err(Kind::Usage(format!("standard output cannot be written: {error}")).into()),
        }
    }
}
