//! The running program: what errors call it, and which commands they may advise.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether its arguments are read by `App::cli`. Advice to others would start them once more.
static HAS_COMMANDS: AtomicBool = AtomicBool::new(false);

/// Its name, as it was started.
pub(crate) fn name() -> String {
    let path = std::env::current_exe().ok();
    let stem = path
        .as_deref()
        .and_then(|path| path.file_stem())
        .map(|stem| stem.to_string_lossy().into_owned());
    stem.unwrap_or_else(|| "messaging".to_owned())
}

/// From now on errors advise its commands.
#[cfg(feature = "cli")]
pub(crate) fn has_commands() {
    HAS_COMMANDS.store(true, Ordering::Relaxed);
}

/// A command that makes a topic.
pub(crate) fn how_to_create(topic: &str) -> String {
    if HAS_COMMANDS.load(Ordering::Relaxed) {
        return format!("{} topics create {topic}", name());
    }
    format!("kafka-topics.sh --create --topic {topic}")
}

/// A command that gives a group offsets on a topic.
pub(crate) fn how_to_reset(group: &str, topic: &str) -> String {
    if HAS_COMMANDS.load(Ordering::Relaxed) {
        return format!(
            "{} groups reset {group} --topic {topic} --to-earliest --execute",
            name()
        );
    }
    format!(
        "kafka-consumer-groups.sh --group {group} --topic {topic} --reset-offsets --to-earliest --execute"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_without_commands_is_not_advised_to_use_them() {
        // No test of this crate calls `App::cli`.
        assert_eq!(how_to_create("t"), "kafka-topics.sh --create --topic t");
        assert_eq!(
            how_to_reset("g", "t"),
            "kafka-consumer-groups.sh --group g --topic t --reset-offsets --to-earliest --execute"
        );
    }
}
