//! Each error that the crate can say has its place in `docs/troubleshooting.md`, and nothing else has.
//!
//! What counts as an error is read from the sources: the text of every `#[error("…")]`, of every `warn!` and `error!`
//! of the log, and every other text of four words or more, but for those in `NO_ERRORS`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

#[path = "troubleshooting/no_errors.rs"]
mod no_errors;

use no_errors::NO_ERRORS;

/// With fewer words it is a name or a part of a sentence, whose rest is in another text.
const WORDS: usize = 4;

/// Macros and methods whose texts are for the log below warn, or for a bug.
const SILENT: [&str; 11] = [
    "info",
    "debug",
    "trace",
    "assert",
    "assert_eq",
    "debug_assert",
    "expect",
    "expect_err",
    "unreachable",
    "concat",
    "stringify",
];

#[test]
fn every_error_is_in_troubleshooting() {
    let page = page();
    let missing: Vec<String> = said(WORDS)
        .into_iter()
        .filter(|(text, _)| !page.contains(text) && !NO_ERRORS.iter().any(|start| text.starts_with(start)))
        .map(|(text, file)| format!("{file}: {text}"))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/troubleshooting.md lacks these; a text that is no error goes to tests/troubleshooting/no_errors.rs:\n{}",
        missing.join("\n")
    );
}

#[test]
fn troubleshooting_has_no_error_that_nobody_says() {
    let (page, said) = (page(), said(1));
    let stale: Vec<&str> = entries(&page)
        .filter(|entry| !said.contains_key(*entry))
        .collect();
    assert!(stale.is_empty(), "no source says these:\n{}", stale.join("\n"));
}

#[test]
fn what_is_no_error_is_still_said() {
    let said = said(WORDS);
    let is_said = |start: &&&str| said.keys().any(|text| text.starts_with(**start));
    let stale: Vec<&&str> = NO_ERRORS.iter().filter(|start| !is_said(start)).collect();
    assert!(stale.is_empty(), "remove these from no_errors.rs: {stale:#?}");
}

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/troubleshooting.md");
    fs::read_to_string(path).expect("docs/troubleshooting.md can be read")
}

/// The texts that stand as an entry: a line that begins with a dash and a text as code.
fn entries(page: &str) -> impl Iterator<Item = &str> {
    let lines = page.lines().filter_map(|line| line.strip_prefix("- `"));
    lines.map(|line| line.trim_end_matches("<br>").trim_matches('`').trim())
}

/// Every text of so many words with the file that says it.
fn said(least: usize) -> BTreeMap<String, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut said = BTreeMap::new();
    for path in files(&source) {
        let text = fs::read_to_string(&path).expect("a source file can be read");
        let tokens: TokenStream = text.parse().expect("a source file has tokens");
        let mut texts = BTreeSet::new();
        gather(tokens, least, &mut texts);
        let file = path
            .strip_prefix(&source)
            .expect("it is below src")
            .display()
            .to_string();
        said.extend(texts.into_iter().map(|text| (text, file.clone())));
    }
    said
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the sources can be read") {
        let path = entry.expect("so can its entry").path();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // Tests, and the rows of the tables in docs/settings.md.
        if name.contains("tests") || path.ends_with("settings/keys.rs") || path.ends_with("spec/keys.rs") {
            continue;
        }
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

/// The texts in these tokens that are errors.
fn gather(tokens: TokenStream, least: usize, texts: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => match meaning(&tokens[..at], group) {
                Meaning::Silent => {}
                Meaning::Error(inner) => texts.extend(first_text(inner).filter(|text| words(text) > 0)),
                Meaning::Log => {
                    let all = group.stream().into_iter().filter_map(|token| text_of(&token));
                    texts.extend(all.last().filter(|text| words(text) > 0));
                    gather(group.stream(), least, texts);
                }
                Meaning::Code => gather(group.stream(), least, texts),
            },
            token => texts.extend(text_of(token).filter(|text| words(text) >= least)),
        }
    }
}

enum Meaning {
    Silent,
    /// `#[error(…)]`, and what is in its parentheses.
    Error(TokenStream),
    Log,
    Code,
}

/// What a group is, by what stands before it.
fn meaning(before: &[TokenTree], group: &Group) -> Meaning {
    let word = |back: usize| {
        before
            .len()
            .checked_sub(back)
            .map(|at| before[at].to_string())
            .unwrap_or_default()
    };
    if word(1) == "#" || (word(1) == "!" && word(2) == "#") {
        return attribute(group);
    }
    if group.delimiter() == Delimiter::Brace && word(2) == "mod" && word(1) == "tests" {
        return Meaning::Silent;
    }
    let called = if word(1) == "!" { word(2) } else { word(1) };
    match called.as_str() {
        "warn" | "error" if word(1) == "!" => Meaning::Log,
        called if SILENT.contains(&called) => Meaning::Silent,
        _ => Meaning::Code,
    }
}

fn attribute(group: &Group) -> Meaning {
    let mut inner = group.stream().into_iter();
    match (inner.next(), inner.next()) {
        (Some(TokenTree::Ident(name)), Some(TokenTree::Group(inner))) if name == "error" => {
            Meaning::Error(inner.stream())
        }
        _ => Meaning::Silent,
    }
}

fn first_text(tokens: TokenStream) -> impl Iterator<Item = String> {
    tokens.into_iter().filter_map(|token| text_of(&token)).take(1)
}

/// A text literal, with `…` for each value that is put into it.
fn text_of(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else {
        return None;
    };
    let literal = literal.to_string();
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    Some(without_values(&unescaped(inner)).trim().to_owned())
}

fn unescaped(text: &str) -> String {
    let (mut plain, mut characters) = (String::new(), text.chars().peekable());
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some('\n')) => while characters.next_if(|next| next.is_whitespace()).is_some() {},
            ('\\', Some('n')) => plain.extend(characters.next().map(|_| '\n')),
            ('\\', Some(_)) => plain.extend(characters.next()),
            _ => plain.push(character),
        }
    }
    plain
}

fn without_values(text: &str) -> String {
    let (mut shown, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once('{') {
        shown.push_str(before);
        let Some((_, after)) = behind.split_once('}') else {
            break;
        };
        shown.push('…');
        rest = after;
    }
    shown + rest
}

fn words(text: &str) -> usize {
    let is_word = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() > 1;
    text.split_whitespace().filter(is_word).count()
}
