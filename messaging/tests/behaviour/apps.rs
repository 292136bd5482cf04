//! Several Apps in one process.

use messaging::broker::memory::MemoryBroker;
use messaging::{App, Producer, publish, worker};

use crate::support::*;

async fn relay(order: Order) -> messaging::Result<()> {
    publish("relayed", &order).await?;
    Producer::current()?.send("sent", &order).wait(false).await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn publish_inside_a_handler_goes_to_the_handlers_own_app() {
    let brokers = [MemoryBroker::new(), MemoryBroker::new()];
    let mut apps = Vec::new();
    for broker in &brokers {
        apps.push(run_one(broker, (), messaging::WorkerSpec::of("relay", "in", relay)).await);
    }
    send(&apps[0], "in", [1]).await;
    send(&apps[1], "in", [2]).await;
    for (broker, id) in brokers.iter().zip([1, 2]) {
        until("it is relayed", || orders(broker, "relayed") == [id]).await;
        until("it is sent", || orders(broker, "sent") == [id]).await;
    }
    for app in apps {
        end(app).await;
    }
}

#[worker(topic = "in")]
async fn listed(_: Order) {}

#[worker(topic = "in", name = "other-listed")]
async fn other(_: Order) {}

#[test]
fn only_takes_the_workers_it_names() {
    let names = |app: &App| {
        app.workers()
            .iter()
            .map(|worker| worker.name().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&App::only(["other-listed"])), ["other-listed"]);
    let all = names(&App::new());
    assert!(
        all.starts_with(&["listed".to_owned(), "other-listed".to_owned()]),
        "{all:?}"
    );
    assert!(
        all.len() > 2,
        "other files of this program have some, too: {all:?}"
    );
    assert!(names(&App::empty()).is_empty());
}

#[test]
#[should_panic(expected = r#"there is no worker "lister"; registered are: listed, other-listed"#)]
fn only_refuses_a_name_that_nobody_has() {
    let _ = App::only(["lister"]);
}
