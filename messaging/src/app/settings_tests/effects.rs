//! What each setting changes, seen where it is read.

use super::*;
use crate::app::group::{commit_interval, request};
use crate::broker::NewTopic;
use crate::broker::kafka::REACHES;

/// What can be seen of the settings.
type Seen = BoxFuture<'static, String>;

/// A setting, a value that is not its default, and what is seen then.
struct Effect {
    key: &'static str,
    value: &'static str,
    seen: &'static str,
    look: fn(Settings) -> Seen,
}

const fn effect(
    key: &'static str,
    value: &'static str,
    seen: &'static str,
    look: fn(Settings) -> Seen,
) -> Effect {
    Effect {
        key,
        value,
        seen,
        look,
    }
}

fn at_once(seen: impl ToString) -> Seen {
    Box::pin(std::future::ready(seen.to_string()))
}

const EFFECTS: &[Effect] = &[
    effect("message_broker", "memory", "memory", chosen),
    effect("kafka_enabled", "false", "none", chosen),
    effect("kafka_backend", "native", "no native client", client),
    effect(
        "redis_url",
        "redis://u:p@cache/1",
        "redis://u:p@cache/1",
        |settings| at_once(settings.redis_url.expose()),
    ),
    effect(
        "rabbitmq_url",
        "amqp://u:p@rabbit/shop",
        "amqp://u:p@rabbit/shop",
        |settings| at_once(settings.rabbitmq_url.expose()),
    ),
    effect(
        "kafka_schema_registry_url",
        "https://u:p@registry/path",
        "https://u:p@registry/path",
        |settings| {
            let registry = settings.kafka_schema_registry_url.as_ref();
            at_once(registry.map_or("none", |url| url.expose()))
        },
    ),
    effect("service", "shop", "in by shop.w", worker),
    effect("topic_prefix", "dev.", "dev.in by messaging.w", worker),
    effect("kafka_group_id", "all", "in by all", worker),
    effect("kafka_auto_offset_reset", "latest", "latest", |settings| {
        at_once(subscribed(&settings).reset.as_str())
    }),
    effect("kafka_max_poll_records", "7", "7", |settings| {
        at_once(subscribed(&settings).max_poll_records)
    }),
    effect("shutdown_timeout_ms", "8000", "4s", |settings| {
        at_once(format!("{:?}", subscribed(&settings).revoke_deadline))
    }),
    effect("kafka_auto_commit_interval_ms", "70", "Some(70ms)", commits),
    effect("kafka_enable_auto_commit", "false", "None", commits),
    effect("kafka_fire_and_forget", "true", "no offset", |settings| {
        Box::pin(sent(settings))
    }),
    effect("kafka_dlq_auto_create", "false", "not made", |settings| {
        Box::pin(dead_letter_topic(settings))
    }),
    effect("kafka_connect_retries", "1", "2 tries in 300ms", connecting),
    effect(
        "kafka_connect_initial_backoff_ms",
        "100",
        "11 tries in 81.1s",
        connecting,
    ),
    effect(
        "kafka_connect_backoff_multiplier",
        "3",
        "11 tries in 186.3s",
        connecting,
    ),
    effect(
        "kafka_connect_max_backoff_ms",
        "1000",
        "11 tries in 8.9s",
        connecting,
    ),
];

fn chosen(settings: Settings) -> Seen {
    let broker = connect::broker(&settings);
    at_once(broker.map_or("none", |broker| broker.name()))
}

fn client(settings: Settings) -> Seen {
    let admin = connect::broker(&settings).expect("it is switched on").admin();
    let is_refused = |error: BrokerError| error.to_string().starts_with("kafka_backend is native");
    let seen = if admin.err().is_some_and(is_refused) {
        "no native client"
    } else {
        "a client"
    };
    at_once(seen)
}

fn worker(settings: Settings) -> Seen {
    let place = crate::spec::Place {
        package: "messaging",
        ..crate::spec::Place::of_caller()
    };
    let spec = WorkerSpec::of("w", "in", handle).at(place);
    let worker = Resolved::new(spec.subject(), &settings);
    at_once(format!("{} by {}", worker.topics(), worker.group))
}

fn subscribed(settings: &Settings) -> Subscribe {
    request("g", &["t".to_owned()], None, settings)
}

fn commits(settings: Settings) -> Seen {
    at_once(format!("{:?}", commit_interval(&settings)))
}

/// An App of one worker on memory.
async fn on_memory(settings: Settings, broker: &MemoryBroker) -> Running {
    let app = App::by_hand(settings, Some(Arc::new(broker.clone())));
    let worker = WorkerSpec::of("w", "in", handle).group_id("g");
    app.worker(worker).start().await.expect("it starts")
}

async fn end(running: Running) {
    running.stop();
    running.join().await.expect("it ends");
}

async fn sent(settings: Settings) -> String {
    let running = on_memory(settings, &MemoryBroker::new()).await;
    let receipt = running
        .producer()
        .send("in", &"x".to_owned())
        .await
        .expect("it is sent");
    end(running).await;
    receipt
        .offset
        .map_or("no offset".to_owned(), |offset| format!("offset {offset}"))
}

async fn dead_letter_topic(settings: Settings) -> String {
    let broker = MemoryBroker::new();
    let admin = broker.admin().expect("memory has one");
    let source = [NewTopic::named("in")];
    admin.create_topics(&source).await.expect("it is made");
    let running = on_memory(settings, &broker).await;
    let found = admin.describe_topic("in.dlq").await.expect("it answers");
    end(running).await;
    found.map_or("not made", |_| "made").to_owned()
}

fn connecting(settings: Settings) -> Seen {
    Box::pin(async move {
        let (broker, since) = (Silent(AtomicU32::new(0)), Instant::now());
        let error = connect::reach(&broker, &settings)
            .await
            .expect_err("nobody answers");
        assert!(error.is_unreachable());
        format!("{} tries in {:?}", broker.0.into_inner(), since.elapsed())
    })
}

#[tokio::test(start_paused = true)]
async fn each_setting_has_its_effect() {
    for row in EFFECTS {
        let set = (row.look)(settings(&[(row.key, row.value)])).await;
        assert_eq!(set, row.seen, "{} = {}", row.key, row.value);
        let unset = (row.look)(settings(&[])).await;
        assert_ne!(
            unset, row.seen,
            "{} is proved by another value than the default",
            row.key
        );
    }
}

#[test]
fn every_setting_has_one_proof() {
    for row in Settings::default().describe() {
        let here = EFFECTS.iter().filter(|effect| effect.key == row.key).count();
        let of_the_client = REACHES.iter().filter(|(key, ..)| *key == row.key).count();
        assert_eq!(
            here + of_the_client,
            1,
            "{} needs one proof, here or in REACHES",
            row.key
        );
    }
}
