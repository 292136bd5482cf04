//! Texts that are no errors, by how they begin: help, tables, answers of commands, and what to do behind a finding.

pub(crate) const NO_ERRORS: &[&str] = &[
    // Help.
    "Settings come from the environment",
    "The original bytes, key and headers go to the original topic.",
    // The tables of docs/settings.md.
    "a key of a single worker",
    "a worker reads one topic",
    "the beginning of a variable",
    "the section is `[messaging]` in both",
    "there the client for `async` programs",
    "there the client that is built upon librdkafka",
    "there the name of a nested setting",
    "| key | environment |",
    "| theirs | where |",
    // Where a value came from.
    "setting for all workers",
    "the package it stands in",
    // What commands answer.
    "it is made at the next start",
    "it is made with the topic whose dead letters it takes",
    "it is made when it is first named",
    "message_broker is …; … set, the others have their defaults",
    "reading from the terminal; Ctrl-D ends it",
    "the next replay goes on from here",
    "… -> …  key …",
    "…… and the settings fit together",
    "… has … partitions, and had …",
    "… records of …; Ctrl-C ends",
    // What to do, behind a finding of `doctor` or inside of an error.
    "allow it: `… --add --allow-principal",
    "annotate a function with #[worker]",
    "check that it runs, that a firewall lets it through",
    "let it take them: `…`",
    "mend each line where it points to",
    "mend them: each line names the key",
    "see which nodes are down",
    "set kafka_enabled to true",
    "start the nodes that hold it",
    "… groups reset … --topic … --to-earliest",
    "… --group … --topic … --reset-offsets",
    "… --alter --entity-type topics",
    // Parts of sentences that begin elsewhere.
    "handler in the group \"…\" for the topic",
    "handler for the topic",
    "a whole number from ",
    "a whole number of 0 or more",
    "the name of a field",
    // For whoever writes a table.
    "one cell for each column",
];
