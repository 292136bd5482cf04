//! A client that is followed by another. Of librdkafka's fatal errors of a member, only being fenced can be brought
//! about from outside, and that one ends the subscription; so the error is said by the test, to the client's context.

use std::future::poll_fn;

use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, Rebalance};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::mocking::MockCluster;
use rdkafka::topic_partition_list::TopicPartitionList;

use super::super::rebalance::Member;
use super::*;
use crate::message::Headers;
use crate::settings::OffsetReset;

const SOON: Duration = Duration::from_secs(60);

fn request() -> Subscribe {
    Subscribe {
        group: "g".to_owned(),
        topics: vec!["t".to_owned()],
        reset: OffsetReset::Earliest,
        revoke_deadline: Duration::from_secs(1),
        max_poll_records: 500,
        publishes: true,
    }
}

/// A driver in the hands of a test.
struct Driver(KafkaSubscription);

impl Driver {
    fn client(&self) -> Arc<BaseConsumer<Member>> {
        lock(&self.0.shared.partitions).client().expect("a client")
    }

    fn publish(&mut self, numbers: std::ops::Range<u64>) {
        for number in numbers {
            let message = Outbound {
                topic: "t",
                key: None,
                value: Some(b"v"),
                headers: &Headers::new(),
            };
            self.0.publish(number, message).expect("there is room");
        }
    }

    /// The next event but receipts.
    async fn event(&mut self) -> Event {
        loop {
            let event = poll_fn(|context| self.0.poll_event(context));
            match timeout(SOON, event).await.expect("waited for an event") {
                Event::Published(answers) => {
                    let refused = answers.into_iter().find_map(|(_, result)| result.err());
                    assert!(refused.is_none(), "{refused:?}");
                }
                event => return event,
            }
        }
    }

    async fn assigned(&mut self) -> (Slot, Epoch) {
        match self.event().await {
            Event::Assigned(assigned) => (assigned[0].0, assigned[0].1),
            other => panic!("{other:?} instead of an assignment"),
        }
    }

    /// Reads up to this offset; says where it began.
    async fn read(&mut self, last: i64) -> (Epoch, i64) {
        let mut began = None;
        loop {
            let Event::Polled(_, epoch, batch) = self.event().await else {
                panic!("something else than records")
            };
            let offset = |index| crate::record::Record::new(&batch, index).offset();
            let began = *began.get_or_insert((epoch, offset(0)));
            if offset(batch.len() - 1) == last {
                return began;
            }
        }
    }

    async fn commit(&mut self, (slot, epoch): (Slot, Epoch), offset: i64) {
        let offset = Some(offset);
        self.0.commit(&[Watermark { slot, epoch, offset }]);
        match self.event().await {
            Event::Committed(result) => result.expect("it is kept"),
            other => panic!("{other:?} instead of a commit's end"),
        }
    }
}

fn fatal(context: &Member) {
    context.error(KafkaError::Global(RDKafkaErrorCode::Fatal), "said by the test");
}

#[tokio::test]
async fn the_next_client_goes_on_and_the_one_before_no_longer_counts() {
    let mock = MockCluster::new(1).unwrap();
    mock.create_topic("t", 1, 1).unwrap();
    let config = KafkaConfig {
        bootstrap_servers: vec![mock.bootstrap_servers()],
        session_timeout: Duration::from_secs(6),
        heartbeat_interval: Duration::from_millis(200),
        ..KafkaConfig::default()
    };
    let mut driver = Driver(KafkaSubscription::join(&config, &request()).unwrap());
    driver.publish(0..10);
    let (slot, before) = driver.assigned().await;
    assert_eq!(driver.read(9).await, (before, 0));
    driver.commit((slot, before), 4).await;

    let dead = driver.client().context().clone();
    fatal(&dead);
    let told = driver.event().await;
    assert!(
        matches!(&told, Event::Lost(slots) if *slots == [slot]),
        "{told:?}"
    );
    let told = driver.event().await;
    assert!(
        matches!(&told, Event::Trouble(error) if error.to_string().contains("said by the test")),
        "{told:?}"
    );
    let (same, epoch) = driver.assigned().await;
    assert!(same == slot && epoch > before, "{slot}: {before}, then {epoch}");
    assert_eq!(driver.read(9).await, (epoch, 4), "from what was committed");

    let mut list = TopicPartitionList::new();
    list.add_partition("t", 0);
    let client = driver.client();
    dead.pre_rebalance(&client, &Rebalance::Revoke(&list));
    dead.pre_rebalance(&client, &Rebalance::Assign(&list));
    fatal(&dead);
    driver.commit((slot, before), 2).await;
    driver.publish(10..11);
    assert_eq!(driver.read(10).await, (epoch, 10), "nothing else is told");
    drop(client);
    let mark = Watermark {
        slot,
        epoch,
        offset: Some(11),
    };
    Box::new(driver.0).close(vec![mark], SOON).await.unwrap();
}
