//! The in-memory broker: a partitioned log with groups, offsets and rebalances, for examples, tests and as the
//! reference of the others. It runs in the caller's tasks, has no threads and no timers, and forgets all when dropped.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{
    Admin, Broker, BrokerError, Capabilities, FailureHook, NewTopic, NotQueued, Outbound, Publisher, Reader,
    Start, Subscribe, Subscription, TopicPartition, Waiter, WrittenAt,
};
use crate::delivery::Settlement;

mod admin;
mod group;
mod log;
mod meanwhile;
mod member;
mod reader;
mod unsent;
mod wait;
mod written;

use group::Group;
use log::Log;
pub use written::Written;

/// How many partitions a topic has that nobody made on purpose.
const DEFAULT_PARTITIONS: i32 = 3;

/// A broker inside the process. Clones share its topics and groups.
#[derive(Clone)]
pub struct MemoryBroker {
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    topics: BTreeMap<String, Log>,
    groups: BTreeMap<String, Group>,
    /// Who waits for records without a group: readers, and tests.
    readers: BTreeMap<u64, Waker>,
    last_reader: u64,
    auto_create: bool,
}

impl std::fmt::Debug for MemoryBroker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryBroker")
    }
}

impl Default for MemoryBroker {
    fn default() -> MemoryBroker {
        MemoryBroker::new()
    }
}

impl MemoryBroker {
    /// An empty broker that makes a topic with three partitions when it is first named.
    pub fn new() -> MemoryBroker {
        let shared = Shared {
            topics: BTreeMap::new(),
            groups: BTreeMap::new(),
            readers: BTreeMap::new(),
            last_reader: 0,
            auto_create: true,
        };
        MemoryBroker {
            shared: Arc::new(Mutex::new(shared)),
        }
    }

    /// Whether a topic is made when it is first named (the default), as a Kafka broker's `auto.create.topics.enable`.
    pub fn auto_create(self, auto_create: bool) -> MemoryBroker {
        self.lock().auto_create = auto_create;
        self
    }

    /// Takes a partition from its owner as a broker does that believes the member is dead: it gets no chance to
    /// commit. The partition is then assigned again. For tests.
    pub fn lose(&self, group: &str, topic: &str, partition: i32) {
        let mut shared = self.lock();
        if let Some(group) = shared.groups.get_mut(group) {
            group.lose(topic, partition);
        }
        shared.rebalance_all();
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // A panic of another holder leaves no half-made state: every change is one push or one insert.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// The topic, made when that is allowed.
    fn topic(&mut self, name: &str) -> Result<&mut Log, BrokerError> {
        if !self.topics.contains_key(name) && !self.auto_create {
            return Err(BrokerError::UnknownTopic {
                topic: name.to_owned(),
            });
        }
        if !self.topics.contains_key(name) {
            self.make_topic(&NewTopic::named(name));
        }
        self.topics
            .get_mut(name)
            .ok_or_else(|| BrokerError::UnknownTopic {
                topic: name.to_owned(),
            })
    }

    fn make_topic(&mut self, topic: &NewTopic) {
        let log = Log::new(topic.partitions.unwrap_or(DEFAULT_PARTITIONS), &topic.config);
        self.topics.insert(topic.name.clone(), log);
        self.rebalance_all();
    }

    /// Says which were made.
    fn make_absent(&mut self, topics: &[NewTopic]) -> Vec<String> {
        let mut made = Vec::new();
        for topic in topics {
            if !self.topics.contains_key(&topic.name) {
                self.make_topic(topic);
                made.push(topic.name.clone());
            }
        }
        made
    }

    fn append(&mut self, message: Outbound<'_>) -> Result<WrittenAt, BrokerError> {
        let (partition, offset, timestamp) = self.topic(message.topic)?.append(message);
        self.changed();
        Ok(WrittenAt {
            partition,
            offset,
            timestamp: Some(timestamp),
        })
    }

    fn rebalance_all(&mut self) {
        for group in self.groups.values_mut() {
            group.rebalance(&self.topics);
        }
        self.changed();
    }

    /// A number under which one that reads without a group keeps its waker.
    fn new_reader(&mut self) -> u64 {
        self.last_reader += 1;
        self.last_reader
    }

    fn changed(&mut self) {
        self.groups.values_mut().for_each(Group::wake);
        std::mem::take(&mut self.readers)
            .into_values()
            .for_each(Waker::wake);
    }
}

impl Broker for MemoryBroker {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            settlement: Settlement::Offsets,
            transactions: false,
            replay: true,
            admin: true,
            makes_topics: self.lock().auto_create,
            own_thread: false,
        }
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), BrokerError>> {
        Box::pin(async { Ok(()) })
    }

    fn publisher(&self, _: FailureHook) -> Result<Arc<dyn Publisher>, BrokerError> {
        Ok(Arc::new(self.clone()))
    }

    fn subscribe(&self, request: &Subscribe) -> Result<Box<dyn Subscription>, BrokerError> {
        let mut shared = self.lock();
        for topic in &request.topics {
            if shared.auto_create {
                shared.topic(topic)?;
            }
        }
        let group = shared.groups.entry(request.group.clone()).or_default();
        let member = group.join(request);
        shared.rebalance_all();
        drop(shared);
        Ok(Box::new(member::Member::new(self.clone(), request, member)))
    }

    fn admin(&self) -> Result<Arc<dyn Admin>, BrokerError> {
        Ok(Arc::new(self.clone()))
    }

    fn reader(&self, from: &[(TopicPartition, Start)]) -> Result<Box<dyn Reader>, BrokerError> {
        Ok(Box::new(reader::MemoryReader::new(self.clone(), from)))
    }
}

impl Publisher for MemoryBroker {
    fn enqueue(&self, message: Outbound<'_>, waiter: &mut Option<Waiter>) -> Result<(), NotQueued> {
        let written = self.lock().append(message).map_err(NotQueued::Refused)?;
        if let Some(waiter) = waiter.take() {
            // Whoever waited may have gone.
            let _ = waiter.answer(Ok(written));
        }
        Ok(())
    }

    fn hurry(&self) {}

    fn room(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn flush(&self, _: Duration) -> BoxFuture<'_, usize> {
        Box::pin(async { 0 })
    }

    fn queued(&self) -> usize {
        0
    }
}

/// Events that wait for a member.
type Events = VecDeque<super::Event>;
