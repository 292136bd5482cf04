//! How often the broker is asked at a start, and which dead letter topics are made.

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;

use super::*;
use crate::app::Resolved;
use crate::broker::memory::MemoryBroker;
use crate::broker::{
    Cluster, GroupDescription, GroupListing, PartitionDescription, TopicConfig, TopicListing, TopicPartition,
};
use crate::spec::WorkerSpec;

type Answer<'a, T> = BoxFuture<'a, Result<T, BrokerError>>;

/// The memory broker, with what it was asked and how much of it at a time.
#[derive(Clone, Default)]
struct Asked {
    broker: MemoryBroker,
    questions: Arc<Mutex<Questions>>,
}

#[derive(Default)]
struct Questions {
    all: Vec<String>,
    open: usize,
    most: usize,
}

impl Asked {
    fn note<'a, T: Send + 'a>(&'a self, question: String, answer: Answer<'a, T>) -> Answer<'a, T> {
        Box::pin(async move {
            {
                let mut questions = self.questions.lock().unwrap();
                questions.all.push(question);
                questions.open += 1;
                questions.most = questions.most.max(questions.open);
            }
            tokio::task::yield_now().await;
            self.questions.lock().unwrap().open -= 1;
            answer.await
        })
    }

    fn sorted(&self) -> Vec<String> {
        let mut all = std::mem::take(&mut self.questions.lock().unwrap().all);
        all.sort();
        all
    }

    /// The topics that are there, with their partitions.
    async fn made(&self) -> Vec<(String, i32)> {
        let topics = Admin::topics(&self.broker).await.unwrap();
        topics
            .into_iter()
            .map(|topic| (topic.name, topic.partitions))
            .collect()
    }
}

/// Passes on what is not counted.
macro_rules! passed_on {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {$(
        fn $name<'a>(&'a self, $($argument: $kind),*) -> Answer<'a, $answer> {
            Admin::$name(&self.broker, $($argument),*)
        }
    )*};
}

impl Admin for Asked {
    fn describe_topic<'a>(&'a self, name: &'a str) -> Answer<'a, Option<TopicDescription>> {
        self.note(format!("describe_topic {name}"), self.broker.describe_topic(name))
    }
    fn offsets<'a>(&'a self, topic: &'a str) -> Answer<'a, Vec<(i64, i64)>> {
        self.note(format!("offsets {topic}"), self.broker.offsets(topic))
    }
    fn committed<'a>(&'a self, group: &'a str, topic: &'a str) -> Answer<'a, Vec<Option<i64>>> {
        self.note(
            format!("committed {group} {topic}"),
            self.broker.committed(group, topic),
        )
    }
    fn group_offsets<'a>(&'a self, group: &'a str) -> Answer<'a, Vec<(TopicPartition, i64)>> {
        self.note(format!("group_offsets {group}"), self.broker.group_offsets(group))
    }
    fn cluster(&self) -> Answer<'_, Cluster> {
        self.broker.cluster()
    }
    fn topics(&self) -> Answer<'_, Vec<TopicListing>> {
        Admin::topics(&self.broker)
    }
    fn groups(&self) -> Answer<'_, Vec<GroupListing>> {
        self.broker.groups()
    }
    passed_on! {
        create_topics(topics: &'a [NewTopic]) -> Vec<String>;
        partitions(topic: &'a str) -> Vec<PartitionDescription>;
        topic_config(topic: &'a str) -> Vec<TopicConfig>;
        grow_topic(topic: &'a str, total: i32) -> ();
        configure_topic(topic: &'a str, config: &'a BTreeMap<String, String>) -> ();
        delete_topic(name: &'a str) -> ();
        offsets_at(topic: &'a str, timestamp: i64) -> Vec<Option<i64>>;
        describe_group(group: &'a str) -> Option<GroupDescription>;
        set_group_offsets(group: &'a str, offsets: &'a [(TopicPartition, i64)]) -> ();
    }
}

/// Workers of this topic, so many in each of these groups.
fn workers(topic: &'static str, groups: &[&'static str], each: usize) -> Vec<Resolved> {
    let settings = Settings::default();
    let worker = |(group, number): (&&'static str, usize)| {
        let spec = WorkerSpec::of(format!("w{number}"), topic, |_: String| async {});
        let spec = spec.group_id(*group).output_topic("out");
        Resolved::new(spec.subject(), &settings)
    };
    let all = groups
        .iter()
        .flat_map(|group| (0..each).map(move |number| (group, number)));
    all.map(worker).collect()
}

async fn made(asked: &Asked, topics: &[(&str, i32)]) {
    for (name, partitions) in topics {
        let topic = NewTopic::named(*name).partitions(*partitions);
        asked.broker.create_topics(&[topic]).await.unwrap();
    }
}

#[tokio::test]
async fn a_start_asks_once_for_each_topic_and_group_and_several_at_a_time() {
    let asked = Asked::default();
    made(&asked, &[("in", 2)]).await;
    let workers = workers("in", &["g", "h"], 20);
    let all: Vec<&Resolved> = workers.iter().collect();
    prepare(&asked, &all, true, false).await;
    let topics = ["in", "in.dlq", "out"].map(|topic| format!("describe_topic {topic}"));
    assert_eq!(asked.sorted(), topics);
    assert_eq!(asked.questions.lock().unwrap().most, 3, "none waits for another");

    let at = TopicPartition {
        topic: "in".into(),
        partition: 0,
    };
    asked.broker.set_group_offsets("h", &[(at, 0)]).await.unwrap();
    announce_new_groups(Arc::new(asked.clone()), workers.clone()).await;
    // Only the new group has to know what there is.
    assert_eq!(asked.sorted(), ["committed g in", "committed h in", "offsets in"]);
}

#[tokio::test]
async fn a_dead_letter_topic_is_not_made_before_a_topic_that_it_is_for() {
    let asked = Asked::default();
    made(&asked, &[("in", 3)]).await;
    let mut all = workers("in", &["g"], 1);
    all.extend(workers("other", &["h"], 1));
    // Those that read it are no reason to say that it is not there.
    all.extend(workers("in.dlq", &["i"], 1));
    let all: Vec<&Resolved> = all.iter().collect();
    let absent = prepare(&asked, &all, true, false).await;
    assert_eq!(absent, BTreeSet::from(["other".to_owned(), "out".to_owned()]));
    let made = ["in", "in.dlq", "in.dlq.dlq"].map(|topic| (topic.to_owned(), 3));
    assert_eq!(asked.made().await, made);
}
