//! What the program logs, for a test to read.

use std::fmt::{Debug, Write as _};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

use super::Seen;

/// The lines of this test from info on: level, message, and the fields as `name=value`.
pub(crate) struct Log {
    lines: Seen<String>,
    _listens: DefaultGuard,
}

impl Log {
    /// Listens to this thread, on which all of a test runs.
    pub(crate) fn new() -> Log {
        let lines = Seen::new();
        let listens = tracing::subscriber::set_default(Listener(lines.clone()));
        Log {
            lines,
            _listens: listens,
        }
    }

    /// Warnings and errors, in their order.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let mut lines = self.lines.all();
        lines.retain(|line| !line.starts_with("INFO"));
        lines
    }

    /// The lines that begin with this.
    pub(crate) fn of(&self, start: &str) -> Vec<String> {
        let mut lines = self.lines.all();
        lines.retain(|line| line.starts_with(start));
        lines
    }
}

struct Listener(Seen<String>);

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("messaging") && *metadata.level() <= tracing::Level::INFO
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let level = event.metadata().level();
        self.0.note(format!("{level} {}{}", line.message, line.fields));
    }
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let written = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
        written.unwrap();
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}
