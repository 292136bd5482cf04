//! A member of a group whose driver is a test.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use messaging::broker::{Event, Subscribe, Subscription, TopicPartition};
use messaging::delivery::{Epoch, Slot, Watermark};
use messaging::record::Record;
use tokio::time::timeout;

use super::{SOON, Subject};

/// Reads what comes and counts all of it as done. A revoke is answered at once, unless [`Member::keeps_revoked`].
pub(super) struct Member {
    /// What it drives.
    pub(super) subscription: Box<dyn Subscription>,
    /// What it has.
    pub(super) owned: BTreeMap<Slot, Owned>,
    /// All that it read, also of partitions that are gone.
    pub(super) read: Vec<Record>,
    /// What it was asked to give back and has not.
    pub(super) revoked: Vec<Slot>,
    /// How many assignments it heard of, also empty ones.
    pub(super) assignments: usize,
    /// How many partitions it lost.
    pub(super) lost: usize,
    /// Answers to its messages, in their order.
    pub(super) published: Vec<u64>,
    /// Whether the test releases what is revoked.
    pub(super) keeps_revoked: bool,
    committed: Vec<bool>,
}

/// A partition of a member.
#[derive(Clone, Debug)]
pub(super) struct Owned {
    /// Its assignment.
    pub(super) epoch: Epoch,
    /// Which it is.
    pub(super) at: TopicPartition,
    /// Behind the last record that was read.
    pub(super) done: Option<i64>,
}

impl Member {
    pub(super) fn join(subject: &Subject, request: &Subscribe) -> Result<Member> {
        Ok(Member {
            subscription: subject.broker().subscribe(request)?,
            owned: BTreeMap::new(),
            read: Vec::new(),
            revoked: Vec::new(),
            assignments: 0,
            lost: 0,
            published: Vec::new(),
            keeps_revoked: false,
            committed: Vec::new(),
        })
    }

    /// Takes one event, if one comes in time.
    pub(super) async fn step_within(&mut self, limit: Duration) -> Result<bool> {
        let event = poll_fn(|context| self.subscription.poll_event(context));
        match timeout(limit, event).await {
            Ok(event) => self.take(event).map(|()| true),
            Err(_) => Ok(false),
        }
    }

    /// Takes events until the condition holds.
    pub(super) async fn until(&mut self, what: &str, condition: impl Fn(&Member) -> bool) -> Result<()> {
        let all = async {
            while !condition(self) {
                self.step_within(SOON).await?;
            }
            Ok(())
        };
        timeout(SOON, all)
            .await
            .with_context(|| format!("waited until {what}"))?
    }

    /// Takes events for so long, in which something must not happen.
    pub(super) async fn watch(&mut self, quiet: Duration) -> Result<()> {
        let end = tokio::time::Instant::now() + quiet;
        while self
            .step_within(end.saturating_duration_since(tokio::time::Instant::now()))
            .await?
        {}
        Ok(())
    }

    /// How far each of its partitions is done.
    pub(super) fn marks(&self) -> Vec<Watermark> {
        self.owned
            .iter()
            .map(|(&slot, owned)| mark(slot, owned))
            .collect()
    }

    /// Commits what is done.
    pub(super) async fn commit(&mut self) -> Result<bool> {
        let (marks, before) = (self.marks(), self.committed.len());
        self.subscription.commit(&marks);
        self.until("the commit was answered", |member| {
            member.committed.len() > before
        })
        .await?;
        Ok(self.committed[before])
    }

    /// Gives back what was revoked.
    pub(super) fn release(&mut self) {
        for slot in std::mem::take(&mut self.revoked) {
            if let Some(owned) = self.owned.remove(&slot) {
                self.subscription.release(mark(slot, &owned));
            }
        }
    }

    /// Commits what is done and leaves.
    pub(super) async fn close(self) -> Result<()> {
        let marks = self.marks();
        Ok(self.subscription.close(marks, SOON).await?)
    }

    /// What was read, as text.
    pub(super) fn texts(&self) -> Vec<String> {
        self.read.iter().map(text).collect()
    }

    /// The partitions it has.
    pub(super) fn partitions(&self) -> Vec<i32> {
        let mut partitions: Vec<i32> = self.owned.values().map(|owned| owned.at.partition).collect();
        partitions.sort_unstable();
        partitions
    }

    /// The slot of a partition.
    pub(super) fn slot(&self, partition: i32) -> Result<Slot> {
        let found = self
            .owned
            .iter()
            .find(|(_, owned)| owned.at.partition == partition);
        Ok(*found.context("the partition is not ours")?.0)
    }

    fn take(&mut self, event: Event) -> Result<()> {
        match event {
            Event::Assigned(partitions) => self.assigned(partitions),
            Event::Revoked(slots) => {
                self.revoked.extend(slots);
                if !self.keeps_revoked {
                    self.release();
                }
            }
            Event::Lost(slots) => {
                self.lost += slots.len();
                self.owned.retain(|slot, _| !slots.contains(slot));
            }
            Event::Polled(slot, epoch, batch) => {
                let records = (0..batch.len()).map(|index| Record::new(&batch, index)).collect();
                self.polled(slot, epoch, records);
            }
            Event::Published(answers) => {
                for (token, result) in answers {
                    result?;
                    self.published.push(token);
                }
            }
            Event::Committed(result) => self.committed.push(result.is_ok()),
            Event::Failed(error) => bail!("the subscription failed: {error}"),
            Event::Trouble(_) => {}
        }
        Ok(())
    }

    fn assigned(&mut self, partitions: Vec<(Slot, Epoch, TopicPartition)>) {
        self.assignments += 1;
        for (slot, epoch, at) in partitions {
            let before = self.owned.insert(
                slot,
                Owned {
                    epoch,
                    at,
                    done: None,
                },
            );
            assert!(before.is_none(), "slot {slot} was assigned twice: {before:?}");
        }
    }

    fn polled(&mut self, slot: Slot, epoch: Epoch, records: Vec<Record>) {
        // What was on its way when the partition went counts for nobody.
        let Some(owned) = self.owned.get_mut(&slot).filter(|owned| owned.epoch == epoch) else {
            return;
        };
        for record in records {
            assert_eq!(
                (&**record.topic(), record.partition()),
                (&*owned.at.topic, owned.at.partition)
            );
            assert!(
                owned.done <= Some(record.offset()),
                "{} comes after {:?}",
                record.offset(),
                owned.done
            );
            owned.done = Some(record.offset() + 1);
            self.read.push(record);
        }
    }
}

fn mark(slot: Slot, owned: &Owned) -> Watermark {
    Watermark {
        slot,
        epoch: owned.epoch,
        offset: owned.done,
    }
}

/// Drives members beside each other until the condition holds.
pub(super) async fn drive(
    members: &mut [&mut Member],
    what: &str,
    condition: impl Fn(&[&mut Member]) -> bool,
) -> Result<()> {
    let all = async {
        while !condition(members) {
            for member in &mut *members {
                member.step_within(Duration::from_millis(2)).await?;
            }
        }
        Ok(())
    };
    timeout(SOON, all)
        .await
        .with_context(|| format!("waited until {what}"))?
}

/// A record's value as text.
fn text(record: &Record) -> String {
    String::from_utf8_lossy(record.value().unwrap_or_default()).into_owned()
}
