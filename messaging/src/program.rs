//! The running program: what errors call it, and which commands they may advise.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Whether its arguments are read by `App::cli`. Advice to others would start them once more.
static HAS_COMMANDS: AtomicBool = AtomicBool::new(false);

/// The bootstrap servers of its Kafka, for the advice to use Kafka's own tools.
static SERVERS: Mutex<Option<String>> = Mutex::new(None);

/// What stands for servers that are not known, or not the only ones.
const ANY_SERVERS: &str = "HOST:PORT";

/// From now on errors advise to ask these bootstrap servers.
#[cfg(feature = "kafka")]
pub(crate) fn reaches(servers: &str) {
    let mut known = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
    match &*known {
        // Whose error it will be is not known: advice that names another cluster would be worse than none.
        Some(other) if other != servers => *known = Some(ANY_SERVERS.to_owned()),
        _ => *known = Some(servers.to_owned()),
    }
}

/// The beginning of a command by one of Kafka's own tools.
pub(crate) fn kafka_tool(name: &str) -> String {
    let known = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
    let servers = known.as_deref().unwrap_or(ANY_SERVERS);
    format!("{name} --bootstrap-server {servers}")
}

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
    format!("{} --create --topic {topic}", kafka_tool("kafka-topics.sh"))
}

/// A command that sets a key of a topic's configuration.
pub(crate) fn how_to_configure(topic: &str, config: &str) -> String {
    if HAS_COMMANDS.load(Ordering::Relaxed) {
        return format!("{} topics alter {topic} --config {config}", name());
    }
    format!(
        "{} --alter --entity-type topics --entity-name {topic} --add-config {config}",
        kafka_tool("kafka-configs.sh")
    )
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
        "{} --group {group} --topic {topic} --reset-offsets --to-earliest --execute",
        kafka_tool("kafka-consumer-groups.sh")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_without_commands_is_not_advised_to_use_them() {
        // No test of this crate calls `App::cli`.
        let servers = |command: String| {
            let (before, behind) = command.split_once(" --bootstrap-server ").unwrap();
            let (servers, behind) = behind.split_once(' ').unwrap();
            assert!(!servers.is_empty());
            format!("{before} {behind}")
        };
        assert_eq!(servers(how_to_create("t")), "kafka-topics.sh --create --topic t");
        assert_eq!(
            servers(how_to_configure("t", "a=1")),
            "kafka-configs.sh --alter --entity-type topics --entity-name t --add-config a=1"
        );
        assert_eq!(
            servers(how_to_reset("g", "t")),
            "kafka-consumer-groups.sh --group g --topic t --reset-offsets --to-earliest --execute"
        );
    }
}
