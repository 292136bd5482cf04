//! The words of the Python documents that stand for ours: one table. They work, and help never shows them.

/// Where a word may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As the value of a setting.
    Value(&'static str),
    /// As a key of a worker, in the settings of single workers.
    WorkerKey,
    /// As the beginning of a variable's name.
    Variables,
    /// As the name of the settings file.
    File,
}

/// One word, and the one of ours that it means.
#[derive(Debug)]
struct Word {
    kind: Kind,
    theirs: &'static str,
    ours: &'static str,
    why: &'static str,
}

static WORDS: &[Word] = &[
    Word {
        kind: Kind::Value("kafka_backend"),
        theirs: "aiokafka",
        ours: "librdkafka",
        why: "there the client for `async` programs, which the default is here",
    },
    Word {
        kind: Kind::Value("kafka_backend"),
        theirs: "confluent",
        ours: "librdkafka",
        why: "there the client that is built upon librdkafka",
    },
    Word {
        kind: Kind::WorkerKey,
        theirs: "input_topic",
        ours: "topic",
        why: "a worker reads one topic, and `output_topic` is the other",
    },
    Word {
        kind: Kind::Variables,
        theirs: "KAFKA__",
        ours: "KAFKA_",
        why: "there the name of a nested setting",
    },
    Word {
        kind: Kind::File,
        theirs: "core.toml",
        ours: "messaging.toml",
        why: "the section is `[messaging]` in both, and both at once are refused",
    },
];

/// What a word means here, when it is one of theirs in that place.
pub(crate) fn ours(kind: Kind, word: &str) -> Option<&'static str> {
    let mut words = WORDS.iter().filter(|known| known.kind == kind);
    words
        .find(|known| known.theirs.eq_ignore_ascii_case(word))
        .map(|known| known.ours)
}

/// The words of a kind, theirs and ours.
pub(super) fn of(kind: Kind) -> impl Iterator<Item = (&'static str, &'static str)> {
    let words = WORDS.iter().filter(move |known| known.kind == kind);
    words.map(|known| (known.theirs, known.ours))
}

/// All of them as a table in Markdown.
pub(super) fn table() -> String {
    let mut table = String::from("| theirs | where | ours | why |\n|---|---|---|---|\n");
    for Word {
        kind,
        theirs,
        ours,
        why,
    } in WORDS
    {
        let place = match kind {
            Kind::Value(key) => format!("the value of `{key}`"),
            Kind::WorkerKey => "a key of a single worker".to_owned(),
            Kind::Variables => "the beginning of a variable".to_owned(),
            Kind::File => "the settings file".to_owned(),
        };
        table += &format!("| `{theirs}` | {place} | `{ours}` | {why} |\n");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{KafkaBackend, Settings, Sources};

    fn backend(sources: &Sources) -> KafkaBackend {
        Settings::load(sources).unwrap().kafka_backend
    }

    /// Each word of the table, in its place, does what ours does.
    #[test]
    fn every_word_works_where_it_may_stand() {
        for Word { kind, theirs, .. } in WORDS {
            match kind {
                Kind::Value(key) => {
                    let file = format!("[messaging]\n{key} = \"{theirs}\"\n");
                    assert_eq!(
                        backend(&Sources::default().file("m.toml", &file)),
                        KafkaBackend::Librdkafka
                    );
                    let variable = [(key.to_ascii_uppercase(), theirs.to_ascii_uppercase())];
                    assert_eq!(
                        backend(&Sources::default().environment(variable)),
                        KafkaBackend::Librdkafka
                    );
                }
                Kind::WorkerKey => {
                    let file = format!("[messaging.workers.w]\n{theirs} = \"t\"\n");
                    let settings = Settings::load(&Sources::default().file("m.toml", &file)).unwrap();
                    assert_eq!(settings.overrides_of("w")[0].key(), ours(*kind, theirs).unwrap());
                }
                Kind::Variables => {
                    let variable = [(format!("{theirs}CLIENT_ID"), "c")];
                    let settings = Settings::load(&Sources::default().environment(variable)).unwrap();
                    assert_eq!(settings.kafka_client_id, "c");
                }
                Kind::File => {
                    let folder = tempfile::tempdir().unwrap();
                    std::fs::write(folder.path().join(theirs), "[messaging]\nservice = \"s\"").unwrap();
                    let sources = Sources::from_environment([], folder.path());
                    assert_eq!(Settings::load(&sources).unwrap().service.as_deref(), Some("s"));
                }
            }
        }
    }

    #[test]
    fn every_word_has_a_row_in_the_documentation_and_none_in_what_is_allowed() {
        for word in WORDS {
            assert!(table().contains(&format!("| `{}` |", word.theirs)));
        }
        assert!(!Settings::docs_table().contains("aiokafka"));
    }
}
