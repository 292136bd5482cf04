//! What must hold after every step, and in the end.

use super::ledger::{Phase, Standing};
use super::temper;
use super::{Model, Slot};
use crate::delivery::tests::events::{SLOTS, WORKERS};
use crate::delivery::tests::load::Id;
use crate::delivery::{Pick, Settlement, Start, Watermark};

impl Model {
    /// A start keeps the bounds, and is of a partition that may start.
    pub(super) fn check_start(&mut self, start: Start, picks: &[Pick<Id>]) {
        assert!(!picks.is_empty() && picks.len() <= self.setup.batch.map_or(128, |(size, _)| size));
        assert!(
            self.running(start.worker) < self.setup.concurrency,
            "more runs than allowed"
        );
        let (setup, now) = (self.setup, self.now);
        let held = self.held[start.slot as usize].as_mut();
        let held = held
            .filter(|held| held.epoch == start.epoch)
            .expect("a start in a current epoch");
        assert!(
            held.phase == Phase::Active && !held.paused,
            "a start in {:?}",
            held.phase
        );
        let front = held.front();
        for pick in picks {
            let seq = pick.ticket.seq as usize;
            assert!(
                held.entries[seq].attempts > 0 || seq - front <= setup.max_ahead,
                "too far ahead"
            );
        }
        if let Some((size, patience)) = setup.batch
            && picks.len() < size
        {
            let since = held.could_fill.expect("a batch that could fill");
            assert!(since + patience <= now, "a batch that has not waited");
        }
        (held.could_fill, held.must_fill) = (None, None);
    }

    /// The shell calls the handler of a record; `beside` are those before it in its batch.
    pub(super) fn touch(&mut self, pick: &Pick<Id>, beside: &[usize]) {
        let now = self.now;
        assert_eq!(self.id(pick.ticket), pick.record);
        let held = self.current(pick.ticket).expect("a current ticket");
        let seq = pick.ticket.seq as usize;
        let blocked = held.blocked_before(seq, |other| beside.contains(&other));
        let in_stopped = held.phase != Phase::Active;
        let entry = &mut held.entries[seq];
        assert_eq!(pick.attempt, entry.attempts + 1);
        if in_stopped {
            // It stands behind a record of its run that has stopped the worker; whatever it says, it stays dropped.
            return assert_eq!(entry.standing, Standing::Dropped);
        }
        assert_eq!(
            entry.lane & blocked,
            0,
            "{:?} overtakes one of its lane",
            pick.ticket
        );
        match entry.standing {
            Standing::Queued | Standing::Retry { due: None } => {}
            Standing::Retry { due: Some(due) } => assert!(due <= now, "{:?} is tried too soon", pick.ticket),
            standing => panic!("{:?} starts and is {standing:?}", pick.ticket),
        }
        entry.standing = Standing::Open;
        entry.attempts += 1;
    }

    /// Records and bytes that a worker has in hand.
    pub(super) fn in_hand(&self, worker: usize) -> (usize, usize) {
        let own = self
            .held
            .iter()
            .enumerate()
            .filter(|(slot, _)| slot % WORKERS == worker);
        own.filter_map(|(_, held)| held.as_ref())
            .fold((0, 0), |(records, bytes), held| {
                (records + held.count(Standing::is_in_hand), bytes + held.bytes())
            })
    }

    fn running(&self, worker: usize) -> usize {
        self.runs.iter().filter(|run| run.start.worker == worker).count()
    }

    /// Notes which batches may begin to wait.
    pub(super) fn note_batches(&mut self) {
        let (setup, now) = (self.setup, self.now);
        for slot in (0..SLOTS).filter(|_| setup.batch.is_some()) {
            let free = self.running(usize::from(slot) % WORKERS) < setup.concurrency;
            if let Some(held) = &mut self.held[slot as usize]
                && free
                && held.phase == Phase::Active
                && !held.paused
                && !held.eligible(&setup, now).is_empty()
            {
                held.could_fill.get_or_insert(now);
            }
        }
    }

    /// Nothing waits that could start.
    pub(super) fn check_no_stall(&mut self) {
        let (setup, now) = (self.setup, self.now);
        for slot in 0..SLOTS {
            let busy = self.running(usize::from(slot) % WORKERS) >= setup.concurrency;
            let Some(held) = &mut self.held[slot as usize] else {
                continue;
            };
            if busy || held.phase != Phase::Active || held.paused {
                continue;
            }
            let eligible = held.eligible(&setup, now);
            let Some((size, patience)) = setup.batch else {
                assert_eq!(eligible, [0; 0], "{slot} could start these");
                continue;
            };
            if eligible.is_empty() {
                continue;
            }
            let since = *held.must_fill.get_or_insert(now);
            assert!(
                eligible.len() < size && now <= since + patience,
                "{slot} could start a batch of {eligible:?}"
            );
        }
    }

    pub(super) fn check(&self) {
        assert_eq!(self.expected, [], "the core has not said it");
        for slot in 0..SLOTS {
            self.check_counters(slot);
            self.check_times(slot);
        }
        for worker in 0..WORKERS {
            assert_eq!(self.core.workers[worker].running, self.running(worker));
        }
        let held = self.held.iter().flatten();
        let in_flight: usize = held.map(|held| held.count(Standing::is_in_flight)).sum();
        assert_eq!(self.core.in_flight(), in_flight);
        let aborts = |txn: &super::Txn| {
            let gone = |part: &super::Part| !self.is_current(part.mark.slot, part.mark.epoch);
            txn.refused || txn.parts.iter().any(gone)
        };
        assert!(self.txn.as_ref().is_none_or(|txn| txn.aborting || !aborts(txn)));
    }

    /// Everything that the core counts can be derived.
    fn check_counters(&self, slot: Slot) {
        let Some(partition) = self.core.partitions.get(slot as usize) else {
            return;
        };
        let counted = (
            partition.running,
            partition.busy,
            partition.in_flight,
            partition.handed_on,
            partition.bytes,
        );
        let Some(held) = &self.held[slot as usize] else {
            return assert_eq!(counted, (0, 0, 0, 0, 0), "{slot} is not ours");
        };
        let runs = self
            .runs
            .iter()
            .filter(|run| (run.start.slot, run.start.epoch) == (slot, held.epoch));
        let derived = (
            runs.count(),
            held.count(Standing::is_busy),
            held.count(Standing::is_in_flight),
            held.count(Standing::is_handed_on),
            held.bytes(),
        );
        assert_eq!(
            counted, derived,
            "running, busy, in flight, handed on and bytes of {slot}"
        );
        let front = held.front();
        let expected = held
            .entries
            .get(front)
            .map(|entry| (entry.offset, entry.attempts));
        assert_eq!(self.core.held_by(slot), expected);
        let ahead = held.entries.iter().skip(front);
        let ahead = ahead.filter(|entry| entry.standing == Standing::Done).count();
        assert!(ahead <= self.setup.max_ahead, "{ahead} records are done ahead");
        let unsent = |standing| {
            use super::ledger::Letter::ToSend;
            matches!(
                standing,
                Standing::Publishing { sent: false, .. } | Standing::DeadLettering(ToSend) | Standing::Open
            )
        };
        assert_eq!(held.count(unsent), 0, "not handed to the producer");
    }

    /// What has a deadline is over by then; only a transaction may still be on its way.
    fn check_times(&self, slot: Slot) {
        if let Some(held) = &self.held[slot as usize]
            && let Phase::Revoking { deadline } = held.phase
        {
            assert!(
                self.now <= deadline || self.txn.is_some(),
                "{slot} is not released in time"
            );
        }
        let drains = self.drain.is_none_or(|deadline| self.now <= deadline);
        assert!(
            drains || self.drained || self.txn.is_some(),
            "it is not drained in time"
        );
    }

    /// A watermark is where all before it is done, and no further.
    pub(super) fn check_mark(&mut self, mark: Watermark) {
        let held = self.held[mark.slot as usize].as_mut();
        let held = held
            .filter(|held| held.epoch == mark.epoch)
            .unwrap_or_else(|| panic!("{mark:?} is stale"));
        assert_eq!(mark.offset, held.watermark(), "what is done");
        let offset = mark.offset.expect("an offset");
        assert!(offset >= held.marked, "{mark:?} goes back from {}", held.marked);
        held.marked = offset;
        let log = &self.logs[mark.slot as usize].written;
        let before = log
            .iter()
            .filter(|written| (held.began..offset).contains(&written.offset));
        assert_eq!(before.count(), held.front(), "{mark:?} covers what is not done");
    }

    /// A partition leaves with nothing on its way and all that is done known to the broker.
    pub(super) fn check_leaving(&self, slot: Slot) {
        let Some(held) = &self.held[slot as usize] else {
            return;
        };
        assert_eq!(held.count(Standing::is_busy), 0, "{slot} leaves and is busy");
        let acks = self.setup.settlement == Settlement::Acks;
        let unknown = |entry: &&super::ledger::Entry| entry.standing == Standing::Done && !entry.acked;
        assert!(
            !acks || !held.entries.iter().any(|entry| unknown(&entry)),
            "{slot} leaves and has not acknowledged what is done"
        );
        let open = self.txn.iter().flat_map(|txn| &txn.parts);
        let included = |part: &super::Part| (part.mark.slot, part.mark.epoch) == (slot, held.epoch);
        assert!(
            !open.clone().any(included),
            "{slot} leaves and is in a transaction"
        );
        let staged = held
            .entries
            .get(held.front())
            .is_some_and(|entry| matches!(entry.standing, Standing::Staged(_)));
        assert!(!staged || held.forsaken, "{slot} leaves and is to be committed");
    }

    /// With everything answered, every record has ended and the broker knows it.
    pub(super) fn check_end(&self) {
        assert_eq!(self.drain.is_some(), self.drained, "drained");
        if self.drained {
            return;
        }
        for (slot, held) in self.held.iter().enumerate() {
            let Some(held) = held else { continue };
            if held.phase == Phase::Draining {
                continue;
            }
            assert_eq!(held.phase, Phase::Active, "{slot} was never released");
            assert_eq!(
                held.count(|standing| standing != Standing::Done),
                0,
                "{slot}: {held:?}"
            );
            assert!(held.fetched.is_empty(), "{slot} has not taken all");
            let log = &self.logs[slot];
            match self.setup.settlement {
                Settlement::Acks => {
                    assert!(log.written.iter().all(|written| written.acked));
                }
                Settlement::Offsets | Settlement::Transactions => {
                    assert!(log.kept >= held.offset_at(held.entries.len()));
                }
            }
            self.check_outputs(slot);
        }
    }

    /// Exactly once: what has outputs was committed, once.
    fn check_outputs(&self, slot: usize) {
        if self.transactional() {
            for written in &self.logs[slot].written {
                let id = Id {
                    slot: slot as Slot,
                    offset: written.offset,
                };
                let last = temper::answer(written.temper, id, u32::MAX);
                let publishes = matches!(last, crate::delivery::Finish::Done(made) if made.count > 0);
                let skips = self.setup.on_exhausted == crate::delivery::policy::OnExhausted::Skip;
                assert!(
                    !publishes || skips || written.committed == 1,
                    "{written:?} was not committed once"
                );
            }
        }
    }
}
