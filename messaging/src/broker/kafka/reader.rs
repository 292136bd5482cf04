//! Reading partitions without a group: a client with an assignment by hand, on a thread of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tokio::sync::mpsc;

use super::config::KafkaConfig;
use super::error::{Meaning, Place, broker_error, code, meaning_of, not_made};
use super::ffi::queue::{Queue, Trouble};
use super::member::lock;
use super::tokens::Tokens;
use super::{fill, log};
use crate::broker::reader::no_such_partition;
use crate::broker::{BrokerError, Reader, ReaderEvent, Start, TopicPartition};
use crate::record::RecordBatch;

/// How many events wait for the reader.
const EVENTS: usize = 8;

/// The most records of a batch.
const RECORDS: usize = 500;

/// How long the thread sleeps when nothing wakes it; so long it may outlive its reader.
const IDLE: Duration = Duration::from_millis(20);

/// See the module.
pub(super) struct KafkaReader {
    events: mpsc::Receiver<ReaderEvent>,
    ended: bool,
}

impl KafkaReader {
    pub(super) fn start(
        config: &KafkaConfig,
        from: &[(TopicPartition, Start)],
    ) -> Result<KafkaReader, BrokerError> {
        let (address, tokens, told) = (config.address(), config.tokens().cloned(), Mutex::default());
        let context = Watcher {
            address,
            tokens,
            told,
        };
        let consumer = config.reader().create_with_context(context);
        let consumer = Arc::new(consumer.map_err(|error| not_made(&error))?);
        Tokens::keep(config.tokens(), &consumer)?;
        let (tell, events) = mpsc::channel(EVENTS);
        let thread = ReadThread {
            consumer,
            limit: config.request_timeout,
            partitions: Vec::new(),
            tell,
        };
        let from = from.to_vec();
        super::spawn("kafka-read", move || thread.run(&from))?;
        Ok(KafkaReader { events, ended: false })
    }
}

impl Reader for KafkaReader {
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<ReaderEvent> {
        if self.ended {
            return Poll::Pending;
        }
        self.events.poll_recv(context).map(|event| {
            // A thread that is gone without a word has panicked.
            let event = event.unwrap_or(ReaderEvent::Failed(BrokerError::Closed));
            self.ended = matches!(event, ReaderEvent::Failed(_));
            event
        })
    }
}

/// Hears what the client says of its connections.
struct Watcher {
    address: String,
    tokens: Option<Tokens>,
    told: Mutex<Option<ReaderEvent>>,
}

impl Watcher {
    fn explain(&self, what: &str, topic: Option<&str>, error: &KafkaError, why: Option<&str>) -> BrokerError {
        let address = &self.address;
        broker_error(Place { what, topic, address }, error, why)
    }
}

impl ClientContext for Watcher {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        log::log(level, facility, line);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let explained = || self.explain("reading", None, &error, Some(reason));
        let event = match (meaning_of(&error), code(&error)) {
            // The client asks for the coordinator of the group that it has to name, and never needs it.
            (_, Some(RDKafkaErrorCode::GroupAuthorizationFailed)) => None,
            (Meaning::Denied, _) if Tokens::may_mend(self.tokens.as_ref(), &error) => None,
            (Meaning::Denied, _) => Some(ReaderEvent::Failed(explained())),
            (_, Some(RDKafkaErrorCode::AllBrokersDown)) => Some(ReaderEvent::Trouble(explained())),
            _ => None,
        };
        match event {
            Some(event) => *lock(&self.told) = Some(event),
            None => tracing::debug!(%error, "{reason}"),
        }
    }
}

impl ConsumerContext for Watcher {}

struct ReadThread {
    consumer: Arc<BaseConsumer<Watcher>>,
    /// How long one request may take.
    limit: Duration,
    partitions: Vec<Reading>,
    tell: mpsc::Sender<ReaderEvent>,
}

struct Reading {
    at: TopicPartition,
    queue: Queue<Watcher>,
}

/// The reader is gone, or was told that nothing follows.
struct Over;

impl ReadThread {
    fn run(mut self, from: &[(TopicPartition, Start)]) {
        match self.assign(from) {
            Ok(()) => while self.serve().is_ok() {},
            Err(error) => drop(self.give(ReaderEvent::Failed(error))),
        }
    }

    fn assign(&mut self, from: &[(TopicPartition, Start)]) -> Result<(), BrokerError> {
        self.check(from)?;
        let failed =
            |what: &str, error: &KafkaError| self.consumer.context().explain(what, None, error, None);
        let list = places(from).map_err(|error| failed("reading the places to begin at", &error))?;
        let list = self.with_times(list, from)?;
        for (at, _) in from {
            let thread = thread::current();
            // Before the assignment, so that every record goes to its partition's own queue.
            let queue = Queue::split(&self.consumer, at, move || thread.unpark());
            let queue = queue.ok_or(BrokerError::Closed)?;
            self.partitions.push(Reading {
                at: at.clone(),
                queue,
            });
        }
        let assigned = self.consumer.assign(&list);
        assigned.map_err(|error| self.consumer.context().explain("reading", None, &error, None))
    }

    /// Whether all are there: an assignment by hand would wait for those that are not.
    fn check(&self, from: &[(TopicPartition, Start)]) -> Result<(), BrokerError> {
        let mut last: BTreeMap<&str, &TopicPartition> = BTreeMap::new();
        for (at, _) in from {
            let most = last.entry(&*at.topic).or_insert(at);
            if at.partition > most.partition {
                *most = at;
            }
        }
        last.into_values().try_for_each(|at| self.check_partition(at))
    }

    fn check_partition(&self, at: &TopicPartition) -> Result<(), BrokerError> {
        let (topic, what) = (&*at.topic, format!("looking at the topic \"{}\"", at.topic));
        let explain = |error: &KafkaError| self.consumer.context().explain(&what, Some(topic), error, None);
        let metadata = self.consumer.fetch_metadata(Some(topic), self.limit);
        let metadata = metadata.map_err(|error| explain(&error))?;
        let found = metadata.topics().first();
        if let Some(error) = found.and_then(|topic| topic.error()) {
            return Err(explain(&KafkaError::MetadataFetch(error.into())));
        }
        let partitions = found.map_or(0, |topic| topic.partitions().len() as i32);
        if at.partition >= partitions {
            return Err(no_such_partition(at, partitions));
        }
        Ok(())
    }

    /// The list with an offset in place of each time.
    fn with_times(
        &self,
        mut list: TopicPartitionList,
        from: &[(TopicPartition, Start)],
    ) -> Result<TopicPartitionList, BrokerError> {
        let failed = |error: KafkaError| {
            let what = "looking for the records of a time";
            self.consumer.context().explain(what, None, &error, None)
        };
        let mut times = TopicPartitionList::new();
        for (at, start) in from {
            if let Start::Timestamp(time) = start {
                let time = Offset::Offset(*time);
                times
                    .add_partition_offset(&at.topic, at.partition, time)
                    .map_err(failed)?;
            }
        }
        if times.count() == 0 {
            return Ok(list);
        }
        let found = self
            .consumer
            .offsets_for_times(times, self.limit)
            .map_err(failed)?;
        for place in found.elements() {
            list.set_partition_offset(place.topic(), place.partition(), place.offset())
                .map_err(failed)?;
        }
        Ok(list)
    }

    fn serve(&mut self) -> Result<(), Over> {
        // Serves the context; every record is in its partition's queue.
        if let Some(Err(error)) = self.consumer.poll(Duration::ZERO) {
            tracing::debug!(%error, "reading without a group");
        }
        let told = lock(&self.consumer.context().told).take();
        told.map_or(Ok(()), |event| self.give(event))?;
        let mut moved = false;
        for index in 0..self.partitions.len() {
            moved |= self.take(index)?;
        }
        if self.tell.is_closed() {
            return Err(Over);
        }
        if !moved {
            thread::park_timeout(IDLE);
        }
        Ok(())
    }

    /// Hands on what a partition has; says whether that was anything.
    fn take(&mut self, index: usize) -> Result<bool, Over> {
        let reading = &mut self.partitions[index];
        let mut batch = RecordBatch::builder(reading.at.topic.clone(), reading.at.partition);
        let mut trouble = None;
        while trouble.is_none() && batch.len() < RECORDS && batch.bytes() < fill::BATCH_BYTES {
            match reading.queue.next() {
                Some(Ok(record)) => fill::copy(&record, &mut batch),
                Some(Err(told)) => trouble = Some(told),
                None => break,
            }
        }
        let moved = !batch.is_empty() || trouble.is_some();
        let trouble = trouble.map(|told| self.explain(&self.partitions[index].at, &told));
        if !batch.is_empty() {
            self.give(ReaderEvent::Records(batch.finish()))?;
        }
        trouble.map_or(Ok(()), |event| self.give(event))?;
        Ok(moved)
    }

    fn explain(&self, at: &TopicPartition, trouble: &Trouble) -> ReaderEvent {
        if trouble.code == RDKafkaErrorCode::PartitionEOF {
            return ReaderEvent::End(at.clone());
        }
        let error = KafkaError::MessageConsumption(trouble.code);
        let what = format!("reading the topic \"{}\"", at.topic);
        let watcher = self.consumer.context();
        let explained = watcher.explain(&what, Some(&at.topic), &error, Some(&trouble.reason));
        match meaning_of(&error) {
            Meaning::Unreachable => ReaderEvent::Trouble(explained),
            _ => ReaderEvent::Failed(explained),
        }
    }

    fn give(&self, event: ReaderEvent) -> Result<(), Over> {
        let is_last = matches!(event, ReaderEvent::Failed(_));
        let given = self.tell.blocking_send(event);
        if is_last || given.is_err() {
            Err(Over)
        } else {
            Ok(())
        }
    }
}

/// Where to begin, as librdkafka takes it; a time still begins at the end.
fn places(from: &[(TopicPartition, Start)]) -> Result<TopicPartitionList, KafkaError> {
    let mut list = TopicPartitionList::new();
    for (at, start) in from {
        let offset = match start {
            Start::Earliest => Offset::Beginning,
            Start::Latest | Start::Timestamp(_) => Offset::End,
            Start::Offset(offset) => Offset::Offset(*offset),
        };
        list.add_partition_offset(&at.topic, at.partition, offset)?;
    }
    Ok(list)
}
