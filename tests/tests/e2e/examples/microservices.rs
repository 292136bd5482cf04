//! `microservices`: both services in one process, and as two.

use std::process::Command;

use messaging_tests::process::{Program, Signal};

use super::{Place, built, pair, run, sorted};
use crate::support::{Raw, SOON};

const LINES: [&str; 6] = [
    "orders: a welcome gift for u-ada",
    "orders: a welcome gift for u-grace",
    "users:  u-ada is Ada",
    "users:  u-grace is Grace",
    "welcome.orders: welcome-u-ada with a mug for u-ada",
    "welcome.orders: welcome-u-grace with a mug for u-grace",
];

fn start(place: &Place, arguments: &[&str]) -> Program {
    let mut command = Command::new(built().join("microservices"));
    command.args(arguments).envs(place.environment());
    Program::start(command).unwrap()
}

fn assert_ends(mut program: Program) {
    let status = program.wait_timeout(SOON).unwrap().expect("it does not end");
    assert_eq!(status.code(), Some(0), "{}", program.stderr().unwrap());
}

#[test]
fn microservices_welcomes_each_new_user() {
    assert_eq!(sorted(run("microservices", &[])), LINES);
    let place = Place::of("microservices");
    assert_eq!(sorted(run("microservices", &place.environment())), LINES);
    let event = |user| {
        let value = format!(r#"{{"event":"user.created","user_id":"{user}"}}"#);
        pair(user, &value)
    };
    assert_eq!(place.pairs("user.events"), [event("u-ada"), event("u-grace")]);
}

#[test]
fn microservices_are_two_processes_that_know_only_messages() {
    let place = Place::of("two-microservices");
    let topic = format!("{}user.commands.create", place.prefix);
    Raw::new(place.bootstrap)
        .create_topics(&[(topic.clone(), 1)])
        .unwrap();
    // `publish` names a topic as Kafka does, prefix included.
    assert_ends(start(
        &place,
        &["publish", &topic, r#"{"user_id":"u-1","name":"Ada"}"#],
    ));
    let mut users = start(&place, &["users"]);
    let mut orders = start(&place, &["orders"]);
    users
        .wait_for_line(|line| line == "users:  u-1 is Ada", SOON)
        .unwrap();
    orders
        .wait_for_line(|line| line == "orders: a welcome gift for u-1", SOON)
        .unwrap();
    for mut service in [users, orders] {
        service.signal(Signal::SIGTERM).unwrap();
        assert_ends(service);
    }
    let order = r#"{"order_id":"welcome-u-1","user_id":"u-1","item":"a mug"}"#;
    assert_eq!(place.pairs("welcome.orders"), [pair("welcome-u-1", order)]);
}
