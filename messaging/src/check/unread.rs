//! What an operator says of single workers: it has its places in the layers, and nothing reads it yet. Taken in silence,
//! it would look as if it counted.

use super::Problem;
use crate::settings::Settings;

const REMEDY: &str = "is not read yet; remove it, and write the key where the worker stands";

pub(super) fn unread(settings: &Settings) -> Vec<Problem> {
    let in_file = settings.worker_names().flat_map(|worker| {
        let entries = settings.worker_entries(worker);
        entries.map(move |(key, _, origin)| format!("workers.{worker}.{key} ({origin}) {REMEDY}"))
    });
    let variables = settings.worker_variables();
    let in_environment = variables.map(|name| format!("the variable {name} {REMEDY}"));
    let whats = in_file.chain(in_environment);
    whats.map(|what| Problem::new(what, [])).collect()
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::settings::{Settings, Sources};

    #[test]
    fn settings_of_single_workers_are_told_with_their_places() {
        let file =
            "[messaging]\nmessage_broker = \"memory\"\n\n[messaging.workers.squaer]\nmax_retires = 9\n";
        let variables = [
            ("WORKER__SQUARE__MAX_RETRIES", "9"),
            ("WORKER__SQUARE__TIMEOUT", ""),
            ("WORKERS", "4"),
        ];
        let sources = Sources::default()
            .file("messaging.toml", file)
            .environment(variables);
        let told = check(&Settings::load(&sources).unwrap(), &[], &[]);
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        let remedy = "is not read yet; remove it, and write the key where the worker stands";
        assert_eq!(
            told,
            [
                format!("workers.squaer.max_retires (messaging.toml:5) {remedy}"),
                format!("the variable WORKER__SQUARE__MAX_RETRIES {remedy}"),
            ]
        );
    }
}
