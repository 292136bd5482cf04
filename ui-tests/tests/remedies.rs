//! Every case under `fail` says in its first line where the error must stand and what it must advise, written by hand;
//! the `.stderr` beside it is written by the compiler. Here the one is held against the other.

use std::fs;
use std::path::{Path, PathBuf};

/// One `error` of a `.stderr`.
struct Reported<'a> {
    text: &'a str,
    line: usize,
    column: usize,
    /// How many characters its primary mark covers.
    width: usize,
}

/// A case and what its first line promises.
struct Case {
    name: String,
    source: String,
    at: String,
    says: String,
    reported: String,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fail");
    let files = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|file| file.expect("it is listed").path());
    let mut sources: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .collect();
    sources.sort();
    sources.iter().map(|path| case(path)).collect()
}

fn case(path: &Path) -> Case {
    let name = path
        .file_stem()
        .expect("a file has a name")
        .to_string_lossy()
        .into_owned();
    let source = fs::read_to_string(path).expect("it is readable");
    let reported = fs::read_to_string(path.with_extension("stderr")).expect("every case has its .stderr");
    let promise = source
        .lines()
        .next()
        .and_then(|first| first.strip_prefix("// at `"));
    let (at, says) = promise
        .and_then(|rest| rest.split_once("`: "))
        .expect("`// at `token`: advice` comes first");
    let (at, says) = (at.to_owned(), says.to_owned());
    Case {
        name,
        source,
        at,
        says,
        reported,
    }
}

fn errors(reported: &str) -> Vec<Reported<'_>> {
    let starts = reported.match_indices("error").map(|(at, _)| at);
    let starts: Vec<usize> = starts
        .filter(|at| *at == 0 || reported[..*at].ends_with('\n'))
        .collect();
    let ends = starts[1..].iter().copied().chain([reported.len()]);
    starts
        .iter()
        .zip(ends)
        .filter_map(|(start, end)| read(&reported[*start..end]))
        .collect()
}

/// `None`: it has no place, as the closing "aborting due to …".
fn read(text: &str) -> Option<Reported<'_>> {
    let (_, place) = text.split_once("--> ")?;
    let mut numbers = place
        .lines()
        .next()?
        .rsplit(':')
        .map(|number| number.parse::<usize>());
    let (column, line) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    let marks = place
        .lines()
        .find(|line| line.trim_start().starts_with('|') && line.contains('^'))?;
    let width = marks
        .chars()
        .skip_while(|c| *c != '^')
        .take_while(|c| *c == '^')
        .count();
    Some(Reported {
        text,
        line,
        column,
        width,
    })
}

impl Case {
    /// What an error points at.
    fn marked(&self, error: &Reported<'_>) -> String {
        let line = self
            .source
            .lines()
            .nth(error.line - 1)
            .expect("the line is in the file");
        line.chars().skip(error.column - 1).take(error.width).collect()
    }
}

/// What is wrong with the first error, if anything.
fn broken_promise(case: &Case) -> Option<String> {
    let errors = errors(&case.reported);
    let Some(first) = errors.first() else {
        return Some("no error has a place".into());
    };
    let marked = case.marked(first);
    if marked != case.at {
        return Some(format!(
            "the first error stands at `{marked}`, not at `{}`",
            case.at
        ));
    }
    (!first.text.contains(&case.says)).then(|| format!("no {:?} in\n{}", case.says, first.text))
}

#[test]
fn the_first_error_stands_at_the_users_token_and_advises() {
    let cases = cases();
    let broken = cases
        .iter()
        .filter_map(|case| Some(format!("{}: {}", case.name, broken_promise(case)?)));
    let broken: Vec<String> = broken.collect();
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

/// The attribute is marked where it is what is wrong, and nowhere else.
#[test]
fn no_error_stands_at_the_attribute() {
    for case in cases() {
        for error in errors(&case.reported) {
            let at_attribute = case.marked(&error).starts_with("#[");
            let about_attribute = error.text.contains("is missing: write `#[");
            assert_eq!(at_attribute, about_attribute, "{}: {}", case.name, error.text);
        }
    }
}

#[test]
fn cases_are_small_and_many() {
    let cases = cases();
    assert!(cases.len() >= 25, "{} cases", cases.len());
    for case in cases {
        let lines = case.source.lines().count();
        assert!((5..=24).contains(&lines), "{} has {lines} lines", case.name);
    }
}
