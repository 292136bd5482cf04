//! The documentation that is made from the code is as the code says.

use std::path::Path;

use messaging::settings::Settings;
use messaging::spec::worker_keys_table;

const INTRO: &str = "\
# Settings

From the strongest layer that has a value: `App::configure` in code, `messaging::configure` in code, the environment,
`.env`, `messaging.toml` or `core.toml` (section `[messaging]`; another file by `MESSAGING_CONFIG`), `App::defaults`, the
default. The command `settings` shows every value and where it came from. Durations are whole milliseconds.

In the environment `KAFKA__X` is read as `KAFKA_X`, and a variable without a value is unset. In `.env` a `$` stands for
another variable, unless the value is in `'…'`. Keys that do not exist are errors; a variable that is nearly one of these
is warned of at start.

A program reads settings of its own by the same layers, from a section of their own: `Settings::section::<T>(\"app\")`
reads `[app]`, `APP__KEY`, and `APP__KEY__KEY` for a key below a key.

";

const WORKERS: &str = "
## Single workers

Each key of a worker can be set for one worker, as `[messaging.workers.<name>]` or as `WORKER__<NAME>__<KEY>` in the
environment or in `.env`: the name in capitals, everything else than letters and digits as one `_`. That stands above what
the macro or the builder says. `workers --json` shows what counts and where it came from.

";

const WORDS: &str = "
## Words of the Python documents

These work as well. Of aiokafka and confluent neither is another client here: both mean the default.

";

/// `UPDATE_DOCS=1 cargo test -p messaging --test docs` writes it anew.
#[test]
fn the_table_of_settings_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/settings.md");
    let (settings, workers) = (Settings::docs_table(), worker_keys_table());
    let words = Settings::compat_table();
    let wanted = format!("{INTRO}{settings}{WORKERS}{workers}{WORDS}{words}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &wanted).expect("docs/settings.md can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        found, wanted,
        "run: UPDATE_DOCS=1 cargo test -p messaging --test docs"
    );
}

/// Whoever comes from the Python documents finds each of their words that works here.
#[test]
fn every_word_of_the_python_documents_is_explained() {
    let page = include_str!("../../docs/from-python.md");
    let table = Settings::compat_table();
    let words = table.lines().skip(2).filter_map(|row| row.split('`').nth(1));
    let missing: Vec<&str> = words.filter(|word| !page.contains(word)).collect();
    assert!(missing.is_empty(), "docs/from-python.md lacks {missing:?}");
}
