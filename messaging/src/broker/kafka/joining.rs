//! Tells a member that it has joined, where librdkafka does not: when the broker gives the partitions and has none for
//! it.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::BaseConsumer;

use super::ffi::membership::is_member;
use super::member::Shared;
use super::now;
use super::rebalance::Member;
use crate::broker::Event;

/// How often it is looked at, and so how long a member waits for its first partitions before it hears that it has none.
const LOOK: Duration = Duration::from_millis(200);

/// See the module.
pub(super) struct Joining {
    /// `None`: there is nothing to look for.
    next: Option<Instant>,
    /// Whether it was a member at the last look.
    was_member: bool,
}

impl Joining {
    pub(super) fn with(config: &ClientConfig) -> Joining {
        let is_silent = config.get("group.protocol") == Some("consumer");
        Joining {
            next: is_silent.then(now),
            was_member: false,
        }
    }

    /// A member at two looks in a row that nobody has told of partitions has none yet.
    pub(super) fn look(&mut self, consumer: &BaseConsumer<Member>, shared: &Shared) {
        if self.next.is_none_or(|at| now() < at) {
            return;
        }
        if shared.joined.load(Ordering::Acquire) {
            self.next = None;
            return;
        }
        self.next = Some(now() + LOOK);
        let is_member = is_member(consumer);
        if is_member && self.was_member && !shared.joined.swap(true, Ordering::AcqRel) {
            shared.tell(Event::Assigned(Vec::new()));
        }
        self.was_member = is_member;
    }
}
