//! What a test is told that waited for records in vain.

use super::log::Log;
use super::{Shared, Written};
use crate::headers::dlq;

/// The most dead letters that are told one by one.
const LETTERS: usize = 5;

impl Shared {
    /// What may be why `topic` has not got what it should, one line each.
    pub(super) fn meanwhile(&self, topic: &str) -> Vec<String> {
        let mut lines = self.letters();
        lines.extend(self.unread(topic));
        lines.extend(self.absent(topic));
        lines.extend(self.unfinished());
        if lines.is_empty() {
            lines.push("nothing was given up, and all that was written was handled".to_owned());
        }
        lines
    }

    fn letters(&self) -> Vec<String> {
        let all = self.topics.iter().flat_map(|(topic, log)| log.all(topic));
        let letters: Vec<Written> = all.filter(is_letter).collect();
        let mut lines: Vec<String> = letters.iter().take(LETTERS).map(told).collect();
        if letters.len() > LETTERS {
            lines.push(format!("and {} more dead letters", letters.len() - LETTERS));
        }
        lines
    }

    /// Topics with records that no group has subscribed to; the one that is waited for is read by the test.
    fn unread(&self, awaited: &str) -> Vec<String> {
        let has_records = |log: &Log| log.len() > 0;
        let is_of_letters = |topic: &str, log: &Log| log.all(topic).iter().all(is_letter);
        let unread = self.topics.iter().filter(|(topic, log)| {
            let read = self.groups.values().any(|group| group.reads(topic));
            *topic != awaited && has_records(log) && !read && !is_of_letters(topic, log)
        });
        unread
            .map(|(topic, log)| {
                format!(
                    "nobody reads the topic \"{topic}\", which has records: {}",
                    log.len()
                )
            })
            .collect()
    }

    fn absent(&self, awaited: &str) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.topics.contains_key(awaited) {
            lines.push(format!("there is no topic \"{awaited}\""));
        }
        for (name, group) in &self.groups {
            let absent = group.topics().filter(|topic| !self.topics.contains_key(*topic));
            lines.extend(
                absent.map(|topic| {
                    format!("the group \"{name}\" reads the topic \"{topic}\", which is absent")
                }),
            );
        }
        lines
    }

    /// Groups with records that are not committed: in hand, or waiting for a retry.
    fn unfinished(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, group) in &self.groups {
            let read = self.topics.iter().filter(|(topic, _)| group.reads(topic));
            for (topic, log) in read {
                let partitions = 0..log.partitions();
                let done: i64 = partitions
                    .filter_map(|partition| group.committed(topic, partition))
                    .sum();
                if done < log.len() as i64 {
                    lines.push(format!(
                        "the group \"{name}\" has committed {done} of {} records of the topic \"{topic}\"",
                        log.len()
                    ));
                }
            }
        }
        lines
    }
}

fn is_letter(record: &Written) -> bool {
    record.headers.get(dlq::REASON).is_some()
}

fn told(letter: &Written) -> String {
    let header = |name: &str| letter.headers.get_str(name).unwrap_or("?");
    format!(
        "dead letter in \"{}\": {}[{}]@{} was given up by {}, {}: {}",
        letter.topic,
        header(dlq::TOPIC),
        header(dlq::PARTITION),
        header(dlq::OFFSET),
        header(dlq::WORKER),
        header(dlq::REASON),
        header(dlq::ERROR)
    )
}
