//! Carries the core's commands out.

use std::sync::Arc;

use super::failed::Failed;
use super::{Driver, Notice, Stopped};
use crate::broker::TopicPartition;
use crate::delivery::{Command, CutOff, GivenUp, Slot, Ticket};
use crate::message::Delivery;
use crate::outcome::in_brief;
use crate::runtime::dead_letter::dead_letter;
use crate::runtime::observer::Observation;
use crate::runtime::outbox::Purpose;
use crate::runtime::unit::{Cargo, Staged, Unit};

impl Driver {
    /// Carries the core's commands out.
    pub(super) fn obey(&mut self) {
        while let Some(command) = self.core.command() {
            match command {
                Command::Publish(ticket, outputs) => self.publish(ticket, outputs),
                Command::DeadLetter(ticket, given_up) => self.given_up(ticket, given_up),
                Command::DeadLetterAgain(ticket, given_up) => self.write_dead_letter(ticket, &given_up),
                Command::Skipped(_, given_up) => self.skipped(&given_up),
                Command::Fail(_, given_up) => self.fail(given_up),
                Command::SetTimer(id, delay) => self.timers.set(id, delay),
                Command::Commit(marks) => {
                    self.observe(&Observation::Committed {
                        group: &self.group,
                        partitions: marks.len(),
                    });
                    self.subscription.commit(&marks);
                }
                Command::Pause(slot) => self.pause(slot, true),
                Command::Resume(slot) => self.pause(slot, false),
                Command::CutOff(cut) => self.cut_off(&cut),
                Command::Cancel(slot, epoch) => self.cancel(slot, epoch),
                Command::ReleasePartition(mark) => self.subscription.release(mark),
                Command::Drained(marks) => self.drained = Some(marks),
                Command::Ack(_) | Command::BeginTxn(_) | Command::EndTxn(..) | Command::AbortTxn(_) => {
                    unreachable!("the core was made for watermarks")
                }
            }
        }
    }

    pub(super) fn publish(&mut self, ticket: Ticket, outputs: Staged) {
        let worker = self.worker_of(ticket.slot);
        if outputs.outputs.is_empty() {
            // A hook waits, and there is nothing else to wait for.
            return self.published(ticket, Ok(()));
        }
        for mut output in outputs.outputs {
            let unit = &self.units[worker];
            let own = output.topic.take();
            let own = own.map(|topic| Arc::from(format!("{}{topic}", unit.topic_prefix)));
            // `finish` let only outputs with a topic pass.
            let Some(topic) = own.as_ref().or(unit.output_topic.as_ref()) else {
                continue;
            };
            let answer = self
                .outbox
                .send(&mut *self.subscription, Purpose::Output(ticket), topic, output);
            if let Some(answer) = answer {
                self.answered(answer);
            }
        }
    }

    pub(super) fn dead_letter(&mut self, ticket: Ticket, given_up: &GivenUp<Cargo>) {
        let unit = &self.units[given_up.worker];
        Failed::given_up(unit, given_up).log_dead_letter();
        self.tell_given_up(unit, given_up, true);
        self.write_dead_letter(ticket, given_up);
    }

    fn write_dead_letter(&mut self, ticket: Ticket, given_up: &GivenUp<Cargo>) {
        let unit = &self.units[given_up.worker];
        let message = dead_letter(unit, given_up);
        let answer = self.outbox.send(
            &mut *self.subscription,
            Purpose::DeadLetter(ticket),
            unit.dlq_topic(given_up.record.topic()),
            message,
        );
        if let Some(answer) = answer {
            self.answered(answer);
        }
    }

    pub(super) fn skipped(&mut self, given_up: &GivenUp<Cargo>) {
        let unit = &self.units[given_up.worker];
        Failed::given_up(unit, given_up).log_skipped();
        self.tell_given_up(unit, given_up, false);
    }

    fn tell_given_up(&self, unit: &Unit, given_up: &GivenUp<Cargo>, dead_letter: bool) {
        self.observe(&Observation::GivenUp {
            worker: &unit.name,
            dead_letter,
            reason: given_up.reason,
            delivery: &Delivery::new(given_up.record.clone(), given_up.attempts),
            error: &*given_up.cause,
        });
    }

    pub(super) fn stopped(&mut self, given_up: &GivenUp<Cargo>) {
        let (unit, record) = (&self.units[given_up.worker], &given_up.record);
        Failed::given_up(unit, given_up).log_stopped();
        self.notify(Notice::Stopped(Stopped {
            worker: unit.name.clone(),
            partition: TopicPartition {
                topic: record.topic().clone(),
                partition: record.partition(),
            },
            offset: record.offset(),
            reason: given_up.reason,
            error: in_brief(given_up.cause.as_ref()),
        }));
    }

    pub(super) fn cut_off(&mut self, cut: &CutOff) {
        if self.core.is_draining() {
            self.unfinished += cut.records;
        }
        let Some(inbox) = self.inboxes.get(cut.slot as usize).and_then(Option::as_ref) else {
            return;
        };
        let (worker, partition) = (&*self.units[inbox.worker].name, &inbox.partition);
        tracing::warn!(worker, topic = %partition.topic, partition = partition.partition, offset = cut.offset,
            records = cut.records, "unfinished records were cut off, their time was over; they are handled again");
    }

    pub(super) fn pause(&mut self, slot: Slot, paused: bool) {
        if let Some(inbox) = self.inboxes.get_mut(slot as usize).and_then(Option::as_mut) {
            inbox.pause(paused);
            inbox.hold_or_go_on(slot, &mut *self.subscription);
        }
    }
}
