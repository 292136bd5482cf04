//! Which dead letters are meant.

use clap::Args;

use super::letter::Story;

#[derive(Debug, Args)]
pub(super) struct Filter {
    /// Only letters of this reason: decode, rejected, exhausted, timeout, panic, output
    #[arg(long)]
    reason: Option<String>,
    /// Only letters of this worker
    #[arg(long)]
    worker: Option<String>,
}

impl Filter {
    pub(super) fn wants(&self, story: &Story) -> bool {
        let is = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        is(&self.reason, &story.reason) && is(&self.worker, &story.worker)
    }

    /// What is added to the name of the group that keeps a replay's place: each filter has its own.
    pub(super) fn suffix(&self) -> String {
        let part = |name: &str, value: &Option<String>| {
            let value = value.as_ref().map(|value| format!(".{name}={value}"));
            value.unwrap_or_default()
        };
        format!("{}{}", part("reason", &self.reason), part("worker", &self.worker))
    }
}
