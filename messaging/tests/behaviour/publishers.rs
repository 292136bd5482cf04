//! What functions with `#[producer]` and `#[event]` publish.

use chrono::{DateTime, Utc};
use messaging::broker::memory::MemoryBroker;
use messaging::{
    App, Error, Event, Json, Payload, PublisherKind, WorkerSpec, event, get_all_publishers, producer,
    topic as named,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::support::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Payload)]
struct User {
    id: u64,
    home: Home,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Home {
    city: String,
}

fn user(id: u64) -> User {
    let city = "Lisbon".to_owned();
    User {
        id,
        home: Home { city },
    }
}

#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("not published")]
    Publish(#[from] Error),
    #[error("no such user")]
    Absent,
}

/// Runs `call` in a handler, so that it publishes with an App of its own, and answers the broker.
async fn in_a_handler<F>(settings: &[(&str, &str)], call: fn() -> F) -> MemoryBroker
where
    F: Future<Output = ()> + Send + 'static,
{
    let broker = MemoryBroker::new();
    let done = Seen::<()>::new();
    let note = done.clone();
    let app = app_on(&broker).configure(settings.iter().copied());
    let handler = move |_: Order| {
        let note = note.clone();
        async move {
            call().await;
            note.note(());
        }
    };
    let running = started(app.worker(WorkerSpec::of("caller", "calls", handler).max_retries(0))).await;
    send(&running, "calls", [1]).await;
    until("it was called", || done.len() == 1).await;
    end(running).await;
    broker
}

#[producer(topic = "users", key = home.city)]
async fn save(id: u64) -> Result<User, Failed> {
    if id == 0 {
        return Err(Failed::Absent);
    }
    let checked: u64 =
        u64::try_from(i64::try_from(id).map_err(|_| Failed::Absent)?).map_err(|_| Failed::Absent)?;
    Ok(user(checked))
}

#[tokio::test(start_paused = true)]
async fn what_is_returned_is_published_and_returned() {
    let broker = in_a_handler(&[], || async {
        assert_eq!(save(7).await.unwrap(), user(7));
        assert!(
            matches!(save(0).await, Err(Failed::Absent)),
            "an error publishes nothing"
        );
    })
    .await;
    let record = only(&broker, "users").await;
    assert_eq!(record.key(), Some(&b"Lisbon"[..]));
    assert_eq!(headers_of(&record), vec![], "nothing is added");
    assert_eq!(
        serde_json::from_slice::<User>(record.value().unwrap()).unwrap(),
        user(7)
    );
}

#[event("user.created", topic = "user-events", key = id)]
async fn sign_up(id: u64) -> Result<User, Failed> {
    Ok(user(id))
}

#[tokio::test(start_paused = true)]
async fn an_event_is_published_in_its_envelope() {
    let before = Utc::now();
    let broker = in_a_handler(&[], || async {
        assert_eq!(sign_up(7).await.unwrap(), user(7));
    })
    .await;
    let record = only(&broker, "user-events").await;
    assert_eq!(record.key(), Some(&b"7"[..]));
    let event: Event<User> = serde_json::from_slice(record.value().unwrap()).unwrap();
    assert_eq!((event.name.as_str(), &event.data), ("user.created", &user(7)));
    let told = ["event-type", "message-id", "content-type"].map(|name| header(&record, name));
    assert_eq!(told, ["user.created", &event.event_id, "application/json"]);
    assert_eq!(headers_of(&record).len(), 3);
    let age = event.occurred_at.signed_duration_since(before);
    assert!(age.num_minutes().abs() < 5, "{} is not now", event.occurred_at);
    let members: Value = serde_json::from_slice(record.value().unwrap()).unwrap();
    let names: Vec<&String> = members.as_object().unwrap().keys().collect();
    assert_eq!(names, ["data", "event_id", "name", "occurred_at"]);
    let time = members["occurred_at"].as_str().unwrap();
    assert!(
        time.ends_with('Z') && time.parse::<DateTime<Utc>>().is_ok(),
        "{time}"
    );
}

#[named(name = "typed-users", schema = User, key = id)]
struct Users;

#[producer(topic = Users)]
async fn typed() -> messaging::Result<User> {
    Ok(user(3))
}

#[event("user.typed", topic = Users)]
async fn typed_event() -> messaging::Result<User> {
    Ok(user(4))
}

#[producer(topic = Users, key = home.city)]
async fn typed_but_keyed() -> messaging::Result<User> {
    Ok(user(5))
}

#[tokio::test(start_paused = true)]
async fn the_topics_type_makes_the_key_unless_one_is_given() {
    let broker = in_a_handler(&[("topic_prefix", "dev.")], || async {
        typed().await.unwrap();
        typed_event().await.unwrap();
        typed_but_keyed().await.unwrap();
    })
    .await;
    let mut keys: Vec<_> = broker
        .records("dev.typed-users")
        .into_iter()
        .map(|r| r.key.unwrap())
        .collect();
    keys.sort();
    assert_eq!(keys, [b"3".to_vec(), b"4".to_vec(), b"Lisbon".to_vec()]);
}

struct Desk {
    next: u64,
}

impl Desk {
    #[producer(topic = "by-methods", key = id)]
    async fn borrowed(&self, add: &u64) -> Result<User, Failed> {
        Ok(user(self.next + add))
    }

    #[producer(topic = "by-methods", key = id)]
    async fn changed(&mut self, mut steps: u64) -> Result<User, Failed> {
        while steps > 0 {
            self.next += 1;
            steps -= 1;
        }
        Ok(user(self.next))
    }

    #[event("desk.closed", topic = "by-methods", key_field = "id")]
    async fn taken(self) -> Result<User, Failed> {
        Ok(user(self.next))
    }
}

trait Counter {
    async fn count(&self) -> messaging::Result<Json<u64>>;
}

impl Counter for Desk {
    #[producer(topic = "by-methods")]
    async fn count(&self) -> messaging::Result<Json<u64>> {
        Ok(Json(self.next))
    }
}

#[producer(topic = "by-methods")]
async fn generic<T>(value: T) -> messaging::Result<T>
where
    T: Payload + Clone,
{
    Ok(value.clone())
}

#[tokio::test(start_paused = true)]
async fn methods_and_generic_functions_publish() {
    let broker = in_a_handler(&[], || async {
        let mut desk = Desk { next: 1 };
        assert_eq!(desk.borrowed(&1).await.unwrap().id, 2);
        assert_eq!(desk.changed(2).await.unwrap().id, 3);
        assert_eq!(desk.count().await.unwrap(), Json(3));
        assert_eq!(desk.taken().await.unwrap().id, 3);
        assert_eq!(generic("text".to_owned()).await.unwrap(), "text");
    })
    .await;
    assert_eq!(broker.records("by-methods").len(), 5);
}

#[producer(topic = "answers")]
async fn maybe(is: bool) -> Result<Option<User>, Failed> {
    Ok(is.then(|| user(1)))
}

#[producer(topic = "answers", key = id, on_publish_error = "log")]
async fn bare() -> User {
    user(2)
}

#[event("answered", topic = "answers")]
async fn wrapped() -> messaging::Result<Json<Vec<u8>>> {
    Ok(Json(vec![1, 2]))
}

#[tokio::test(start_paused = true)]
async fn answers_of_many_shapes_are_published() {
    let broker = in_a_handler(&[], || async {
        assert_eq!(maybe(false).await.unwrap(), None);
        assert_eq!(maybe(true).await.unwrap(), Some(user(1)));
        assert_eq!(bare().await, user(2));
        assert_eq!(wrapped().await.unwrap(), Json(vec![1, 2]));
    })
    .await;
    let values: Vec<Value> = broker
        .records("answers")
        .into_iter()
        .map(|record| serde_json::from_slice(&record.value.unwrap()).unwrap())
        .collect();
    assert_eq!(values.len(), 3, "`None` is not published: {values:?}");
    assert!(
        values
            .iter()
            .any(|value| value["data"] == serde_json::json!([1, 2])),
        "{values:?}"
    );
}

#[cfg(feature = "axum")]
mod for_axum {
    use axum::http::StatusCode;
    use messaging::{Error, event, producer};

    use super::*;

    /// What serde can only write, as most of what a web server answers.
    #[derive(Serialize)]
    struct Answer {
        id: u64,
    }

    #[event("answer.given", topic = "for-axum", key = id)]
    async fn given() -> Result<(StatusCode, axum::Json<Answer>), Error> {
        Ok((StatusCode::CREATED, axum::Json(Answer { id: 7 })))
    }

    #[producer(topic = "for-axum", key = id, on_publish_error = "log")]
    async fn returned() -> axum::Json<User> {
        axum::Json(user(8))
    }

    #[tokio::test(start_paused = true)]
    async fn what_handlers_of_axum_answer_is_published() {
        let broker = in_a_handler(&[], || async {
            let (status, axum::Json(answer)) = given().await.unwrap();
            assert_eq!((status, answer.id), (StatusCode::CREATED, 7));
            assert_eq!(returned().await.0, user(8));
        })
        .await;
        let mut keys: Vec<_> = broker
            .records("for-axum")
            .into_iter()
            .map(|record| record.key)
            .collect();
        keys.sort();
        assert_eq!(keys, [Some("7".into()), Some("8".into())]);
    }
}

/// No broker has a topic of this name; what is written as a literal is refused by the compiler.
const REFUSED: &str = "no good";

#[producer(topic = REFUSED)]
async fn unpublished() -> Result<User, Failed> {
    Ok(user(1))
}

#[producer(topic = "answers", on_publish_error = "fail")]
async fn unwritable() -> messaging::Result<Json<std::collections::BTreeMap<Vec<u8>, u8>>> {
    Ok(Json([(vec![1], 1)].into()))
}

#[producer(topic = REFUSED, on_publish_error = "log")]
async fn logged() -> Result<User, Failed> {
    Ok(user(1))
}

#[tokio::test(start_paused = true)]
async fn an_error_of_publishing_takes_the_answers_place_or_is_logged() {
    let log = Log::new();
    let broker = in_a_handler(&[], || async {
        let Err(Failed::Publish(error)) = unpublished().await else {
            panic!("the topic has no such name")
        };
        assert!(
            error.report().contains("a topic name \"no good\" has ' '"),
            "{error:?}"
        );
        let error = unwritable().await.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("for topic \"answers\" could not be encoded"),
            "{error:?}"
        );
        assert_eq!(logged().await.unwrap(), user(1));
    })
    .await;
    let logged = log.of("ERROR what a function returned was not published");
    assert_eq!(logged.len(), 1, "{:?}", log.complaints());
    assert!(broker.records("answers").is_empty());
}

#[test]
fn every_publisher_is_registered_with_its_place() {
    let all = get_all_publishers();
    let of = |name: &str| all.iter().find(|publisher| publisher.name() == name).unwrap();
    let (save, sign_up) = (of("save"), of("sign_up"));
    assert_eq!(
        (save.topic(), save.key_field(), save.event()),
        ("users", Some("home.city"), None)
    );
    assert_eq!(save.kind(), PublisherKind::Producer);
    assert_eq!(save.place().module, "behaviour::publishers");
    assert!(
        save.place().to_string().contains("publishers.rs:"),
        "{}",
        save.place()
    );
    assert_eq!(
        (sign_up.topic(), sign_up.event()),
        ("user-events", Some("user.created"))
    );
    assert_eq!(sign_up.kind(), PublisherKind::Event);
    assert_eq!(of("typed").topic(), "typed-users");
    assert_eq!(of("taken").key_field(), Some("id"));
    assert_eq!(of("generic").topic(), "by-methods");
    assert!(App::empty().check().is_ok());
}
