//! Which accepted word a wrong one was meant to be.

// A link: the run time has the same rule for settings and names, and each package needs the file.
mod rule;

use rule::nearest;

/// ` (did you mean …?)` for the nearest of `accepted`, or nothing when none is near.
pub(crate) fn did_you_mean(word: &str, accepted: &[&str]) -> String {
    nearest(word, accepted.iter().copied())
        .map(|near| format!(" (did you mean `{near}`?)"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_was_meant() {
        let accepted = [
            "topic",
            "dlq_topic",
            "group_id",
            "max_retries",
            "retry_delay",
            "retry_max_delay",
            "concurrency",
            "name",
        ];
        for (word, meant) in [
            ("topics", Some("topic")),
            ("retries", Some("max_retries")),
            ("max_retry", Some("max_retries")),
            ("concurency", Some("concurrency")),
            ("input_topic", Some("topic")),
            ("delay", Some("retry_delay")),
            ("dlq", Some("dlq_topic")),
            ("group", Some("group_id")),
            ("Name", Some("name")),
            ("partitions", None),
        ] {
            assert_eq!(nearest(word, accepted), meant, "for {word}");
        }
    }
}
