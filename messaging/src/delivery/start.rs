//! What starts next, within the bounds.

use super::core::Timer;
use super::tracker::{Partition, Phase, State};
use super::{Core, Epoch, Freight, Offer, Pick, Rules, Slot, Start, Ticket, TimerId};

/// The longest run: long enough that its one box costs nothing, short enough that an early end wastes little.
const LONGEST_RUN: usize = 128;

impl<F: Freight> Core<F> {
    /// How many records and bytes of a partition may be offered now; the bounds of its worker decide.
    ///
    /// Bytes left may be none while records are: then one record passes only when nothing else is in hand.
    pub fn room(&self, slot: Slot) -> (usize, usize) {
        let Some(partition) = self.partitions.get(slot as usize) else {
            return (0, 0);
        };
        if partition.phase != Phase::Active {
            return (0, 0);
        }
        let rules = &self.workers[partition.worker].rules;
        let (in_flight, bytes) = self.in_hand(partition.worker);
        (
            rules.max_in_flight.saturating_sub(in_flight),
            rules.max_bytes.saturating_sub(bytes),
        )
    }

    /// Offers records of a partition in the order of their offsets. Says how many were taken: the shell keeps the
    /// rest and offers it again when there is room. Records of a stale epoch are taken and dropped.
    pub fn polled(
        &mut self,
        slot: Slot,
        epoch: Epoch,
        offers: impl IntoIterator<Item = Offer<F::Record>>,
    ) -> usize {
        let (mut records, mut bytes) = self.room(slot);
        let Some(partition) = self.partitions.get_mut(slot as usize) else {
            return offers.into_iter().count();
        };
        if !partition.is_current(epoch) || partition.phase != Phase::Active {
            return offers.into_iter().count();
        }
        let rules = &self.workers[partition.worker].rules;
        let nothing_in_hand = records == rules.max_in_flight;
        let (order, mut taken) = (rules.order, 0);
        for offer in offers {
            let size = offer.bytes as usize;
            let alone = nothing_in_hand && taken == 0;
            if records == 0 || (size > bytes && !alone) {
                break;
            }
            taken += 1;
            if partition.push(offer, order) {
                records -= 1;
                bytes = bytes.saturating_sub(size);
            }
        }
        self.wake(slot);
        taken
    }

    /// The next run to start; its records are put into `picks`, which must be empty. The shell polls its handler and
    /// says [`Core::finished`] for what is ready; at the first record that is not, it says [`Core::parked`]; in the
    /// end it says [`Core::closed`]. Only then may it ask for the next.
    pub fn next(&mut self, picks: &mut Vec<Pick<F::Record>>) -> Option<Start> {
        while let Some(slot) = self.ready.pop_front() {
            self.is_ready[slot as usize] = false;
            let partition = &mut self.partitions[slot as usize];
            if partition.phase != Phase::Active || partition.paused {
                continue;
            }
            let worker = &mut self.workers[partition.worker];
            if worker.running >= worker.rules.concurrency {
                worker.blocked.push(slot);
                continue;
            }
            match worker.rules.batch {
                None => pick_run(partition, worker.rules.max_ahead, worker.run_length, picks),
                Some((size, _)) => gather(partition, worker.rules.max_ahead, size),
            }
            if worker.rules.batch.is_some() {
                self.take_batch(slot, picks);
            }
            if let Some(start) = self.opened(slot, picks) {
                return Some(start);
            }
        }
        None
    }

    fn opened(&mut self, slot: Slot, picks: &[Pick<F::Record>]) -> Option<Start> {
        if picks.is_empty() {
            return None;
        }
        let partition = &mut self.partitions[slot as usize];
        partition.busy += picks.len();
        let start = Start {
            worker: partition.worker,
            slot,
            epoch: partition.epoch,
        };
        let more = partition.cursor < partition.end() || !partition.unlocked.is_empty();
        if more {
            self.wake(slot);
        }
        Some(start)
    }

    /// The record's handler is pending: it holds its lane until it is finished. For a batch, say it of each record.
    pub fn parked(&mut self, ticket: Ticket) {
        let Some(partition) = self.current(ticket) else {
            return;
        };
        let Some(entry) = partition
            .entry(ticket.seq)
            .filter(|entry| entry.state == State::Open)
        else {
            return;
        };
        entry.state = State::Running;
        if let Some(lane) = entry.lane.filter(|_| !entry.holds_lane) {
            entry.holds_lane = true;
            partition.lanes.hold(lane);
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
            self.check_released(start.slot);
        }
    }

    /// A run whose handler was pending has ended; its records were said to be finished before.
    pub fn ended(&mut self, start: Start) {
        let partition = &mut self.partitions[start.slot as usize];
        if !partition.is_current(start.epoch) {
            return;
        }
        partition.running -= 1;
        self.free_run(start.worker, 1);
        self.wake(start.slot);
    }

    /// `count` runs of a worker no longer count, so that others can start.
    pub(super) fn free_run(&mut self, worker: usize, count: usize) {
        self.workers[worker].running -= count;
        for slot in std::mem::take(&mut self.workers[worker].blocked) {
            self.wake(slot);
        }
    }

    /// Records and bytes that a worker has in hand: derived from its partitions, so that nothing can leak.
    pub(super) fn in_hand(&self, worker: usize) -> (usize, usize) {
        let own = self
            .partitions
            .iter()
            .filter(|p| p.phase != Phase::Free && p.worker == worker);
        own.fold((0, 0), |(records, bytes), p| {
            (records + p.in_flight, bytes + p.bytes)
        })
    }

    fn rules(&self, slot: Slot) -> &Rules {
        &self.workers[self.partitions[slot as usize].worker].rules
    }

    /// Opens the gathered batch when it is full or has waited long enough, else sees to its timer.
    fn take_batch(&mut self, slot: Slot, picks: &mut Vec<Pick<F::Record>>) {
        let Some((size, patience)) = self.rules(slot).batch else {
            return;
        };
        let partition = &mut self.partitions[slot as usize];
        let ripe = partition.gathered.len() >= size || partition.batch_due;
        if ripe {
            partition.batch_due = false;
            partition.batch_timer = None;
            for seq in std::mem::take(&mut partition.gathered) {
                open(partition, seq, picks);
            }
        } else if !partition.gathered.is_empty() && partition.batch_timer.is_none() {
            let epoch = partition.epoch;
            let id = self.set_timer(Timer::Batch(slot, epoch), patience);
            self.partitions[slot as usize].batch_timer = Some(id);
        }
    }

    pub(super) fn batch_due(&mut self, slot: Slot, epoch: Epoch, id: TimerId) {
        let partition = &mut self.partitions[slot as usize];
        // The batch that this timer was set for may have been full before.
        if partition.is_current(epoch) && partition.batch_timer == Some(id) {
            partition.batch_timer = None;
            partition.batch_due = !partition.gathered.is_empty();
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

/// Takes unlocked and queued records for the next batch, up to its size.
fn gather<F: Freight>(partition: &mut Partition<F>, max_ahead: usize, size: usize) {
    while partition.gathered.len() < size {
        let unlocked = partition.unlocked.pop_front();
        let Some(seq) = unlocked.or_else(|| next_free(partition, max_ahead)) else {
            return;
        };
        if let Some(entry) = partition.entry(seq) {
            entry.state = State::Gathered;
        }
        partition.gathered.push(seq);
    }
}

/// The next queued record whose lane is free; those whose lane is not are put behind it on the way.
fn next_free<F: Freight>(partition: &mut Partition<F>, max_ahead: usize) -> Option<u64> {
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
        if let Some(entry) = partition.entry(seq) {
            entry.state = State::Waiting;
        }
    }
    None
}

fn open<F: Freight>(partition: &mut Partition<F>, seq: u64, picks: &mut Vec<Pick<F::Record>>) {
    let ticket = partition.ticket(seq);
    let Some(entry) = partition.entry(seq) else { return };
    let Some(record) = entry.record.clone() else {
        return;
    };
    entry.state = State::Open;
    entry.attempts += 1;
    picks.push(Pick {
        ticket,
        attempt: entry.attempts,
        record,
    });
}

/// Undoes `open`: the record was not touched.
fn put_back<F: Freight>(partition: &mut Partition<F>, seq: u64) {
    let active = partition.phase == Phase::Active;
    let Some(entry) = partition.entry(seq).filter(|entry| entry.state == State::Open) else {
        return;
    };
    entry.attempts -= 1;
    let holds_lane = entry.holds_lane;
    entry.state = if holds_lane {
        State::Unlocked
    } else {
        State::Queued
    };
    partition.busy -= 1;
    if !active {
        partition.abandon(seq);
    } else if holds_lane {
        partition.unlocked.push_front(seq);
    } else {
        partition.cursor = partition.cursor.min(seq);
    }
}
