//! The member's side of a rebalance. It runs on the poll thread, inside `poll`; librdkafka waits for it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, Rebalance};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList, TopicPartitionListElem};

use super::commits::Committer;
use super::config::StatisticsHook;
use super::error::{Meaning, Place, broker_error, code, meaning_of};
use super::ffi::queue::Queue;
use super::member::{Shared, lock};
use super::partitions::Partitions;
use super::revoke_time::RevokeTime;
use super::tokens::Tokens;
use super::{log, now};
use crate::broker::{BrokerError, Event, TopicPartition};
use crate::delivery::{Epoch, Slot, Watermark};

/// The context of a subscription's client.
pub(super) struct Member {
    pub(super) shared: Arc<Shared>,
    pub(super) committer: Committer,
    pub(super) statistics: Option<StatisticsHook>,
    /// Which of the subscription's clients it is.
    pub(super) generation: u64,
    /// Within which it must poll again.
    pub(super) max_poll_interval: Duration,
}

impl ConsumerContext for Member {
    // Before the assignment: every record then goes to its partition's own queue, none to the common one.
    fn pre_rebalance(&self, consumer: &BaseConsumer<Member>, rebalance: &Rebalance<'_>) {
        if !self.counts() {
            return;
        }
        match rebalance {
            Rebalance::Assign(partitions) => self.assign(partitions),
            Rebalance::Revoke(partitions) => self.revoke(consumer, partitions),
            Rebalance::Error(error) => tracing::warn!(%error, "a rebalance failed; the client tries again"),
        }
    }
}

impl Member {
    /// Whether this is the client in use. One that was given up gives its partitions back while it ends, on another
    /// thread, and by then they may be the next one's.
    fn counts(&self) -> bool {
        self.shared.generation() == self.generation
    }

    fn assign(&self, list: &TopicPartitionList) {
        let mut partitions = lock(&self.shared.partitions);
        let mut assigned = Vec::new();
        for at in places(list) {
            let queue = self.split(&partitions, &at);
            let Some(partition) = queue.and_then(|queue| partitions.add(at, queue)) else {
                let error =
                    "a group member can have 65536 partitions; spread them over more members".to_owned();
                self.shared.tell(Event::Failed(BrokerError::Setting(error)));
                return;
            };
            self.shared.topic_present(&partition.at.topic);
            assigned.push((partition.slot, partition.epoch, partition.at.clone()));
        }
        // A member for whom there is none hears so once, and knows that it has joined.
        let first = !self.shared.joined.swap(true, Ordering::AcqRel);
        if first || !assigned.is_empty() {
            self.shared.tell(Event::Assigned(assigned));
        }
    }

    fn split(&self, partitions: &Partitions, at: &TopicPartition) -> Option<Queue> {
        let consumer = partitions.client()?;
        let shared = self.shared.clone();
        Queue::split(&consumer, at, move || shared.wake())
    }

    fn revoke(&self, consumer: &BaseConsumer<Member>, list: &TopicPartitionList) {
        let gone: Vec<TopicPartition> = places(list).collect();
        let revoked: Vec<(Slot, Epoch)> = {
            let partitions = lock(&self.shared.partitions);
            let ours = partitions.live().iter().filter(|p| gone.contains(&p.at));
            ours.map(|p| (p.slot, p.epoch)).collect()
        };
        if revoked.is_empty() {
            return;
        }
        let time = RevokeTime::begin(now(), self.shared.request.revoke_deadline, self.max_poll_interval);
        let marks = self.last_marks(consumer, &revoked, time);
        self.commit_last(&marks, time);
        // From here on no commit touches them, not even this one, if its turn has not come. Their queues, with what was
        // fetched, go too.
        drop(lock(&self.shared.partitions).take(|at| gone.contains(at)));
    }

    fn commit_last(&self, marks: &[Watermark], time: RevokeTime) {
        let offsets = lock(&self.shared.partitions).offsets(marks);
        // With nothing to commit there is nothing to wait for either, such as another commit that hangs.
        if offsets.is_empty() {
            return;
        }
        let limit = time.commit_within(now());
        if let Err(error) = self.committer.commit_within(&self.shared, marks, limit) {
            self.shared.tell(Event::Trouble(given_back_at(&offsets, &error)));
        }
    }

    /// Tells the driver, and says how far it came.
    fn last_marks(
        &self,
        consumer: &BaseConsumer<Member>,
        revoked: &[(Slot, Epoch)],
        time: RevokeTime,
    ) -> Vec<Watermark> {
        let slots = revoked.iter().map(|(slot, _)| *slot).collect();
        if consumer.assignment_lost() {
            self.shared.tell(Event::Lost(slots));
            return Vec::new();
        }
        if self.shared.is_closing() {
            return Vec::new(); // Committed already, by who closes.
        }
        self.shared.tell(Event::Revoked(slots));
        let mut marks = self.shared.released(revoked, time.answer_by);
        let unanswered = revoked
            .iter()
            .filter(|(slot, _)| !marks.iter().any(|m| m.slot == *slot));
        let unanswered: Vec<(Slot, Epoch)> = unanswered.copied().collect();
        if !unanswered.is_empty() {
            let (group, partitions) = (&self.shared.request.group, unanswered.len());
            tracing::warn!(
                group,
                partitions,
                "revoked partitions were not given back in time; only what was noted as done is committed"
            );
        }
        marks.extend(self.shared.noted(&unanswered));
        marks
    }
}

impl ClientContext for Member {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        log::log(level, facility, line);
    }

    fn stats_raw(&self, statistics: &[u8]) {
        if let Some(hook) = &self.statistics {
            hook.tell(statistics);
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        if self.counts() {
            self.shared.error(&error, reason);
        }
    }
}

impl Shared {
    /// What the client said on its own account, or of a partition.
    pub(super) fn error(&self, error: &KafkaError, reason: &str) {
        match meaning_of(error) {
            Meaning::Unreachable => {
                let all = code(error) == Some(RDKafkaErrorCode::AllBrokersDown);
                self.connection_failed(all, reason);
            }
            Meaning::UnknownTopic => self.absent_in(reason),
            Meaning::Denied if Tokens::may_mend(self.tokens.as_ref(), error) => {
                self.connection_failed(false, reason);
            }
            Meaning::Denied => self.tell(Event::Failed(self.explain(error, reason))),
            Meaning::Fatal => *lock(&self.fatal) = Some(self.explain(error, reason)),
            // The poll thread sees these with their partition.
            _ if code(error) == Some(RDKafkaErrorCode::AutoOffsetReset) => {}
            _ => tracing::warn!(group = self.request.group, %error, "{reason}"),
        }
    }

    fn explain(&self, error: &KafkaError, reason: &str) -> BrokerError {
        let what = format!("reading as group \"{}\"", self.request.group);
        broker_error(
            Place {
                what: &what,
                topic: None,
                address: &self.address,
            },
            error,
            Some(reason),
        )
    }

    pub(super) fn not_committed(&self, error: &KafkaError) -> BrokerError {
        if meaning_of(error) == Meaning::Rebalancing {
            let group = self.request.group.clone();
            return BrokerError::Rebalancing { group };
        }
        let what = format!("committing the offsets of group \"{}\"", self.request.group);
        broker_error(
            Place {
                what: &what,
                topic: None,
                address: &self.address,
            },
            error,
            None,
        )
    }

    pub(super) fn not_read_again(&self, topic: &str, from: i64, error: &KafkaError) -> BrokerError {
        let what = format!("reading \"{topic}\" again from offset {from}");
        let why = error.to_string();
        BrokerError::Failed { what, why }
    }

    pub(super) fn not_committed_within(&self, limit: Duration) -> BrokerError {
        let what = format!("committing the offsets of group \"{}\"", self.request.group);
        let why = format!("the broker did not answer within {limit:?}; the records will be handled again");
        BrokerError::Failed { what, why }
    }

    // librdkafka names the topic in its text only.
    fn absent_in(&self, reason: &str) {
        let named = |topic: &&String| reason.split([' ', ':', '[']).any(|word| word == topic.as_str());
        for topic in self.request.topics.iter().filter(named) {
            self.topic_absent(topic);
        }
    }
}

/// Partitions and the first offset of each that is not done.
pub(super) type Offsets = Vec<(String, i32, i64)>;

/// What is lost with a commit that failed as its partitions went.
fn given_back_at(offsets: &Offsets, error: &BrokerError) -> BrokerError {
    let done = |(topic, partition, offset): &(String, i32, i64)| format!("{topic}[{partition}] at {offset}");
    let done: Vec<String> = offsets.iter().map(done).collect();
    BrokerError::Failed {
        what: format!("giving back {}", done.join(", ")),
        why: error.to_string(),
    }
}

/// The list as librdkafka takes it.
pub(super) fn list_of(offsets: &Offsets) -> KafkaResult<TopicPartitionList> {
    let mut list = TopicPartitionList::with_capacity(offsets.len());
    for (topic, partition, offset) in offsets {
        list.add_partition_offset(topic, *partition, Offset::Offset(*offset))?;
    }
    Ok(list)
}

fn places(list: &TopicPartitionList) -> impl Iterator<Item = TopicPartition> {
    let place = |e: &TopicPartitionListElem<'_>| TopicPartition {
        topic: e.topic().into(),
        partition: e.partition(),
    };
    list.elements().iter().map(place).collect::<Vec<_>>().into_iter()
}
