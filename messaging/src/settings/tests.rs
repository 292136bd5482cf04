//! What every key must do, driven over the table of keys: a new key fails here until it has a sample.

mod file;
mod layers;
mod places;
mod refusals;
mod rules;
mod samples;
mod secrets;
mod shown;
mod variables;

use super::*;

/// The problems of sources that must have some, as they are printed.
fn problems(sources: &Sources) -> Vec<String> {
    let error = Settings::load(sources).expect_err("these settings have problems");
    error.problems.iter().map(ToString::to_string).collect()
}

fn load(sources: &Sources) -> Settings {
    Settings::load(sources).unwrap_or_else(|error| panic!("{error}"))
}

fn shown(settings: &Settings, key: &str) -> Option<String> {
    settings
        .describe()
        .find(|row| row.key == key)
        .unwrap_or_else(|| panic!("no key {key}"))
        .value
}
