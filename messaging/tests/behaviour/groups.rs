//! Workers that share a group are one member; others are members of their own.

use messaging::broker::memory::MemoryBroker;
use messaging::{Headers, State, TopicName, WorkerSpec};

use crate::support::*;

type Handled = Seen<(&'static str, String, u32)>;

async fn first(order: Order, TopicName(topic): TopicName, State(seen): State<Handled>) {
    seen.note(("first", topic.to_string(), order.id));
}

async fn second(order: Order, TopicName(topic): TopicName, State(seen): State<Handled>) {
    seen.note(("second", topic.to_string(), order.id));
}

#[tokio::test(start_paused = true)]
async fn workers_of_one_group_handle_each_its_topic() {
    let (broker, seen) = (MemoryBroker::new(), Handled::new());
    let app = app_on(&broker).state(seen.clone());
    let app = app.worker(WorkerSpec::of("first", "a", first).group_id("g"));
    let running = started(app.worker(WorkerSpec::of("second", "b", second).group_id("g"))).await;
    send(&running, "a", 0..30).await;
    send(&running, "b", 100..130).await;
    until("all are handled", || seen.len() == 60).await;
    for (worker, topic, id) in seen.all() {
        assert_eq!(
            (worker, topic.as_str()),
            if id < 100 { ("first", "a") } else { ("second", "b") }
        );
    }
    end(running).await;
    assert_eq!(
        (
            committed(&broker, "g", "a").await,
            committed(&broker, "g", "b").await
        ),
        (30, 30)
    );
}

#[tokio::test(start_paused = true)]
async fn workers_of_one_group_give_up_each_in_its_own_way() {
    let (broker, seen) = (MemoryBroker::new(), Handled::new());
    let app = app_on(&broker).state(seen.clone());
    let app = app.worker(
        WorkerSpec::of("first", "a", first)
            .group_id("g")
            .dlq_topic("a.bad"),
    );
    let running = started(app.worker(WorkerSpec::of("second", "b", second).group_id("g"))).await;
    for topic in ["a", "b"] {
        write(&broker, topic, Some(b"k"), Some(b"no json"), &Headers::new());
    }
    until("both are dead letters", || {
        broker.records("a.bad").len() + broker.records("b.dlq").len() == 2
    })
    .await;
    let worker = |letter| header(&letter, messaging::headers::dlq::WORKER);
    assert_eq!(worker(only(&broker, "a.bad").await), "first");
    assert_eq!(worker(only(&broker, "b.dlq").await), "second");
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_worker_without_room_stops_no_other_of_its_group() {
    async fn hang(_: Order) {
        std::future::pending().await
    }
    let (broker, seen) = (MemoryBroker::new(), Handled::new());
    let app = app_on(&broker).state(seen.clone());
    let hang = WorkerSpec::of("hang", "a", hang).max_in_flight(1);
    let app = app.worker(hang.group_id("g"));
    let second = WorkerSpec::of("second", "b", second).max_in_flight(1);
    let running = started(app.worker(second.group_id("g"))).await;
    send(&running, "a", 0..30).await;
    send(&running, "b", 100..130).await;
    until("all of the other are handled", || seen.len() == 30).await;
    end_unfinished(running).await;
}

#[tokio::test(start_paused = true)]
async fn workers_of_different_groups_get_every_record_each() {
    let (broker, seen) = (MemoryBroker::new(), Handled::new());
    let app = app_on(&broker)
        .state(seen.clone())
        .configure([("service", "shop")]);
    let app = app
        .worker(WorkerSpec::of("first", "a", first))
        .worker(WorkerSpec::of("second", "a", second));
    let running = started(app).await;
    send(&running, "a", 0..20).await;
    until("all are handled twice", || seen.len() == 40).await;
    end(running).await;
    assert_eq!(committed(&broker, "shop.first", "a").await, 20);
    assert_eq!(committed(&broker, "shop.second", "a").await, 20);
}

#[tokio::test(start_paused = true)]
async fn a_new_group_begins_where_auto_offset_reset_says() {
    use messaging::settings::OffsetReset;
    let (broker, seen) = (MemoryBroker::new(), Handled::new());
    topic(&broker, "a", 1).await;
    write(&broker, "a", None, Some(br#"{"id":1}"#), &Headers::new());
    let spec = |name: &str| WorkerSpec::of(name, "a", first).group_id(name);
    let app = app_on(&broker).state(seen.clone()).worker(spec("early"));
    let running = started(app.worker(spec("late").auto_offset_reset(OffsetReset::Latest))).await;
    send(&running, "a", [2]).await;
    until("all are handled", || seen.len() == 3).await;
    end(running).await;
    let mut ids: Vec<u32> = seen.all().into_iter().map(|(.., id)| id).collect();
    ids.sort_unstable();
    assert_eq!(ids, [1, 2, 2]);
}
