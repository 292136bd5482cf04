//! `tracking`: what it says is queued is written, also when it is told to end at once.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use messaging_tests::process::{Program, Signal};
use serde_json::{Value, json};
use ureq::Agent;

use super::{Place, built, run, sorted};
use crate::support::SOON;

const LINES: [&str; 4] = [
    r#"POST /tracking/track answers {"queued":3}"#,
    r#"tracking.events: {"page":"/"}"#,
    r#"tracking.events: {"page":"/basket"}"#,
    r#"tracking.events: {"page":"/keyboards"}"#,
];

/// The service, and where it listens.
fn start(place: &Place) -> (Program, String) {
    let mut command = Command::new(built().join("tracking"));
    command.arg("0").envs(place.environment());
    let mut program = Program::start(command).unwrap();
    let begin = "tracking listens at ";
    let line = program
        .wait_for_line(|line| line.starts_with(begin), SOON)
        .unwrap();
    let url = format!("{}/tracking/track", &line[begin.len()..]);
    (program, url)
}

fn post(url: &str, body: &str) -> (u16, Value) {
    let config = Agent::config_builder().http_status_as_error(false).build();
    let mut answer = Agent::from(config).post(url).send(body).unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), serde_json::from_str(&text).unwrap())
}

#[test]
fn tracking_shows_the_events_of_a_request() {
    assert_eq!(sorted(run("tracking", &[])), LINES);
    let place = Place::of("tracking-demo");
    assert_eq!(sorted(run("tracking", &place.environment())), LINES);
    assert_eq!(sorted(run("tracking", &place.environment())), LINES);
}

#[test]
fn tracking_writes_all_that_it_has_queued_before_it_ends() {
    let place = Place::of("tracking");
    let (mut service, url) = start(&place);
    let events: Vec<Value> = (0..1000).map(|number| json!({"number": number})).collect();
    let body = json!({"events": events}).to_string();
    for _ in 0..3 {
        assert_eq!(post(&url, &body), (200, json!({"queued": 1000})));
    }
    service.signal(Signal::SIGTERM).unwrap();
    let status = service.wait_timeout(SOON).unwrap().expect("it does not end");
    assert_eq!(status.code(), Some(0), "{}", service.stderr().unwrap());
    let mut written: Vec<String> = place
        .records("tracking.events")
        .iter()
        .map(|record| record.text().to_owned())
        .collect();
    let mut sent: Vec<String> = events.iter().cycle().take(3000).map(Value::to_string).collect();
    written.sort_unstable();
    sent.sort_unstable();
    assert!(
        written == sent,
        "{} of {} events are written",
        written.len(),
        sent.len()
    );
}

#[test]
fn tracking_says_what_is_wrong_with_a_request_and_queues_none_of_it() {
    let place = Place::of("tracking-wrong");
    let (_service, url) = start(&place);
    for (body, reason) in [
        ("{", "EOF while parsing an object at line 1 column 1"),
        ("{}", "missing field `events` at line 1 column 2"),
        (
            r#"{"events": 7}"#,
            "invalid type: integer `7`, expected a sequence at line 1 column 12",
        ),
        (
            r#"{"events": [{}, "x"]}"#,
            r#"events[1] is "x", and not an object"#,
        ),
    ] {
        assert_eq!(post(&url, body), (400, json!({"error": reason})), "{body}");
    }
    assert_eq!(post(&url, r#"{"events": []}"#), (200, json!({"queued": 0})));
    assert_eq!(place.records("tracking.events").len(), 0);
}

#[test]
fn tracking_ends_although_a_client_never_finishes_its_request() {
    let place = Place::of("tracking-slow");
    let (mut service, url) = start(&place);
    assert_eq!(post(&url, r#"{"events": [{}]}"#), (200, json!({"queued": 1})));
    let address = url
        .trim_start_matches("http://")
        .trim_end_matches("/tracking/track");
    let mut slow = TcpStream::connect(address).unwrap();
    let head = "POST /tracking/track HTTP/1.1\r\nHost: tracking\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n";
    slow.write_all(head.as_bytes()).unwrap();
    // The service waits for the body now.
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100");
    service.signal(Signal::SIGTERM).unwrap();
    let said = "requests were still unanswered 10s after the signal to end";
    service.wait_for_line(|line| line == said, SOON).unwrap();
    let status = service.wait_timeout(SOON).unwrap().expect("it does not end");
    assert_eq!(status.code(), Some(0), "{}", service.stderr().unwrap());
    assert_eq!(place.records("tracking.events").len(), 1);
}
