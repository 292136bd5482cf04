//! `messaging.toml`: its text becomes entries that know their line.

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::error::Problem;
use super::origin::Origin;
use super::overrides::WorkerOverride;
use super::section::Tree;
use super::sources::Entry;
use super::value::SettingValue;

/// What a file says.
#[derive(Default)]
pub(super) struct FileContents {
    pub(super) entries: Vec<Entry>,
    pub(super) overrides: Vec<WorkerOverride>,
    /// The sections that are the user's own.
    pub(super) sections: Vec<(String, Tree)>,
    pub(super) problems: Vec<Problem>,
}

/// Reads the section `[messaging]`, and keeps the others, which are the user's own.
pub(super) fn read(path: &str, text: &str) -> FileContents {
    let mut reader = Reader {
        path,
        text,
        contents: FileContents::default(),
    };
    match DeTable::parse_recoverable(text) {
        (document, errors) if errors.is_empty() => reader.document(document.get_ref()),
        // What the parser made of the rest is a guess, and would be reported as more mistakes than there are.
        (_, errors) => errors.iter().for_each(|error| reader.syntax_error(error)),
    }
    reader.contents
}

struct Reader<'a> {
    path: &'a str,
    text: &'a str,
    contents: FileContents,
}

impl Reader<'_> {
    fn document(&mut self, document: &DeTable<'_>) {
        for (name, value) in document {
            match (name.get_ref().as_ref(), value.get_ref()) {
                ("messaging", DeValue::Table(section)) => self.section(section),
                ("messaging", _) => self.problem("messaging", name, "must be a section, `[messaging]`"),
                (own, _) => {
                    let tree = self.tree(value.get_ref(), name.span().start);
                    self.contents.sections.push((own.to_owned(), tree));
                }
            }
        }
    }

    /// A value of a section of the user's own; what is a list or a table has places of its own inside.
    fn tree(&self, value: &DeValue<'_>, at: usize) -> Tree {
        let origin = self.origin(at);
        match value {
            DeValue::Array(items) => {
                let items = items
                    .iter()
                    .map(|item| self.tree(item.get_ref(), item.span().start));
                Tree::List(items.collect(), origin)
            }
            DeValue::Table(table) => {
                let entries = table.iter().map(|(name, value)| {
                    (
                        name.get_ref().to_string(),
                        self.tree(value.get_ref(), name.span().start),
                    )
                });
                Tree::Table(entries.collect(), origin)
            }
            DeValue::Datetime(date) => Tree::Leaf(SettingValue::Text(date.to_string()), origin),
            // What is a number and yet none of ours is too large for any: the user's type will say so.
            leaf => {
                let text = || SettingValue::Text(format!("{leaf:?}"));
                Tree::Leaf(convert(leaf).unwrap_or_else(|_| text()), origin)
            }
        }
    }

    fn section(&mut self, section: &DeTable<'_>) {
        for (name, value) in section {
            match (name.get_ref().as_ref(), value.get_ref()) {
                ("workers", DeValue::Table(workers)) => self.workers(workers),
                ("workers", _) => {
                    self.problem(
                        "workers",
                        name,
                        "must hold sections, `[messaging.workers.<name>]`",
                    );
                }
                (key, _) => {
                    if let Some(entry) = self.entry(key, name, value) {
                        self.contents.entries.push(entry);
                    }
                }
            }
        }
    }

    fn workers(&mut self, workers: &DeTable<'_>) {
        for (name, value) in workers {
            let worker = name.get_ref().as_ref();
            match value.get_ref() {
                DeValue::Table(keys) => self.worker(worker, keys),
                _ => {
                    let what = format!("must be a section, `[messaging.workers.{worker}]`");
                    self.problem(&format!("workers.{worker}"), name, &what);
                }
            }
        }
    }

    fn worker(&mut self, worker: &str, keys: &DeTable<'_>) {
        for (name, value) in keys {
            let key = name.get_ref();
            if let Some(entry) = self.entry(&format!("workers.{worker}.{key}"), name, value) {
                let said = WorkerOverride::in_file(worker, key, entry.value, entry.origin);
                self.contents.overrides.push(said);
            }
        }
    }

    fn entry<T>(&mut self, key: &str, name: &Spanned<T>, value: &Spanned<DeValue<'_>>) -> Option<Entry> {
        match convert(value.get_ref()) {
            Ok(value) => Some(Entry {
                key: key.to_owned(),
                origin: self.origin(name.span().start),
                value,
            }),
            Err(what) => {
                self.problem(key, name, what);
                None
            }
        }
    }

    fn problem<T>(&mut self, key: &str, name: &Spanned<T>, what: &str) {
        let origin = self.origin(name.span().start);
        self.contents.problems.push(Problem::of_key(key, origin, what));
    }

    /// Only the parser's own words: its `Display` quotes the line, which may hold a secret.
    fn syntax_error(&mut self, error: &toml::de::Error) {
        let at = error.span().map_or(0, |span| span.start);
        let what = format!("not valid TOML: {}", error.message());
        self.contents
            .problems
            .push(Problem::of_file(self.origin(at), what));
    }

    fn origin(&self, at: usize) -> Origin {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        Origin::File {
            path: self.path.to_owned(),
            line,
        }
    }
}

fn convert(value: &DeValue<'_>) -> Result<SettingValue, &'static str> {
    Ok(match value {
        DeValue::String(text) => SettingValue::Text(text.to_string()),
        DeValue::Integer(integer) => SettingValue::Integer(whole(integer)?),
        DeValue::Float(float) => SettingValue::Float(float.as_str().parse().map_err(|_| "not a number")?),
        DeValue::Boolean(value) => SettingValue::Bool(*value),
        DeValue::Datetime(_) => return Err("a date, which no setting takes; write it as text, in quotes"),
        DeValue::Array(items) => SettingValue::List(
            items
                .iter()
                .map(|item| convert(item.get_ref()))
                .collect::<Result<_, &'static str>>()?,
        ),
        DeValue::Table(table) => SettingValue::Table(
            table
                .iter()
                .map(|(name, value)| Ok((name.get_ref().to_string(), convert(value.get_ref())?)))
                .collect::<Result<_, &'static str>>()?,
        ),
    })
}

fn whole(integer: &DeInteger<'_>) -> Result<i128, &'static str> {
    i128::from_str_radix(integer.as_str(), integer.radix()).map_err(|_| "a number too large for any setting")
}
