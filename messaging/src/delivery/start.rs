//! What starts next.

use super::entry::State;
use super::tracker::{Partition, Phase};
use super::{Core, Freight, Pick, Slot, Start, Ticket};

/// The longest run: long enough that its one box costs nothing, short enough that an early end wastes little.
const LONGEST_RUN: usize = 128;

impl<F: Freight> Core<F> {
    /// The next run to start; its records are put into `picks`, which must be empty. The shell polls its handler and
    /// says [`Core::finished`] for what is ready; at the first record that is not, it says [`Core::parked`]; in the
    /// end it says [`Core::closed`]. Only then may it ask for the next.
    pub fn next(&mut self, picks: &mut Vec<Pick<F::Record>>) -> Option<Start> {
        while let Some(slot) = self.ready.pop_front() {
            self.is_ready[slot as usize] = false;
            if !self.may_start(slot) {
                continue;
            }
            let partition = &mut self.partitions[slot as usize];
            let worker = &self.workers[partition.worker];
            if partition.in_batches {
                self.pick_batch(slot, picks);
            } else {
                pick_run(partition, worker.rules.max_ahead, worker.run_length, picks);
            }
            if !picks.is_empty() {
                return Some(self.opened(slot));
            }
        }
        None
    }

    /// Whether a partition may start a run. One whose worker has too many is remembered for when one ends.
    fn may_start(&mut self, slot: Slot) -> bool {
        let partition = &self.partitions[slot as usize];
        if partition.phase != Phase::Active || partition.paused {
            return false;
        }
        let worker = &mut self.workers[partition.worker];
        let free = worker.running < worker.rules.concurrency;
        if !free && !worker.blocked.contains(&slot) {
            worker.blocked.push(slot);
        }
        free
    }

    fn opened(&mut self, slot: Slot) -> Start {
        let partition = &self.partitions[slot as usize];
        let start = Start {
            worker: partition.worker,
            slot,
            epoch: partition.epoch,
        };
        if partition.cursor < partition.end() || !partition.unlocked.is_empty() {
            self.wake(slot);
        }
        start
    }

    /// The record's handler is pending: it holds its lane until it is finished. For a batch, say it of each record.
    pub fn parked(&mut self, ticket: Ticket) {
        if self.state(ticket) == Some(State::Open) {
            let partition = &mut self.partitions[ticket.slot as usize];
            partition.turn(ticket.seq, State::Running);
            partition.hold_lane(ticket.seq);
        }
    }

    /// The start is over: `parked` says whether a handler is pending, `rest` names the records not touched, which go
    /// back to their places.
    pub fn closed(&mut self, start: Start, parked: bool, rest: &[Pick<F::Record>]) {
        let worker = &mut self.workers[start.worker];
        worker.run_length = if parked {
            1
        } else {
            (worker.run_length * 2).min(LONGEST_RUN)
        };
        let partition = &mut self.partitions[start.slot as usize];
        if !partition.is_current(start.epoch) {
            return;
        }
        if parked {
            worker.running += 1;
            partition.running += 1;
        }
        for pick in rest.iter().rev() {
            put_back(partition, pick.ticket.seq);
        }
        if !rest.is_empty() {
            self.wake(start.slot);
        }
    }

    /// A run whose handler was pending has ended; its records were said to be finished before.
    pub fn ended(&mut self, start: Start) {
        let partition = &mut self.partitions[start.slot as usize];
        // One that was cancelled does not count any more, though its epoch may still be the current one.
        if !partition.is_current(start.epoch) || partition.running == 0 {
            return;
        }
        partition.running -= 1;
        self.free_run(start.worker, 1);
        self.wake(start.slot);
        self.check_released(start.slot);
    }

    /// `count` runs of a worker no longer count, so that others can start.
    pub(super) fn free_run(&mut self, worker: usize, count: usize) {
        self.workers[worker].running -= count;
        for slot in std::mem::take(&mut self.workers[worker].blocked) {
            self.wake(slot);
        }
    }
}

/// Opens the first unlocked record alone, else up to `length` queued records whose lanes are free.
fn pick_run<F: Freight>(
    partition: &mut Partition<F>,
    max_ahead: usize,
    length: usize,
    picks: &mut Vec<Pick<F::Record>>,
) {
    if let Some(seq) = partition.unlocked.pop_front() {
        return open(partition, seq, picks);
    }
    while picks.len() < length {
        let Some(seq) = next_free(partition, max_ahead) else {
            return;
        };
        open(partition, seq, picks);
    }
}

/// The next queued record whose lane is free; those whose lane is not are put behind it on the way.
pub(super) fn next_free<F: Freight>(partition: &mut Partition<F>, max_ahead: usize) -> Option<u64> {
    while partition.cursor < partition.end() {
        let seq = partition.cursor;
        // Counted in records, never in offsets, which have gaps.
        if partition.distance(seq) > max_ahead {
            return None;
        }
        partition.cursor += 1;
        let Some(entry) = partition.entry(seq).filter(|entry| entry.state == State::Queued) else {
            continue;
        };
        let Some(lane) = entry.lane else { return Some(seq) };
        if !partition.lanes.is_busy(lane) {
            return Some(seq);
        }
        partition.lanes.wait(lane, seq);
        partition.turn(seq, State::Waiting);
        // The lane may be held until a retry in an hour.
        partition.detach(seq);
    }
    None
}

pub(super) fn open<F: Freight>(partition: &mut Partition<F>, seq: u64, picks: &mut Vec<Pick<F::Record>>) {
    let ticket = partition.ticket(seq);
    let Some(entry) = partition.entry(seq) else { return };
    let Some(record) = entry.record.clone() else {
        return;
    };
    entry.attempts += 1;
    let attempt = entry.attempts;
    partition.turn(seq, State::Open);
    picks.push(Pick {
        ticket,
        attempt,
        record,
    });
}

/// Undoes `open`: the record was not touched.
fn put_back<F: Freight>(partition: &mut Partition<F>, seq: u64) {
    let Some(entry) = partition.entry(seq).filter(|entry| entry.state == State::Open) else {
        return;
    };
    entry.attempts -= 1;
    if entry.holds_lane {
        partition.turn(seq, State::Unlocked);
        partition.unlocked.push_front(seq);
    } else {
        partition.turn(seq, State::Queued);
        partition.cursor = partition.cursor.min(seq);
    }
}
