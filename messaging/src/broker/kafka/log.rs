//! What librdkafka logs, as `tracing` events.

use rdkafka::config::RDKafkaLogLevel as Level;

/// Lost connections are told once by us, so that librdkafka's own lines about them, several a second, stay at debug.
pub(super) fn log(level: Level, facility: &str, line: &str) {
    match level {
        Level::Emerg | Level::Alert | Level::Critical => {
            tracing::warn!(target: "librdkafka", facility, "{line}")
        }
        Level::Error | Level::Warning if !is_ours_to_tell(facility) => {
            tracing::warn!(target: "librdkafka", facility, "{line}");
        }
        _ => tracing::debug!(target: "librdkafka", facility, "{line}"),
    }
}

fn is_ours_to_tell(facility: &str) -> bool {
    // `CONFWARN` is about producer properties given to consumers: extra properties go to every client.
    ["FAIL", "ERROR", "CONFWARN"].contains(&facility)
}
