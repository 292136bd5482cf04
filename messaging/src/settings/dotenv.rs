//! `.env`: its text becomes variables that know their line. The environment of the process stays as it is.

use std::cell::Cell;
use std::io::{self, Read};

use dotenvy::Iter;

use super::error::Problem;
use super::origin::Origin;

/// The file, in the working directory.
pub(super) const FILE: &str = ".env";

/// One line `NAME=value`.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) value: String,
    /// Counted from 1.
    pub(super) number: usize,
}

/// Every variable of the text, or what is wrong with its line.
pub(super) fn read(text: &str) -> Vec<Result<Line, Problem>> {
    let text = text.trim_start_matches('\u{feff}');
    let taken = Cell::new(0);
    let lines = Lines {
        rest: text,
        taken: &taken,
    };
    let read = Iter::new(lines).map(|item| match item {
        Ok((name, value)) => Ok(Line {
            number: start_of(text, &name, taken.get()),
            name,
            value,
        }),
        Err(_) => Err(no_line(taken.get())),
    });
    read.collect()
}

/// The parser's own words quote the line, which may hold a secret.
fn no_line(number: usize) -> Problem {
    let origin = Origin::File {
        path: FILE.to_owned(),
        line: number,
    };
    Problem::of_file(
        origin,
        "not a line `NAME=value`; a value with a space or a `#` needs quotes",
    )
}

/// Where the variable begins whose last line is this one: a value in quotes may have several.
fn start_of(text: &str, name: &str, last: usize) -> usize {
    let begins = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let after = line.strip_prefix(name);
        after.is_some_and(|after| after.trim_start().starts_with('='))
    };
    let lines: Vec<&str> = text.lines().take(last).collect();
    lines
        .iter()
        .rposition(|line| begins(line))
        .map_or(last, |at| at + 1)
}

/// Hands out a line at a time, so that it is known how far the parser is.
struct Lines<'a> {
    rest: &'a str,
    taken: &'a Cell<usize>,
}

impl Read for Lines<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let line = self.rest.split_inclusive('\n').next().unwrap_or_default();
        // A line longer than the reader's buffer comes in parts, which are no lines of their own.
        let mut length = line.len().min(to.len());
        while !line.is_char_boundary(length) {
            length -= 1;
        }
        to[..length].copy_from_slice(&line.as_bytes()[..length]);
        self.rest = &self.rest[length..];
        if length == line.len() && length > 0 {
            self.taken.set(self.taken.get() + 1);
        }
        Ok(length)
    }
}
