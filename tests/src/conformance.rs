//! What every broker must do, driven by what it declares it can ([`Capabilities`]).
//!
//! A test file names a broker's factory, and [`conformance!`](macro@crate::conformance) makes one test for each
//! behaviour:
//!
//! ```ignore
//! mod memory {
//!     messaging_tests::conformance!(|| Ok(messaging_tests::conformance::Subject::new(MemoryBroker::new())));
//! }
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Result;
use messaging::Headers;
use messaging::broker::{
    Admin, Broker, Capabilities, NewTopic, NotQueued, Outbound, Publisher, Receipt, Subscribe, Waiter,
};
use messaging::delivery::Settlement;
use messaging::settings::OffsetReset;

mod member;

pub mod admin;
pub mod groups;
pub mod outputs;
pub mod publishing;
pub mod reader;
pub mod reading;
pub mod topics;

use member::Member;

/// The longest that anything may take.
pub const SOON: Duration = Duration::from_secs(30);

/// Takes a partition of a group away as a broker does that believes its member is dead: group, topic, partition.
pub type Lose = Box<dyn Fn(&str, &str, i32) + Send + Sync>;

/// A broker under test.
pub struct Subject {
    broker: Arc<dyn Broker>,
    lose: Option<Lose>,
    quiet: Duration,
    prefix: String,
}

impl Subject {
    /// A broker whose answers are there at once.
    pub fn new(broker: impl Broker + 'static) -> Subject {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Subject {
            broker: Arc::new(broker),
            lose: None,
            quiet: Duration::from_millis(20),
            prefix: format!("conformance-{}-{count}", std::process::id()),
        }
    }

    /// How long to watch for what must not happen; longer for a broker at the other end of a wire.
    #[must_use]
    pub fn quiet(mut self, quiet: Duration) -> Subject {
        self.quiet = quiet;
        self
    }

    /// How its partitions are lost; without it, what concerns that is left out.
    #[must_use]
    pub fn lose(mut self, lose: impl Fn(&str, &str, i32) + Send + Sync + 'static) -> Subject {
        self.lose = Some(Box::new(lose));
        self
    }

    /// The broker.
    pub fn broker(&self) -> &dyn Broker {
        &*self.broker
    }

    /// A name that no other test uses.
    pub fn name(&self, name: &str) -> String {
        format!("{}-{name}", self.prefix)
    }

    fn admin(&self) -> Result<Arc<dyn Admin>> {
        Ok(self.broker.admin()?)
    }

    fn publisher(&self) -> Result<Arc<dyn Publisher>> {
        Ok(self
            .broker
            .publisher(Arc::new(|topic, error| panic!("{topic}: {error}")))?)
    }

    /// Makes a topic of a name that no other test uses.
    async fn topic(&self, name: &str, partitions: i32) -> Result<String> {
        let name = self.name(name);
        let topics = [NewTopic::named(&name).partitions(partitions)];
        assert_eq!(self.admin()?.create_topics(&topics).await?, [name.as_str()]);
        Ok(name)
    }

    /// A subscription of a group to topics.
    fn request(&self, group: &str, topics: &[&str]) -> Subscribe {
        Subscribe {
            group: self.name(group),
            topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
            reset: OffsetReset::Earliest,
            revoke_deadline: Duration::from_secs(20),
            max_poll_records: 500,
            publishes: true,
        }
    }

    /// Joins a group.
    fn join(&self, group: &str, topic: &str) -> Result<Member> {
        Member::join(self, &self.request(group, &[topic]))
    }

    /// Writes the numbers as keys and values.
    async fn numbers(&self, topic: &str, numbers: std::ops::Range<u32>) -> Result<()> {
        let publisher = self.publisher()?;
        for number in numbers {
            let text = number.to_string();
            let message = Outbound {
                topic,
                key: Some(text.as_bytes()),
                value: Some(text.as_bytes()),
                headers: &NO_HEADERS,
            };
            enqueue(&*publisher, message, &mut None).await?;
        }
        assert_eq!(publisher.flush(SOON).await, 0);
        Ok(())
    }

    /// What a group has committed of a topic.
    async fn committed(&self, group: &str, topic: &str) -> Result<Vec<Option<i64>>> {
        Ok(self.admin()?.committed(&self.name(group), topic).await?)
    }

    /// The end of each partition.
    async fn ends(&self, topic: &str) -> Result<Vec<Option<i64>>> {
        let offsets = self.admin()?.offsets(topic).await?;
        Ok(offsets.into_iter().map(|(_, end)| Some(end)).collect())
    }
}

static NO_HEADERS: Headers = Headers::new();

/// Hands a message over, and waits while the queue is full.
///
/// # Errors
/// When it is refused.
pub async fn enqueue(
    publisher: &dyn Publisher,
    message: Outbound<'_>,
    waiter: &mut Option<messaging::broker::Waiter>,
) -> Result<()> {
    loop {
        match publisher.enqueue(message, waiter) {
            Ok(()) => return Ok(()),
            Err(NotQueued::Full) => publisher.room().await,
            Err(NotQueued::Refused(error)) => return Err(error.into()),
        }
    }
}

/// Sends a message and waits for its receipt.
async fn send(publisher: &dyn Publisher, message: Outbound<'_>) -> Result<Receipt> {
    let (waiter, receipt) = Waiter::channel();
    enqueue(publisher, message, &mut Some(waiter)).await?;
    publisher.hurry();
    let place = tokio::time::timeout(SOON, receipt).await???;
    Ok(Receipt::written(message.topic, place))
}

/// What a behaviour asks of a broker; others are left out.
pub mod needs {
    use super::{Settlement, Subject};

    /// Nothing but the contract.
    pub fn nothing(_: &Subject) -> bool {
        true
    }

    /// Watermarks that can be looked at.
    pub fn offsets(subject: &Subject) -> bool {
        let can = subject.broker().capabilities();
        can.settlement == Settlement::Offsets && can.admin
    }

    /// Records that can be read again.
    pub fn replay(subject: &Subject) -> bool {
        subject.broker().capabilities().replay
    }

    /// A way to lose partitions.
    pub fn losing(subject: &Subject) -> bool {
        subject.lose.is_some() && offsets(subject)
    }

    /// Topics that can be made and looked at.
    pub fn admin(subject: &Subject) -> bool {
        subject.broker().capabilities().admin
    }
}

/// Runs one behaviour, or says why not.
///
/// # Errors
/// What the behaviour found, or why there is no broker.
pub async fn run(
    make: impl FnOnce() -> Result<Subject>,
    needs: fn(&Subject) -> bool,
    behaviour: impl AsyncFnOnce(&Subject) -> Result<()>,
) -> Result<()> {
    let subject = make()?;
    if needs(&subject) {
        return behaviour(&subject).await;
    }
    let can: Capabilities = subject.broker().capabilities();
    eprintln!("left out: {} declares {can:?}", subject.broker().name());
    Ok(())
}

/// One test for each behaviour, on the broker that the factory makes.
#[macro_export]
macro_rules! conformance {
    ($make:expr) => {
        $crate::conformance! { $make =>
            nothing publishing::receipts_name_partition_and_rising_offset,
            nothing publishing::one_keys_records_are_in_one_partition_in_order,
            nothing publishing::keys_are_placed_by_murmur2,
            nothing publishing::keyless_records_reach_more_than_one_partition,
            nothing publishing::a_queued_send_is_there_after_a_flush,
            nothing reading::every_byte_comes_back,
            nothing reading::an_empty_key_is_no_null_key,
            offsets reading::a_group_goes_on_where_it_committed,
            offsets reading::without_an_offset_the_reset_decides,
            offsets reading::closing_commits_and_leaves,
            offsets reading::leaving_without_close_commits_nothing,
            nothing reading::a_held_partition_rests_and_goes_on_without_a_gap,
            nothing reading::no_poll_gives_more_than_asked,
            replay reader::begins_where_it_is_told,
            replay reader::begins_at_a_time,
            replay reader::tells_each_end_once_and_follows,
            replay reader::gives_every_byte,
            replay reader::takes_nothing_from_a_group,
            replay reader::names_what_is_absent,
            nothing groups::two_members_share_and_give_back,
            nothing groups::a_member_without_partitions_is_told_so,
            nothing groups::two_groups_have_every_record_each,
            nothing groups::a_revoke_waits_for_its_release,
            offsets groups::a_release_keeps_its_mark,
            offsets groups::a_mark_of_an_old_epoch_changes_nothing,
            losing groups::of_a_lost_partition_nothing_is_kept,
            nothing outputs::tokens_are_answered_once_and_in_order,
            nothing outputs::closing_waits_for_what_was_handed_over,
            nothing outputs::outputs_wait_for_an_absent_topic,
            admin topics::a_topic_is_made_once_described_and_deleted,
            admin topics::a_topic_that_cannot_be_made_is_refused_and_no_other_is_made,
            admin topics::offsets_are_those_of_the_log,
            admin topics::an_absent_topic_is_told_by_name,
            admin topics::a_topic_made_later_is_taken_up,
            admin admin::topics_are_listed_and_looked_at,
            admin admin::a_topic_grows_and_never_shrinks,
            admin admin::what_is_asked_of_an_absent_topic_names_it,
            admin admin::a_time_finds_the_first_record_that_is_not_older,
            offsets admin::a_group_is_described_with_its_members,
            offsets admin::offsets_of_a_group_are_set_only_while_it_is_empty,
            offsets admin::a_group_is_made_by_setting_its_offsets,
        }
    };
    ($make:expr => $($needs:ident $file:ident::$behaviour:ident,)*) => {
        $(
            #[tokio::test]
            async fn $behaviour() -> ::anyhow::Result<()> {
                use $crate::conformance::{self, needs};
                conformance::run($make, needs::$needs, conformance::$file::$behaviour).await
            }
        )*
    };
}
