//! The tracker: the records of one partition in one assignment.

use std::collections::VecDeque;

use super::entry::{Entry, Staged, State};
use super::lanes::{KEYLESS, Lanes};
use super::policy::Order;
use super::{CutOff, Epoch, Freight, Offer, Slot, Stage, Ticket, TimerId, Watermark};

/// What a partition may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not ours.
    Free,
    /// Records start.
    Active,
    /// What runs may finish; nothing starts.
    Revoking,
    /// The same, because the program ends or the worker has stopped.
    Draining,
}

/// One partition. Everything that is counted is counted here, so that it goes when the partition goes.
#[derive(Debug)]
pub(super) struct Partition<F: Freight> {
    pub(super) slot: Slot,
    pub(super) epoch: Epoch,
    pub(super) worker: usize,
    pub(super) phase: Phase,
    pub(super) paused: bool,
    /// Whether its worker takes batches.
    pub(super) in_batches: bool,
    /// Sequence number of the first entry.
    base: u64,
    entries: VecDeque<Entry<F>>,
    /// Where the search for queued records goes on.
    pub(super) cursor: u64,
    pub(super) unlocked: VecDeque<u64>,
    pub(super) gathered: Vec<u64>,
    pub(super) batch_timer: Option<TimerId>,
    pub(super) batch_due: bool,
    pub(super) lanes: Lanes,
    /// Runs whose handler is pending.
    pub(super) running: usize,
    /// Records open, running, publishing or dead-lettering.
    pub(super) busy: usize,
    /// Records not done and not abandoned.
    pub(super) in_flight: usize,
    /// Those of them whose handler is done: they wait for the broker only.
    pub(super) handed_on: usize,
    /// Their bytes.
    pub(super) bytes: usize,
    last_offset: Option<i64>,
    /// Whether a record has become done in this assignment.
    moved: bool,
    /// The watermark that the broker was last asked to keep.
    pub(super) requested: Option<i64>,
    /// Whether its last transaction failed while it was to be released: then it goes without.
    pub(super) forsaken: bool,
}

impl<F: Freight> Partition<F> {
    pub(super) fn free(slot: Slot) -> Partition<F> {
        Partition {
            slot,
            epoch: 0,
            worker: 0,
            phase: Phase::Free,
            paused: false,
            in_batches: false,
            base: 0,
            entries: VecDeque::new(),
            cursor: 0,
            unlocked: VecDeque::new(),
            gathered: Vec::new(),
            batch_timer: None,
            batch_due: false,
            lanes: Lanes::default(),
            running: 0,
            busy: 0,
            in_flight: 0,
            handed_on: 0,
            bytes: 0,
            last_offset: None,
            moved: false,
            requested: None,
            forsaken: false,
        }
    }

    pub(super) fn ticket(&self, seq: u64) -> Ticket {
        Ticket {
            slot: self.slot,
            epoch: self.epoch,
            seq,
        }
    }

    pub(super) fn is_current(&self, epoch: Epoch) -> bool {
        self.phase != Phase::Free && self.epoch == epoch
    }

    /// Nothing runs, and nothing is on its way to the broker.
    pub(super) fn is_at_rest(&self) -> bool {
        self.busy == 0 && self.running == 0
    }

    /// The sequence number behind the last record.
    pub(super) fn end(&self) -> u64 {
        self.base + self.entries.len() as u64
    }

    /// How many records stand before `seq` that are not settled in order.
    pub(super) fn distance(&self, seq: u64) -> usize {
        (seq - self.base) as usize
    }

    pub(super) fn entry(&mut self, seq: u64) -> Option<&mut Entry<F>> {
        let at = seq.checked_sub(self.base)?;
        self.entries.get_mut(at as usize)
    }

    pub(super) fn state(&self, seq: u64) -> Option<State> {
        let at = seq.checked_sub(self.base)?;
        self.entries.get(at as usize).map(|entry| entry.state)
    }

    /// Takes a record in. One at or below the last offset was queued before (the client went back): it is dropped.
    pub(super) fn push(&mut self, offer: Offer<F::Record>, order: Order) -> bool {
        if self.last_offset.is_some_and(|last| offer.offset <= last) {
            return false;
        }
        self.last_offset = Some(offer.offset);
        let lane = match order {
            Order::Key => Some(offer.key.unwrap_or(KEYLESS)),
            Order::Partition => Some(KEYLESS),
            Order::None => None,
        };
        self.entries.push_back(Entry {
            offset: offer.offset,
            lane,
            bytes: offer.bytes,
            attempts: 0,
            state: State::Queued,
            holds_lane: false,
            unacknowledged: 0,
            record: Some(offer.record),
            staged: None,
        });
        self.in_flight += 1;
        self.bytes += offer.bytes as usize;
        true
    }

    /// Moves a record to another state. Everything that is counted follows from here.
    pub(super) fn turn(&mut self, seq: u64, to: State) {
        let Some(entry) = self.entry(seq) else { return };
        let from = std::mem::replace(&mut entry.state, to);
        let ends = to.is_over() && !from.is_over();
        if ends {
            entry.record = None;
            entry.staged = None;
        }
        let bytes = entry.bytes as usize;
        self.busy = self.busy + usize::from(to.is_busy()) - usize::from(from.is_busy());
        self.handed_on = self.handed_on + usize::from(to.is_handed_on()) - usize::from(from.is_handed_on());
        if ends {
            self.in_flight -= 1;
            self.bytes -= bytes;
        }
    }

    /// Marks a record as done and lets the front move over it. Says whether the watermark moved.
    pub(super) fn settle(&mut self, seq: u64) -> bool {
        self.turn(seq, State::Done);
        let before = self.base;
        while self
            .entries
            .front()
            .is_some_and(|front| front.state == State::Done)
        {
            self.entries.pop_front();
            self.base += 1;
        }
        // The search may have gone back to a record and not past those behind it, which were done already.
        self.cursor = self.cursor.max(self.base);
        let moved = self.base > before;
        self.moved |= moved;
        moved
    }

    /// The first offset not done. A gap in offsets before the next record counts as done.
    pub(super) fn watermark(&self) -> Option<i64> {
        if !self.moved {
            return None;
        }
        match self.entries.front() {
            Some(front) => Some(front.offset),
            None => self.last_offset.map(|last| last + 1),
        }
    }

    /// The watermark, when the broker was not asked to keep it yet.
    pub(super) fn unrequested(&self) -> Option<i64> {
        self.watermark().filter(|&offset| self.requested != Some(offset))
    }

    pub(super) fn mark(&self, offset: Option<i64>) -> Watermark {
        Watermark {
            slot: self.slot,
            epoch: self.epoch,
            offset,
        }
    }

    /// Gives up all records that do not run, so that what runs can finish alone.
    pub(super) fn abandon_idle(&mut self) {
        self.abandon_where(State::is_idle);
        self.cursor = self.end();
        self.unlocked.clear();
        self.gathered.clear();
        self.lanes.clear();
    }

    /// Gives up all records in such a state: they are left to whoever gets the partition next.
    pub(super) fn abandon_where(&mut self, which: impl Fn(State) -> bool) {
        for seq in self.base..self.end() {
            if self.state(seq).is_some_and(&which) {
                self.turn(seq, State::Abandoned);
            }
        }
    }

    /// Lets go of what a record's handle shares with others: the record waits for a time of its own now.
    pub(super) fn detach(&mut self, seq: u64) {
        if let Some(record) = self.entry(seq).and_then(|entry| entry.record.as_mut()) {
            *record = F::detached(record);
        }
    }

    /// Keeps what is to be written for a record; outputs count as bytes in hand.
    pub(super) fn keep(&mut self, seq: u64, staged: Staged<F>) {
        let Some(entry) = self.entry(seq) else { return };
        let before = entry.bytes;
        if let Staged::Outputs(outputs) = &staged {
            let added = u32::try_from(outputs.bytes()).unwrap_or(u32::MAX);
            entry.bytes = before.saturating_add(added);
        }
        let added = entry.bytes - before;
        entry.staged = Some(Box::new(staged));
        self.bytes += added as usize;
    }

    /// The sequence numbers of the staged records at the front, which a transaction can take.
    pub(super) fn staged_prefix(&self) -> std::ops::Range<u64> {
        let staged = self
            .entries
            .iter()
            .take_while(|entry| entry.state == State::Staged)
            .count();
        self.base..self.base + staged as u64
    }

    /// The offset of a record, or the one behind the last record: where a prefix that ends at `seq` ends.
    pub(super) fn offset_at(&self, seq: u64) -> Option<i64> {
        match self.entries.get(self.distance(seq)) {
            Some(entry) => Some(entry.offset),
            None => self.last_offset.map(|last| last + 1),
        }
    }

    /// The records in such a state, if any, as cut off.
    pub(super) fn cut_off(&self, which: impl Fn(State) -> bool) -> Option<CutOff> {
        let mut cut = self.entries.iter().filter(|entry| which(entry.state));
        Some(CutOff {
            slot: self.slot,
            offset: cut.next()?.offset,
            records: 1 + cut.count(),
        })
    }

    /// One record as cut off.
    pub(super) fn cut_off_one(&mut self, seq: u64) -> Option<CutOff> {
        let slot = self.slot;
        self.entry(seq).map(|entry| CutOff {
            slot,
            offset: entry.offset,
            records: 1,
        })
    }

    /// Counts a refusal of a record's dead letter; says how many there were.
    pub(super) fn count_refusal(&mut self, seq: u64) -> u32 {
        let staged = self.entry(seq).and_then(|entry| entry.staged.as_deref_mut());
        let Some(Staged::DeadLetter { refusals, .. }) = staged else {
            return 0;
        };
        *refusals += 1;
        *refusals
    }

    /// Records that a handler had and that are not done.
    pub(super) fn begun(&self) -> usize {
        let left = |entry: &&Entry<F>| entry.attempts > 0 && entry.state != State::Done;
        self.entries.iter().filter(left).count()
    }

    /// The first record that is not done, which holds the watermark: its offset and how often it was tried.
    pub(super) fn front(&self) -> Option<(i64, u32)> {
        self.entries.front().map(|entry| (entry.offset, entry.attempts))
    }
}
