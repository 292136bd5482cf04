//! The start-up check names every problem of this program with its place, all at once. `#[worker]` leaves the place of
//! its own line.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows only the functions that are tests themselves"
)]

use std::error::Error as _;
use std::time::Duration;

#[cfg(not(feature = "kafka-tls"))]
use messaging::broker::NewTopic;
use messaging::broker::memory::MemoryBroker;
use messaging::check::Problems;
use messaging::delivery::policy::OnExhausted;
use messaging::extract::StateHandle;
use messaging::settings::OffsetReset;
use messaging::{
    App, Batch, Context, Delivery, Error, FromDelivery, Message, Missing, Rejection, RetryPolicy, State,
    WorkerSpec, worker,
};

/// What handlers here want and nobody gives.
#[derive(Clone)]
struct Gateway;

/// A user's extractor that wants something.
struct Tenant;

impl FromDelivery for Tenant {
    type Setup = StateHandle<u64>;
    fn setup(context: &Context) -> Result<Self::Setup, Missing> {
        context.state::<u64>().map_err(|_| {
            Missing::new(
                "`Tenant` has no salt",
                "add `.state(salt)` with a `u64` to the App",
            )
        })
    }
    fn from_delivery(_: &Self::Setup, _: &Delivery) -> Result<Tenant, Rejection> {
        Ok(Tenant)
    }
}

#[worker(topic = "orders", name = "twin", group_id = "twin-1")]
async fn twin_one(_: String) {}

#[worker(topic = "orders", name = "twin", group_id = "twin-2")]
async fn twin_two(_: String) {}

#[worker(topic = "parcels", group_id = "post")]
async fn left(_: String) {}

#[worker(topic = "parcels", group_id = "post")]
async fn right(_: String) {}

#[worker(topic = "payments")]
async fn stateless(_: String, _: State<Gateway>, _: State<i8>) {}

#[worker(topic = "tenants")]
async fn for_tenant(_: String, _: Tenant) {}

#[worker(topic = "letters", dlq_topic = "letters.bad")]
async fn looping(_: String) {}

#[worker(topic = "letters.bad", dlq_topic = "letters")]
async fn looping_back(_: String) {}

const BAD_NAME: &str = "no good";

#[worker(topic = BAD_NAME)]
async fn misnamed(_: String) {}

#[worker(topic = "first", group_id = "readers", auto_offset_reset = "earliest")]
async fn from_first(_: String) {}

#[worker(topic = "second", group_id = "readers", auto_offset_reset = "latest")]
async fn from_last(_: String) {}

#[worker(topic = "questions")]
async fn answers_nowhere(text: String) -> String {
    text
}

const NONE: usize = 0;

#[worker(topic = "idle", concurrency = NONE)]
async fn idle(_: String) {}

#[worker(topic = "fine", output_topic = "fine.too")]
async fn fine(text: String) -> String {
    text
}

/// `file:line` of the attribute on a function of this file.
fn place(function: &str) -> String {
    let lines: Vec<&str> = include_str!("check.rs").lines().collect();
    let start = format!("async fn {function}(");
    let at = lines.iter().position(|line| line.starts_with(&start)).unwrap();
    let attribute = lines[..at]
        .iter()
        .rposition(|line| line.starts_with("#[worker("))
        .unwrap();
    format!("{}:{}", file!(), attribute + 1)
}

/// A backend that this build has not.
fn absent_backend() -> Vec<(&'static str, &'static str)> {
    let kafka = ("message_broker", "kafka");
    if cfg!(feature = "kafka") {
        vec![kafka, ("kafka_security_protocol", "ssl")]
    } else {
        vec![kafka]
    }
}

/// What would bring it.
fn absent_feature() -> &'static str {
    if cfg!(feature = "kafka") {
        "kafka-tls"
    } else {
        "kafka"
    }
}

fn on_memory(app: App) -> App {
    app.broker(MemoryBroker::new())
        .configure([("message_broker", "memory")])
}

/// The problems, one text each.
fn problems_of(error: &Error) -> Vec<String> {
    assert!(error.is_check(), "{error:?}");
    let problems = error.source().unwrap().downcast_ref::<Problems>().unwrap();
    problems.iter().map(ToString::to_string).collect()
}

fn of(names: &[&str]) -> Vec<String> {
    problems_of(&on_memory(App::only(names)).check().unwrap_err())
}

#[test]
fn two_workers_of_one_name() {
    let places = format!("({}, {})", place("twin_one"), place("twin_two"));
    assert_eq!(
        of(&["twin"]),
        [format!(
            "2 workers are named \"twin\"; give each its own with `name` {places}"
        )]
    );
}

#[test]
fn two_handlers_for_one_topic_in_one_group() {
    let places = format!("({}, {})", place("left"), place("right"));
    assert_eq!(
        of(&["left", "right"]),
        [format!(
            "workers \"left\" and \"right\" handle topic \"parcels\" in one group, \"post\"; give each its own `group_id`, or make them one {places}"
        )]
    );
}

#[test]
fn every_missing_state() {
    let missing = |name: &str| {
        format!(
            "worker \"stateless\": no state of type `{name}` is provided; add `.state(value)` or `.provide(make)` with a `{name}` to the App ({})",
            place("stateless")
        )
    };
    assert_eq!(of(&["stateless"]), [missing("check::Gateway"), missing("i8")]);
    on_memory(App::only(["stateless"]).state(Gateway).state(7_i8))
        .check()
        .unwrap();
}

#[test]
fn two_values_of_one_type() {
    let at = |line: u32| format!("{}:{line}", file!());
    async fn made() -> Result<Gateway, std::io::Error> {
        Ok(Gateway)
    }
    let line = line!();
    let app = App::empty()
        .state(7_i8)
        .state(8_i8)
        .state(9_u8)
        .provide(made)
        .state(10_i8)
        .provide(made);
    let told = |what: &str, how: &str, lines: &[u32]| {
        let (count, places) = (lines.len(), lines.iter().map(|after| at(line + after)));
        format!(
            "{count} values of type `{what}` are given with `{how}`, and handlers would see the first only; wrap the others in types of their own ({})",
            places.collect::<Vec<_>>().join(", ")
        )
    };
    assert_eq!(
        problems_of(&on_memory(app).check().unwrap_err()),
        [
            told("i8", ".state(value)", &[2, 3, 6]),
            told("check::Gateway", ".provide(make)", &[5, 7]),
        ]
    );
    on_memory(App::empty().provide(made).state(Gateway))
        .check()
        .expect("a ready value stands for the one that would be made");
}

#[test]
fn what_a_users_extractor_lacks() {
    assert_eq!(
        of(&["for_tenant"]),
        [format!(
            "worker \"for_tenant\": `Tenant` has no salt; add `.state(salt)` with a `u64` to the App ({})",
            place("for_tenant")
        )]
    );
}

#[test]
fn a_dead_letter_topic_fed_by_its_own_reader() {
    let itself = || {
        let spec = WorkerSpec::of("looping", "letters", looping);
        spec.dlq_topic("letters")
    };
    let app = |spec| on_memory(App::empty().worker(spec));
    let told = problems_of(&app(itself()).check().unwrap_err());
    let problem = "worker \"looping\" would read its own dead letters from \"letters\", for ever; give it another `dlq_topic`, or `on_exhausted = \"skip\"`";
    assert!(told.len() == 1 && told[0].starts_with(problem), "{told:?}");
    app(itself().on_exhausted(OnExhausted::Skip))
        .check()
        .expect("it writes none");

    let told = of(&["looping", "looping_back"]);
    let (one, other) = (place("looping"), place("looping_back"));
    assert_eq!(told.len(), 2);
    assert!(
        told[0].starts_with(problem) && told[0].ends_with(&format!("({one}, {other})")),
        "{told:?}"
    );
    assert!(told[1].ends_with(&format!("({other}, {one})")), "{told:?}");
}

#[test]
fn a_reader_of_dead_letters_is_no_loop() {
    let app = App::empty()
        .worker(WorkerSpec::of("a", "in", twin_one))
        .worker(WorkerSpec::of("b", "in.dlq", twin_one));
    on_memory(app).check().unwrap();
}

#[test]
fn a_backend_that_is_not_compiled_in() {
    let error = App::only(["fine"]).configure(absent_backend()).check();
    if cfg!(feature = "kafka-tls") {
        return error.unwrap();
    }
    let told = problems_of(&error.unwrap_err());
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("not compiled in; build `messaging` with the feature")
            && told[0].contains(absent_feature()),
        "{told:?}"
    );
    assert!(
        told[0].contains("is kafka (configure), ") || told[0].contains("is SSL (configure), "),
        "{told:?}"
    );
}

#[tokio::test]
#[cfg(not(feature = "kafka-tls"))]
async fn what_is_not_compiled_in_is_told_without_a_check_too() {
    let app = App::empty().configure(absent_backend());
    let error = app
        .create_topics([NewTopic::named("t")])
        .await
        .expect_err("there is no such backend");
    assert!(!error.is_disabled(), "{error:?}");
    let report = error.report();
    let feature = format!("with the feature \"{}\"", absent_feature());
    assert!(report.contains(&feature), "{report}");
}

#[test]
fn an_invalid_topic_name() {
    assert_eq!(
        of(&["misnamed"]),
        [format!(
            "worker \"misnamed\": a topic name \"no good\" has ' '; use letters, digits, '.', '_' and '-' ({})",
            place("misnamed")
        )],
        "once, and not again of its dead letter topic"
    );
}

#[test]
fn two_starts_in_one_group() {
    let places = format!("({}, {})", place("from_first"), place("from_last"));
    assert_eq!(
        of(&["from_first", "from_last"]),
        [format!(
            "group \"readers\" is one client, but its workers differ in `auto_offset_reset`: \"from_first\" earliest, \"from_last\" latest; make them equal, or give one its own `group_id` {places}"
        )]
    );
}

#[test]
fn all_at_once_before_anything_connects() {
    let error = App::new().configure(absent_backend()).check().unwrap_err();
    let report = error.report();
    let mut expected = vec![
        "named \"twin\"".to_owned(),
        "handle topic \"parcels\"".to_owned(),
        "`check::Gateway`".to_owned(),
        "`Tenant` has no salt".to_owned(),
        "its own dead letters from \"letters\"".to_owned(),
        "\"no good\" has ' '".to_owned(),
        "group \"readers\"".to_owned(),
        "has no output topic".to_owned(),
        "has `concurrency` = 0".to_owned(),
    ];
    if !cfg!(feature = "kafka-tls") {
        expected.push("not compiled in".to_owned());
    }
    let offenders = [
        "twin_one",
        "twin_two",
        "left",
        "right",
        "stateless",
        "for_tenant",
        "looping",
        "misnamed",
        "from_first",
        "from_last",
        "answers_nowhere",
        "idle",
    ];
    expected.extend(offenders.map(place));
    for part in expected {
        assert!(report.contains(&part), "`{part}` is not told:\n{report}");
    }
    assert!(!report.contains(&place("fine")), "{report}");
    let count = problems_of(&error).len();
    assert!(report.contains(&format!("{count} problems\n")), "{report}");
}

#[test]
fn places_of_workers_made_by_hand_are_where_they_are_made() {
    let line = line!() + 1;
    let spec = WorkerSpec::of("hand", "in", stateless);
    let error = on_memory(App::empty().worker(spec)).check().unwrap_err();
    let problems = error.source().unwrap().downcast_ref::<Problems>().unwrap();
    for problem in problems.iter() {
        assert_eq!(
            (problem.places()[0].file, problem.places()[0].line),
            (file!(), line)
        );
    }
    assert_eq!(problems.iter().count(), 2);
}

#[test]
fn what_only_batches_take() {
    async fn one(_: String) {}
    async fn many(_: Batch<String>) {}
    let app = |spec: WorkerSpec| on_memory(App::empty().worker(spec.batch_size(5)));
    let told = problems_of(&app(WorkerSpec::of("one", "in", one)).check().unwrap_err());
    assert!(
        told[0].starts_with("worker \"one\" has `batch_size` or `batch_timeout`, but"),
        "{told:?}"
    );
    app(WorkerSpec::of("many", "in", many)).check().unwrap();
}

#[cfg(not(feature = "json-schema"))]
#[test]
fn a_schema_without_its_feature() {
    async fn any(value: serde_json::Value) {
        drop(value);
    }
    let spec = WorkerSpec::of("any", "in", any).input_schema("{}");
    let told = problems_of(&on_memory(App::empty().worker(spec)).check().unwrap_err());
    let expected = "worker \"any\": `input_schema` needs the feature \"json-schema\" of `messaging`, which is off; add it to the features of `messaging` in Cargo.toml (";
    assert!(told.len() == 1 && told[0].starts_with(expected), "{told:?}");
}

#[test]
fn values_that_the_macro_would_refuse_as_literals() {
    let from_1 = "use a whole number from 1";
    assert_eq!(
        of(&["idle"]),
        [format!(
            "worker \"idle\" has `concurrency` = 0; {from_1} ({})",
            place("idle")
        )]
    );
    async fn many(_: Batch<String>) {}
    let told = |spec: WorkerSpec| problems_of(&on_memory(App::empty().worker(spec)).check().unwrap_err());
    let spec = || WorkerSpec::of("w", "in", many);
    let zeros = spec().batch_size(0).max_in_flight(0).max_bytes(0).max_ahead(0);
    let told_of_all = told(zeros.retry_jitter(-5.0).timeout(Duration::ZERO));
    let share = "use a number from 0.0 to 1.0";
    let expected = [
        format!("`batch_size` = 0; {from_1}"),
        format!("`max_in_flight` = 0; {from_1}"),
        format!("`max_bytes` = 0; {from_1}"),
        format!("`max_ahead` = 0; {from_1}"),
        format!("`retry_jitter` = -5.0; {share}"),
        "`timeout` = 0; use a duration longer than nothing, or none for no limit".to_owned(),
    ];
    assert_eq!(told_of_all.len(), expected.len(), "{told_of_all:?}");
    for (told, expected) in told_of_all.iter().zip(expected) {
        assert!(
            told.starts_with(&format!("worker \"w\" has {expected} (")),
            "{told}"
        );
    }
    let policy = RetryPolicy::fixed().jitter(1.5);
    let expected = format!("`retry_jitter` = 1.5; {share}");
    assert!(
        told(spec().retry_policy(policy))
            .iter()
            .any(|what| what.contains(&expected))
    );
    for jitter in [1e300, f64::NAN] {
        let told = told(spec().retry_jitter(jitter));
        let expected = format!("`retry_jitter` = {jitter:?}; {share}");
        assert!(told[0].contains(&expected), "{told:?}");
    }
}

#[test]
fn the_ends_of_what_keys_take() {
    async fn many(_: Batch<String>) {}
    let check = |spec: WorkerSpec| on_memory(App::empty().worker(spec)).check();
    let spec = || WorkerSpec::of("w", "in", many).retry_delay(Duration::ZERO);
    check(spec().concurrency(usize::MAX).retry_jitter(1.0)).unwrap();
    check(
        spec()
            .concurrency(1)
            .max_in_flight(1)
            .batch_size(1)
            .retry_jitter(0.0),
    )
    .unwrap();
}

#[test]
fn an_answer_without_a_topic_to_go_to() {
    assert_eq!(
        of(&["answers_nowhere"]),
        [format!(
            "worker \"answers_nowhere\" returns something to publish and has no output topic; add `output_topic = \"…\"`, or return a `Message` with a topic, or `()` ({})",
            place("answers_nowhere")
        )]
    );
}

#[test]
fn which_answers_need_an_output_topic() {
    type Or<T> = Result<T, std::fmt::Error>;
    macro_rules! told {
        ($input:ty => $answer:ty) => {{
            async fn handler(_: $input) -> $answer {
                unreachable!("it is only checked")
            }
            let spec = || WorkerSpec::of("w", "in", handler);
            let check = |spec| on_memory(App::empty().worker(spec)).check();
            check(spec().output_topic("out")).expect("it has an output topic");
            check(spec()).is_err()
        }};
    }
    let needed = [
        told!(String => String),
        told!(String => Option<String>),
        told!(String => Vec<String>),
        told!(String => Or<String>),
        told!(String => Or<Option<Vec<String>>>),
        told!(Batch<String> => Vec<Or<String>>),
    ];
    assert_eq!(needed, [true; 6]);
    let not_needed = [
        told!(String => ()),
        told!(String => Or<()>),
        told!(String => Message<String>),
        told!(String => Option<Message<String>>),
        told!(String => Or<Vec<Message<String>>>),
        told!(Batch<String> => ()),
        told!(Batch<String> => Or<()>),
        told!(Batch<String> => Vec<Or<()>>),
        told!(Batch<String> => Vec<Or<Message<String>>>),
    ];
    assert_eq!(not_needed, [false; 9]);
}

#[test]
fn names_of_groups_and_other_topics() {
    let app = |spec: WorkerSpec| on_memory(App::empty().worker(spec.auto_offset_reset(OffsetReset::Latest)));
    let named = |spec| problems_of(&app(spec).check().unwrap_err()).concat();
    let spec = || WorkerSpec::of("fine", "in", fine).output_topic("out");
    assert!(named(spec().output_topic("..")).contains("a topic cannot be named \"..\""));
    assert!(named(spec().dlq_topic("a b")).contains("a topic name \"a b\" has ' '"));
    assert!(named(spec().group_id("")).contains("a group name is empty"));
    app(spec().dlq_topic("a b").on_exhausted(OnExhausted::Stop))
        .check()
        .expect("it writes no dead letters");
}

#[tokio::test]
async fn a_start_is_refused_as_the_check_is() {
    let error = on_memory(App::only(["twin"])).start().await.unwrap_err();
    assert_eq!(problems_of(&error), of(&["twin"]));
}
