//! A driver in the hands of a test.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use messaging::broker::kafka::{Kafka, KafkaConfig};
use messaging::broker::{
    Broker, Event, NewTopic, Outbound, Publisher, Receipt, Subscribe, Subscription, Waiter,
};
use messaging::delivery::{Epoch, Slot, Watermark};
use messaging::record::Record;
use messaging::settings::OffsetReset;
use messaging::{Headers, record::RecordBatch};
pub(crate) use messaging_tests::conformance::enqueue;
use messaging_tests::kafka::KafkaServer;
use tokio::time::timeout;

pub(crate) const SOON: Duration = Duration::from_secs(60);

pub(crate) fn config(bootstrap: &str) -> KafkaConfig {
    KafkaConfig {
        bootstrap_servers: vec![bootstrap.to_owned()],
        session_timeout: Duration::from_secs(6),
        heartbeat_interval: Duration::from_millis(500),
        ..KafkaConfig::default()
    }
}

pub(crate) fn shared() -> Result<KafkaConfig> {
    Ok(config(KafkaServer::shared()?))
}

pub(crate) fn kafka(config: &KafkaConfig) -> Kafka {
    Kafka::new(config.clone())
}

pub(crate) fn subscribe(group: &str, topics: &[&str]) -> Subscribe {
    Subscribe {
        group: group.to_owned(),
        topics: topics.iter().map(|t| (*t).to_owned()).collect(),
        reset: OffsetReset::Earliest,
        revoke_deadline: Duration::from_secs(5),
        max_poll_records: 500,
        publishes: false,
    }
}

pub(crate) async fn make_topic(kafka: &Kafka, name: &str, partitions: i32) -> Result<()> {
    let made = kafka
        .admin()?
        .create_topics(&[NewTopic::named(name).partitions(partitions)])
        .await?;
    assert_eq!(made, [name]);
    Ok(())
}

pub(crate) fn publisher(kafka: &Kafka) -> Result<Arc<dyn Publisher>> {
    Ok(kafka.publisher(Arc::new(|topic, error| panic!("{topic}: {error}")))?)
}

/// A message without headers.
pub(crate) fn plain<'a>(topic: &'a str, key: Option<&'a [u8]>, value: &'a [u8]) -> Outbound<'a> {
    const NONE: &Headers = &Headers::new();
    Outbound {
        topic,
        key,
        value: Some(value),
        headers: NONE,
    }
}

pub(crate) async fn send(publisher: &dyn Publisher, message: Outbound<'_>) -> Result<Receipt> {
    let (waiter, receipt) = Waiter::channel();
    let mut waiter = Some(waiter);
    enqueue(publisher, message, &mut waiter).await?;
    publisher.hurry();
    let place = receipt.await.context("nobody answered")??;
    Ok(Receipt::written(message.topic, place))
}

/// Writes the numbers from 0 as values and keys.
pub(crate) async fn send_numbers(kafka: &Kafka, topic: &str, count: usize) -> Result<()> {
    let publisher = publisher(kafka)?;
    for number in 0..count {
        let text = number.to_string();
        enqueue(
            &*publisher,
            plain(topic, Some(text.as_bytes()), text.as_bytes()),
            &mut None,
        )
        .await?;
    }
    assert_eq!(publisher.flush(SOON).await, 0);
    Ok(())
}

pub(crate) struct Member {
    pub(crate) subscription: Box<dyn Subscription>,
    pub(crate) owned: Vec<(Slot, Epoch, i32)>,
    /// Partition and first offset not seen.
    pub(crate) seen: Vec<(Slot, Epoch, i64)>,
}

impl Member {
    pub(crate) fn join(kafka: &Kafka, request: &Subscribe) -> Result<Member> {
        Ok(Member {
            subscription: kafka.subscribe(request)?,
            owned: Vec::new(),
            seen: Vec::new(),
        })
    }

    pub(crate) async fn event(&mut self) -> Result<Event> {
        let event = poll_fn(|context| self.subscription.poll_event(context));
        let event = timeout(SOON, event).await.context("waited for an event")?;
        self.note(&event);
        Ok(event)
    }

    /// The next event, if one comes in time.
    pub(crate) async fn event_within(&mut self, limit: Duration) -> Option<Event> {
        let event = poll_fn(|context| self.subscription.poll_event(context));
        let event = timeout(limit, event).await.ok()?;
        self.note(&event);
        Some(event)
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::Assigned(assigned) => {
                for (slot, epoch, at) in assigned {
                    assert!(
                        !self.owned.iter().any(|(s, ..)| s == slot),
                        "assigned twice: {at:?}"
                    );
                    self.owned.push((*slot, *epoch, at.partition));
                }
            }
            Event::Revoked(slots) | Event::Lost(slots) => self.owned.retain(|(s, ..)| !slots.contains(s)),
            Event::Polled(slot, epoch, batch) => self.polled(*slot, *epoch, batch),
            _ => {}
        }
    }

    fn polled(&mut self, slot: Slot, epoch: Epoch, batch: &Arc<RecordBatch>) {
        if !self.owned.iter().any(|(s, e, _)| (*s, *e) == (slot, epoch)) {
            let newer = self.owned.iter().all(|(_, e, _)| *e < epoch);
            assert!(!newer, "records before their assignment");
            return;
        }
        let last = records(batch).last().expect("a batch is not empty").offset();
        self.seen.retain(|(s, ..)| *s != slot);
        self.seen.push((slot, epoch, last + 1));
    }

    /// What is seen of a partition, as a watermark.
    pub(crate) fn mark(&self, slot: Slot) -> Option<Watermark> {
        let seen = self.seen.iter().find(|(s, ..)| *s == slot)?;
        Some(Watermark {
            slot,
            epoch: seen.1,
            offset: Some(seen.2),
        })
    }

    pub(crate) fn marks(&self) -> Vec<Watermark> {
        let current =
            |(slot, epoch, _): &&(Slot, Epoch, i32)| self.mark(*slot).filter(|mark| mark.epoch == *epoch);
        self.owned.iter().filter_map(|owned| current(&owned)).collect()
    }

    pub(crate) async fn assigned(&mut self, count: usize) -> Result<()> {
        while self.owned.len() != count {
            self.settle_event().await?;
        }
        Ok(())
    }

    /// Takes an event; a revoke is answered with what was seen.
    pub(crate) async fn settle_event(&mut self) -> Result<Option<Arc<RecordBatch>>> {
        match self.event().await? {
            Event::Revoked(slots) => {
                self.release(&slots);
                Ok(None)
            }
            Event::Polled(slot, epoch, batch) => {
                let ours = self.owned.iter().any(|(s, e, _)| (*s, *e) == (slot, epoch));
                Ok(ours.then_some(batch))
            }
            Event::Failed(error) => bail!("failed: {error}"),
            _ => Ok(None),
        }
    }

    pub(crate) async fn until_revoked(&mut self) -> Result<Vec<Slot>> {
        loop {
            if let Event::Revoked(slots) = self.event().await? {
                return Ok(slots);
            }
        }
    }

    pub(crate) fn release(&mut self, slots: &[Slot]) {
        for slot in slots {
            let nothing = Watermark {
                slot: *slot,
                epoch: 0,
                offset: None,
            };
            self.subscription.release(self.mark(*slot).unwrap_or(nothing));
        }
    }

    /// The next `count` records.
    pub(crate) async fn read(&mut self, count: usize) -> Result<Vec<Record>> {
        let mut all = Vec::new();
        while all.len() < count {
            if let Some(batch) = self.settle_event().await? {
                all.extend(records(&batch));
            }
        }
        Ok(all)
    }

    pub(crate) async fn commit(&mut self) -> Result<()> {
        self.subscription.commit(&self.marks());
        loop {
            if let Event::Committed(result) = self.event().await? {
                return Ok(result?);
            }
        }
    }

    pub(crate) async fn close(self) -> Result<()> {
        self.close_within(Duration::from_secs(10)).await
    }

    pub(crate) async fn close_within(self, deadline: Duration) -> Result<()> {
        let marks = self.marks();
        Ok(self.subscription.close(marks, deadline).await?)
    }
}

pub(crate) fn records(batch: &Arc<RecordBatch>) -> Vec<Record> {
    (0..batch.len()).map(|index| Record::new(batch, index)).collect()
}

pub(crate) fn text(record: &Record) -> String {
    String::from_utf8_lossy(record.value().unwrap_or_default()).into_owned()
}
