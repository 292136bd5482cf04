//! Runs of records: started, polled for the first time, parked, ended.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::stream::{Stream, StreamExt};
use tokio::task::coop::unconstrained;

use super::failed::Failed;
use super::{Driver, LONGEST_TURN};
use crate::delivery::policy::OnExhausted;
use crate::delivery::{Disposition, Epoch, Finish, Pick, Slot, Start};
use crate::message::Delivery;
use crate::name::check_topic;
use crate::outcome::{Failure, Outcome, Outgoing, Verdict};
use crate::producer::CURRENT;
use crate::record::Record;
use crate::runtime::observer::Observation;
use crate::runtime::pace::Pace;
use crate::runtime::parked::{Ended, Parked};
use crate::runtime::run::Run;
use crate::runtime::unit::{Cargo, Staged, Unit};
use crate::runtime::{blocked, clock};

impl Driver {
    /// Starts the next run, if any may start.
    pub(super) fn start(&mut self) -> bool {
        let mut picks = std::mem::take(&mut self.picks);
        let Some(start) = self.core.next(&mut picks) else {
            self.picks = picks;
            return false;
        };
        let unit = self.units[start.worker].clone();
        let deliveries = picks
            .iter()
            .map(|pick| Delivery::new(pick.record.clone(), pick.attempt))
            .collect();
        let run = Run::new(&*unit.handler, deliveries);
        if self.spawn && self.weights[start.worker].is_heavy() {
            self.spawn_run(start, picks, run);
        } else {
            self.poll_run(start, picks, run, &unit);
        }
        self.obey();
        true
    }

    /// Polls a run in place for the first time.
    pub(super) fn poll_run(&mut self, start: Start, mut picks: Vec<Pick<Record>>, mut run: Run, unit: &Unit) {
        let began = clock::now();
        let mut done = 0;
        let mut pending = false;
        self.pace.enter(&start);
        while done < picks.len() {
            self.pace.at(picks[done].record.offset());
            match poll_once(&mut run) {
                Poll::Pending => {
                    pending = true;
                    break;
                }
                Poll::Ready(outcome) => {
                    let goes_on = self.finish(&picks[done], outcome, unit);
                    done += 1;
                    // A batch was handled as a whole.
                    if unit.rules.batch.is_none() && (!goes_on || self.is_too_long(start.worker, done, began))
                    {
                        break;
                    }
                }
            }
        }
        self.pace.leave();
        let took = began.elapsed();
        self.polled_for += took;
        self.weights[start.worker].measured(done.max(1), took);
        let records = picks.len();
        self.observe(&Observation::Started {
            worker: &unit.name,
            records,
            finished: done,
            took,
        });
        if !pending {
            self.core.closed(start, false, &picks[done..]);
            self.put_away(picks);
            return;
        }
        let together = if unit.rules.batch.is_some() {
            records
        } else {
            done + 1
        };
        let rest = picks.split_off(together);
        let waiting = picks.split_off(done);
        waiting.iter().for_each(|pick| self.core.parked(pick.ticket));
        self.core.closed(start, true, &rest);
        let pace = self.pace.clone();
        self.parked.push(Parked::here(start, waiting, run, pace));
        self.put_away(picks);
    }

    /// Whether the turn is over, when so many records of a run were polled since it began.
    fn is_too_long(&self, worker: usize, polled: usize, began: clock::Instant) -> bool {
        self.weights[worker].is_time_to_look(polled) && self.polled_for + began.elapsed() >= LONGEST_TURN
    }

    /// Keeps the allocation for the next run, and no record.
    fn put_away(&mut self, mut picks: Vec<Pick<Record>>) {
        picks.clear();
        self.picks = picks;
    }

    /// Lets the runtime poll a run; the driver stays free. Only its first record, unless it is a batch.
    pub(super) fn spawn_run(&mut self, start: Start, mut picks: Vec<Pick<Record>>, run: Run) {
        let together = if self.units[start.worker].rules.batch.is_some() {
            picks.len()
        } else {
            1
        };
        let rest = picks.split_off(together);
        picks.iter().for_each(|pick| self.core.parked(pick.ticket));
        self.core.closed(start, true, &rest);
        let pace = self.free_paces.pop().unwrap_or_else(|| self.another_pace());
        let work = paced(pace.clone(), start, picks[0].record.offset(), run.take(together));
        let task = tokio::spawn(CURRENT.scope(self.producer.clone(), work));
        self.parked.push(Parked::spawned(start, picks, task, pace));
    }

    pub(super) fn another_pace(&self) -> Arc<Pace> {
        let pace = Pace::new(self.names.clone());
        blocked::look_at(&pace);
        pace
    }

    /// Tells the core what became of a record. Says whether the rest of its run may go on: after a failure that is
    /// tried again it may not, for later records of the same lane must not overtake.
    pub(super) fn finish(&mut self, pick: &Pick<Record>, outcome: Option<Outcome>, unit: &Unit) -> bool {
        let outcome = outcome.unwrap_or_else(|| Outcome::Failed(no_answer()));
        let hooked = unit.hears_successes();
        let finish = match outcome {
            Outcome::Done(mut outputs) => {
                outputs
                    .iter_mut()
                    .for_each(|output| inherit(output, &pick.record));
                match outputs.iter().find_map(|output| refusal(output, unit)) {
                    None => Finish::Done(Staged { outputs, hooked }),
                    Some(failure) => self.finish_of(pick, failure, unit),
                }
            }
            Outcome::Failed(failure) => self.finish_of(pick, failure, unit),
            Outcome::Unknown(event) => self.unknown_event(pick, &event, unit),
        };
        let stops = unit.rules.on_exhausted == OnExhausted::Stop;
        let goes_on = match finish {
            Finish::Retry(..) => false,
            Finish::GiveUp(..) => !stops,
            Finish::Done(_) | Finish::Skip => true,
        };
        let cause = match &finish {
            Finish::Retry(_, reason, error) | Finish::GiveUp(reason, error) => Some((*reason, error.clone())),
            Finish::Done(_) | Finish::Skip => None,
        };
        let awaited = match &finish {
            Finish::Done(Staged { outputs, .. }) if hooked => Some(outputs.len()),
            _ => None,
        };
        self.finished += 1;
        let random = self.random.next();
        let disposition = self.core.finished(pick.ticket, finish, random);
        if let Some(outputs) = awaited
            && disposition == Disposition::Handled
        {
            self.hooks
                .await_outputs(pick.ticket, &pick.record, pick.attempt, outputs);
        }
        if let Some((reason, error)) = cause {
            let failed = Failed {
                unit,
                record: &pick.record,
                attempts: pick.attempt,
                reason,
                error: error.as_ref(),
            };
            failed.log_unless_given_up(disposition);
            if failed.holds_its_partition(disposition)
                && self.told_of_holding.insert(self.worker_of(pick.ticket.slot))
            {
                failed.log_holding();
            }
        }
        goes_on
    }

    pub(super) fn finish_of(&self, pick: &Pick<Record>, failure: Failure, unit: &Unit) -> Finish<Cargo> {
        let Failure {
            verdict,
            reason,
            error,
        } = failure;
        let (worker, record) = (&*unit.name, &pick.record);
        let error: Arc<dyn std::error::Error + Send + Sync> = Arc::from(error);
        if verdict == Verdict::Skip {
            tracing::info!(worker, topic = %record.topic(), partition = record.partition(), offset = record.offset(),
                why = %error, "a record was skipped");
            return Finish::Skip;
        }
        self.observe(&Observation::Failed {
            worker,
            reason: reason.of_one_try(),
            attempt: pick.attempt,
            delivery: &Delivery::new(record.clone(), pick.attempt),
            error: &*error,
        });
        match verdict {
            Verdict::RetryAfter(delay) => Finish::Retry(Some(delay), reason, error),
            Verdict::Reject => Finish::GiveUp(reason, error),
            Verdict::Retry | Verdict::Skip => Finish::Retry(None, reason, error),
        }
    }

    fn unknown_event(&mut self, pick: &Pick<Record>, event: &str, unit: &Unit) -> Finish<Cargo> {
        self.unknown.note(unit, &pick.record, event);
        self.observe(&Observation::UnknownEvent {
            consumer: &unit.name,
            event,
        });
        Finish::Done(Staged {
            outputs: Vec::new(),
            hooked: false,
        })
    }

    /// Takes a run that ended and all others that have.
    pub(super) fn take_all_ended(&mut self, first: Ended) {
        self.take_ended(first);
        self.take_ready_ended();
    }

    /// Takes all runs that have ended by now.
    pub(super) fn take_ready_ended(&mut self) {
        while let Some(Some(ended)) = self.parked.next().now_or_never() {
            self.take_ended(ended);
        }
    }

    pub(super) fn take_ended(&mut self, ended: Ended) {
        self.free_paces.extend(ended.pace);
        let unit = self.units[ended.start.worker].clone();
        let mut outcomes = ended.outcomes.into_iter();
        for pick in &ended.picks {
            self.finish(pick, outcomes.next(), &unit);
        }
        self.core.ended(ended.start);
    }

    /// Drops what runs for a partition and what the producer had no room for. That is rare, so the others are moved.
    pub(super) fn cancel(&mut self, slot: Slot, epoch: Epoch) {
        self.outbox.cancel(slot, epoch);
        self.hooks.cancel(slot, epoch, &self.units);
        for parked in std::mem::take(&mut self.parked) {
            if (parked.start.slot, parked.start.epoch) != (slot, epoch) {
                self.parked.push(parked);
            }
        }
    }
}

/// Polls a run's next outcome. Whatever it waits for will wake it once it is parked; it is not charged for the tokio
/// budget of the driver's task, or every 128th ready channel would look as if it were not.
fn poll_once(run: &mut Run) -> Poll<Option<Outcome>> {
    let mut context = Context::from_waker(std::task::Waker::noop());
    let mut next = unconstrained(run.next());
    Pin::new(&mut next).poll(&mut context)
}

/// The outcomes of a run that is not polled by the driver; `offset` is that of its first record.
async fn paced(pace: Arc<Pace>, start: Start, offset: i64, run: impl Stream<Item = Outcome>) -> Vec<Outcome> {
    let mut outcomes = pin!(run.collect::<Vec<Outcome>>());
    poll_fn(|context| pace.during(&start, offset, || outcomes.as_mut().poll(context))).await
}

/// An output has its input's key and trace, unless it brings its own.
fn inherit(output: &mut Outgoing, record: &Record) {
    if !output.keyed {
        output.key = record.key_bytes();
    }
    let trace = || {
        record
            .headers()
            .find(|(name, _)| *name == crate::headers::TRACEPARENT)
            .and_then(|(_, value)| value)
    };
    if let Some(trace) = trace().filter(|_| output.headers.get(crate::headers::TRACEPARENT).is_none()) {
        output
            .headers
            .push(crate::headers::TRACEPARENT, bytes::Bytes::copy_from_slice(trace));
    }
}

fn no_answer() -> Failure {
    Failure::returned(
        Verdict::Retry,
        "the handler gave no answer for the record; a layer dropped it".into(),
    )
}

/// Why an output cannot be published at all.
fn refusal(output: &Outgoing, unit: &Unit) -> Option<Failure> {
    match &output.topic {
        Some(topic) => check_topic(topic).err().map(Failure::output),
        None => unit.output_topic.is_none().then(no_topic),
    }
}

fn no_topic() -> Failure {
    // Payloads without one are found by the check.
    Failure::output(
        "the handler returned a message without a topic, and the worker has no `output_topic`; name one of them",
    )
}
