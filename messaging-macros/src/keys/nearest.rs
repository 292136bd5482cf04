//! Which accepted word a wrong one was meant to be.

/// ` (did you mean …?)` for the nearest of `accepted`, or nothing when none is near.
pub(crate) fn did_you_mean(word: &str, accepted: &[&str]) -> String {
    nearest(word, accepted)
        .map(|near| format!(" (did you mean `{near}`?)"))
        .unwrap_or_default()
}

fn nearest<'a>(word: &str, accepted: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    let part_of = |name: &&&str| word.len() >= 4 && name.contains(&word) || word.contains(**name);
    let close = accepted.iter().map(|name| (distance(&word, name), *name)).min()?;
    let allowed = word.len().max(close.1.len()) / 3;
    if close.0 <= allowed {
        return Some(close.1);
    }
    accepted
        .iter()
        .filter(part_of)
        .max_by_key(|name| name.len())
        .copied()
}

/// Levenshtein's distance, one row of its table at a time.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_was_meant() {
        let accepted = [
            "topic",
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
            ("delay", Some("retry_max_delay")),
            ("Name", Some("name")),
            ("partitions", None),
        ] {
            assert_eq!(nearest(word, &accepted), meant, "for {word}");
        }
    }
}
