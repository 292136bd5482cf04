//! The core's commands, carried out and compared with the ledger.

use super::ledger::{Letter, Phase, Stage, Standing};
use super::{Asked, Expected, Met, Model, Part, Run, Txn};
use crate::delivery::tests::load::{Id, Load, Made};
use crate::delivery::{Command, CutOff, Epoch, GivenUp, Settlement, Slot, Ticket, Watermark};

impl Model {
    pub(super) fn obey(&mut self) {
        let mut hurried = false;
        while let Some(command) = self.core.command() {
            let releases = matches!(command, Command::ReleasePartition(_) | Command::Drained(_));
            assert!(
                !hurried || releases,
                "two commits at a time, and nothing is released"
            );
            assert!(!self.drained, "{command:?} after the end");
            hurried = matches!(command, Command::Ack(_)) && !self.asked.is_empty();
            self.obey_one(command);
        }
    }

    fn obey_one(&mut self, command: Command<Load>) {
        match command {
            Command::Publish(ticket, made) => self.publish(ticket, made),
            Command::DeadLetter(ticket, given_up) => self.write_letter(ticket, &given_up, false),
            Command::DeadLetterAgain(ticket, given_up) => self.write_letter(ticket, &given_up, true),
            Command::Skipped(ticket, _) => self.expect(Expected::Skipped(ticket)),
            Command::Fail(ticket, _) => self.expect(Expected::Fail(ticket)),
            Command::Pause(slot) => self.expect(Expected::Pause(slot)),
            Command::Resume(slot) => self.expect(Expected::Resume(slot)),
            Command::SetTimer(id, delay) => {
                assert!(self.timers.insert((self.now + delay.as_millis() as u64, id)));
            }
            Command::Commit(marks) => self.commit(marks),
            Command::Ack(records) => self.ack(&records),
            Command::CutOff(cut) => self.cut_off(cut),
            Command::Cancel(slot, epoch) => self.cancel(slot, epoch),
            Command::ReleasePartition(mark) => self.release(mark),
            Command::BeginTxn(id) => {
                assert!(self.txn.is_none(), "two transactions at a time");
                self.txn = Some(Txn {
                    id,
                    wrote: Vec::new(),
                    parts: Vec::new(),
                    ended: false,
                    aborting: false,
                    refused: false,
                });
            }
            Command::EndTxn(id, marks) => self.end_transaction(id, &marks),
            Command::AbortTxn(id) => {
                let txn = self.txn.as_mut().expect("a transaction to abort");
                assert!(txn.id == id && txn.ended && !txn.aborting);
                txn.aborting = true;
            }
            Command::Drained(marks) => self.drained(marks),
        }
    }

    fn expect(&mut self, what: Expected) {
        let at = self.expected.iter().position(|expected| *expected == what);
        self.expected
            .remove(at.unwrap_or_else(|| panic!("unexpected {what:?}")));
    }

    fn publish(&mut self, ticket: Ticket, made: Made) {
        assert!(
            self.current(ticket).is_some(),
            "{ticket:?} publishes, and its epoch is over"
        );
        let id = self.id(ticket);
        let batch = self.setup.batch.is_some();
        let entry = self.entry(ticket);
        assert_eq!((made.of, made.attempt), (id, entry.attempts), "{ticket:?}");
        match entry.standing {
            Standing::Publishing { missing, sent: false } => {
                entry.standing = Standing::Publishing { missing, sent: true };
                entry.handed_on = true;
                self.producer
                    .extend(std::iter::repeat_n(ticket, missing as usize));
                self.check_publish_order(ticket, batch);
            }
            Standing::Staged(Stage::Outputs) => {
                self.producer.push_back(ticket);
                self.write(ticket);
            }
            standing => panic!("{ticket:?} publishes and is {standing:?}"),
        }
    }

    /// Earlier records of its lane have published before; in a batch they may also have failed beside it.
    fn check_publish_order(&mut self, ticket: Ticket, batch: bool) {
        let held = self.current(ticket).expect("a current ticket");
        let seq = ticket.seq as usize;
        let lane = held.entries[seq].lane;
        for earlier in held.entries[..seq]
            .iter()
            .filter(|earlier| earlier.lane & lane != 0)
        {
            let unsent = matches!(earlier.standing, Standing::Publishing { sent: false, .. });
            let passed =
                earlier.standing.has_passed() || earlier.handed_on || (batch && earlier.attempts > 0);
            assert!(passed && !unsent, "{ticket:?} publishes before {earlier:?}");
        }
    }

    fn write_letter(&mut self, ticket: Ticket, given_up: &GivenUp<Load>, again: bool) {
        let (now, id) = (self.now, self.id(ticket));
        let entry = self.entry(ticket);
        assert_eq!((given_up.record, given_up.attempts), (id, entry.attempts));
        match entry.standing {
            Standing::DeadLettering(Letter::ToSend) => assert!(!again, "{ticket:?} was not written before"),
            Standing::DeadLettering(Letter::Again { due }) => {
                assert!(again && due <= now, "{ticket:?} too soon");
            }
            Standing::Staged(Stage::DeadLetter) => return self.write(ticket),
            standing => panic!("{ticket:?} is dead-lettered and is {standing:?}"),
        }
        entry.standing = Standing::DeadLettering(Letter::Sent);
        entry.handed_on = true;
        self.letters.push_back(ticket);
    }

    fn write(&mut self, ticket: Ticket) {
        let txn = self.txn.as_mut().expect("a transaction to write in");
        assert!(
            !txn.ended && !txn.wrote.contains(&ticket),
            "{ticket:?} in {txn:?}"
        );
        txn.wrote.push(ticket);
    }

    fn commit(&mut self, marks: Vec<Watermark>) {
        assert_eq!(self.setup.settlement, Settlement::Offsets);
        assert!(self.asked.is_empty(), "two commits at a time");
        assert!(!marks.is_empty());
        marks.iter().for_each(|mark| self.check_mark(*mark));
        self.asked.push_back(Asked::Marks(marks));
    }

    fn ack(&mut self, records: &[Id]) {
        assert_eq!(self.setup.settlement, Settlement::Acks);
        let mut acked = Vec::new();
        for &id in records {
            let held = self.held[id.slot as usize].as_mut();
            let held = held.unwrap_or_else(|| panic!("{id:?} is acknowledged and not ours"));
            let entry = held.entries.iter_mut().find(|entry| entry.offset == id.offset);
            let entry = entry.unwrap_or_else(|| panic!("{id:?} is acknowledged and was not delivered"));
            assert!(
                entry.standing == Standing::Done && !entry.acked,
                "acknowledged: {entry:?}"
            );
            entry.acked = true;
            acked.push((id, held.epoch));
        }
        self.asked.push_back(Asked::Acks(acked));
    }

    fn cut_off(&mut self, cut: CutOff) {
        let refused = Expected::Refused(cut);
        if self.expected.contains(&refused) {
            return self.expect(refused);
        }
        let held = self.held[cut.slot as usize].as_ref();
        let entries = held.map_or(&[][..], |held| &held.entries);
        let mut busy = entries.iter().filter(|entry| entry.standing.is_busy());
        assert_eq!(busy.clone().count(), cut.records, "{cut:?}");
        assert_eq!(busy.next().map(|first| first.offset), Some(cut.offset), "{cut:?}");
        self.expected.push(Expected::Cancel(cut.slot));
    }

    fn cancel(&mut self, slot: Slot, epoch: Epoch) {
        let (gone, stay) = std::mem::take(&mut self.runs)
            .into_iter()
            .partition(|run: &Run| (run.start.slot, run.start.epoch) == (slot, epoch));
        self.runs = stay;
        self.ghosts.extend(gone);
        let now = self.now;
        let drain = self.drain;
        if let Some(held) = self.held[slot as usize]
            .as_mut()
            .filter(|held| held.epoch == epoch)
        {
            let revoked = matches!(held.phase, Phase::Revoking { deadline } if deadline <= now);
            assert!(
                revoked || drain.is_some_and(|deadline| deadline <= now),
                "cancelled before its time"
            );
            let cuts = held.entries.iter().any(|entry| entry.standing.is_busy());
            held.drop_where(Standing::is_busy);
            if cuts {
                self.expect(Expected::Cancel(slot));
            }
            self.note(Met::Cancel);
        }
    }

    fn release(&mut self, mark: Watermark) {
        assert!(
            self.is_current(mark.slot, mark.epoch),
            "{mark:?} is released and not ours"
        );
        self.check_leaving(mark.slot);
        let held = self.held[mark.slot as usize].as_ref().expect("what is current");
        assert!(
            matches!(held.phase, Phase::Revoking { .. }),
            "{mark:?} is released unasked"
        );
        match self.setup.settlement {
            Settlement::Offsets => assert_eq!(mark.offset, held.watermark(), "the last watermark"),
            _ => assert_eq!(mark.offset, None),
        }
        self.keep(&mark);
        self.bury(mark.slot);
    }

    fn drained(&mut self, marks: Vec<Watermark>) {
        assert!(self.drain.is_some(), "drained unasked");
        let mut expected = Vec::new();
        for slot in 0..self.held.len() as Slot {
            if self.held[slot as usize].is_some() {
                self.check_leaving(slot);
                expected.extend(self.watermark(slot));
            }
        }
        if self.setup.settlement != Settlement::Offsets {
            expected.clear();
        }
        assert_eq!(marks, expected, "the last watermarks");
        marks.iter().for_each(|mark| self.keep(mark));
        self.drained = true;
    }

    fn watermark(&self, slot: Slot) -> Option<Watermark> {
        let held = self.held[slot as usize].as_ref()?;
        let offset = Some(held.watermark()?);
        Some(Watermark {
            slot,
            epoch: held.epoch,
            offset,
        })
    }

    fn end_transaction(&mut self, id: u64, marks: &[Watermark]) {
        let parts: Vec<_> = marks.iter().map(|mark| self.part(*mark)).collect();
        let txn = self.txn.as_mut().expect("a transaction to end");
        assert!(txn.id == id && !txn.ended && !parts.is_empty());
        let writes: usize = parts.iter().map(|part| part.writes.len()).sum();
        assert_eq!(
            txn.wrote.len(),
            writes,
            "what is written is what the offsets cover"
        );
        txn.parts = parts;
        txn.ended = true;
    }

    /// The records that a transaction's watermark covers: all staged, and written in it if they have something.
    fn part(&self, mark: Watermark) -> Part {
        let held = self.held[mark.slot as usize].as_ref();
        let held = held
            .filter(|held| held.epoch == mark.epoch)
            .expect("a current epoch");
        let wrote = &self.txn.as_ref().expect("a transaction").wrote;
        let end = mark.offset.expect("an offset");
        let front = held.front();
        let covered = held.entries[front..]
            .iter()
            .take_while(|entry| entry.offset < end)
            .count();
        let seqs = front..front + covered;
        assert!(covered > 0 && held.offset_at(seqs.end) == end, "{mark:?}");
        let mut writes = Vec::new();
        for seq in seqs.clone() {
            let ticket = Ticket {
                slot: mark.slot,
                epoch: mark.epoch,
                seq: seq as u64,
            };
            match held.entries[seq].standing {
                Standing::Staged(Stage::Nothing) => assert!(!wrote.contains(&ticket)),
                Standing::Staged(_) => {
                    assert!(wrote.contains(&ticket), "{ticket:?} is covered and not written");
                    writes.push(held.entries[seq].offset);
                }
                standing => panic!("{ticket:?} is covered and is {standing:?}"),
            }
        }
        Part { mark, seqs, writes }
    }
}
