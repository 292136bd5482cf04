//! Whose turn it is. The partitions of one worker share its bounds, so they take turns at the room there is.

use std::collections::VecDeque;

use crate::delivery::Slot;

/// How a partition's turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It had nothing.
    Idle,
    /// All it had was taken.
    Through,
    /// Some of it was taken, until there was no more room.
    CutShort,
    /// There was no room for any of it.
    Refused,
}

impl Turn {
    /// Whether something was taken.
    pub(super) fn took(self) -> bool {
        matches!(self, Turn::Through | Turn::CutShort)
    }
}

/// The partitions of one worker; the first one goes first next time.
#[derive(Debug, Default)]
pub(super) struct Turns(VecDeque<Slot>);

impl Turns {
    /// A partition takes part from now on, as the last.
    pub(super) fn join(&mut self, slot: Slot) {
        self.0.push_back(slot);
    }

    /// It does no longer, if it did.
    pub(super) fn leave(&mut self, slot: Slot) {
        self.0.retain(|&other| other != slot);
    }

    /// Gives each its turn until there is no more room: the others would be refused too. They go first next time,
    /// behind one that got nothing and before one that got something. Says whether anything was taken.
    pub(super) fn pass(&mut self, mut turn_of: impl FnMut(Slot) -> Turn) -> bool {
        let mut any = false;
        for at in 0..self.0.len() {
            let turn = turn_of(self.0[at]);
            any |= turn.took();
            let next = match turn {
                Turn::Idle | Turn::Through => continue,
                Turn::CutShort => at + 1,
                Turn::Refused => at,
            };
            self.0.rotate_left(next);
            break;
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(slots: impl IntoIterator<Item = Slot>) -> Turns {
        let mut turns = Turns::default();
        slots.into_iter().for_each(|slot| turns.join(slot));
        turns
    }

    /// Who had a turn in a pass in which `which` ends so and all others go through.
    fn pass(turns: &mut Turns, which: Slot, ends: Turn) -> Vec<Slot> {
        let mut had = Vec::new();
        turns.pass(|slot| {
            had.push(slot);
            if slot == which { ends } else { Turn::Through }
        });
        had
    }

    #[test]
    fn while_there_is_room_all_have_a_turn_in_the_same_order() {
        let mut turns = turns(0..3);
        assert_eq!(pass(&mut turns, 1, Turn::Through), [0, 1, 2]);
        assert_eq!(pass(&mut turns, 1, Turn::Through), [0, 1, 2]);
    }

    #[test]
    fn one_that_was_cut_short_goes_last() {
        let mut turns = turns(0..4);
        assert_eq!(pass(&mut turns, 1, Turn::CutShort), [0, 1], "nobody after it");
        assert_eq!(pass(&mut turns, 1, Turn::CutShort), [2, 3, 0, 1]);
        assert_eq!(pass(&mut turns, 2, Turn::CutShort), [2]);
        assert_eq!(pass(&mut turns, 2, Turn::CutShort), [3, 0, 1, 2]);
    }

    #[test]
    fn one_that_got_nothing_goes_first() {
        let mut turns = turns(0..3);
        assert_eq!(pass(&mut turns, 1, Turn::Refused), [0, 1]);
        assert_eq!(pass(&mut turns, 1, Turn::Refused), [1]);
        assert_eq!(pass(&mut turns, 1, Turn::Through), [1, 2, 0]);
    }

    #[test]
    fn a_pass_tells_whether_anything_was_taken() {
        let told = |ends| turns([0]).pass(|_| ends);
        assert_eq!(
            [Turn::Idle, Turn::Through, Turn::CutShort, Turn::Refused].map(told),
            [false, true, true, false]
        );
        let mut ends = [Turn::Through, Turn::Refused].into_iter();
        assert!(turns(0..2).pass(|_| ends.next().unwrap_or(Turn::Idle)));
    }

    #[test]
    fn one_that_left_has_no_turn_until_it_comes_again() {
        let mut turns = turns(0..3);
        turns.leave(0);
        turns.leave(7);
        assert_eq!(pass(&mut turns, 0, Turn::Through), [1, 2]);
        turns.join(0);
        assert_eq!(pass(&mut turns, 0, Turn::Through), [1, 2, 0]);
    }

    #[test]
    fn with_room_for_one_record_at_a_time_each_gets_its_share() {
        let mut turns = turns(0..5);
        let mut got = [0; 5];
        for _ in 0..100 {
            turns.pass(|slot| {
                got[slot as usize] += 1;
                Turn::CutShort
            });
        }
        assert_eq!(got, [20; 5]);
    }
}
