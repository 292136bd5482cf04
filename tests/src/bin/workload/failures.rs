//! One worker for each way to fail. The record `bad` fails; any other succeeds and is the output.
//!
//! Every call is a line `worker record attempt`, so that a test can count them.

use std::time::Duration;

use messaging::prelude::*;

fn called(worker: &str, text: &str, attempt: u32) -> bool {
    println!("{worker} {text} {attempt}");
    text == "bad"
}

#[worker(
    topic = "panics",
    output_topic = "out",
    max_retries = 2,
    retry_delay = "100ms"
)]
async fn panics(text: String, Attempt(attempt): Attempt) -> String {
    assert!(!called("panics", &text, attempt), "it panics as asked");
    text
}

#[worker(
    topic = "hangs",
    output_topic = "out",
    timeout = "300ms",
    max_retries = 1,
    retry_delay = "100ms"
)]
async fn hangs(text: String, Attempt(attempt): Attempt) -> String {
    if called("hangs", &text, attempt) {
        std::future::pending::<()>().await;
    }
    text
}

#[worker(topic = "fails", output_topic = "out", max_retries = 3, retry_delay = "100ms")]
async fn fails(text: String, Attempt(attempt): Attempt) -> Result<String, std::io::Error> {
    if called("fails", &text, attempt) {
        return Err(std::io::Error::other("it fails as asked"));
    }
    Ok(text)
}

/// Succeeds at its third try.
#[worker(topic = "waits", output_topic = "out", max_retries = 2, retry_delay = "1h")]
async fn waits(text: String, Attempt(attempt): Attempt) -> Result<String, HandlerError> {
    if called("waits", &text, attempt) && attempt < 3 {
        return Err(HandlerError::retry_after(Duration::from_millis(700)));
    }
    Ok(text)
}

#[worker(topic = "rejects", output_topic = "out")]
async fn rejects(text: String, Attempt(attempt): Attempt) -> Result<String, HandlerError> {
    if called("rejects", &text, attempt) {
        return Err(HandlerError::reject("it rejects as asked"));
    }
    Ok(text)
}

#[worker(topic = "skips", output_topic = "out")]
async fn skips(text: String, Attempt(attempt): Attempt) -> Result<String, HandlerError> {
    if called("skips", &text, attempt) {
        return Err(HandlerError::skip("it skips as asked"));
    }
    Ok(text)
}

#[worker(
    topic = "gives-up",
    output_topic = "out",
    max_retries = 1,
    retry_delay = "100ms",
    on_exhausted = "skip"
)]
async fn gives_up(text: String, Attempt(attempt): Attempt) -> Result<String, std::io::Error> {
    if called("gives_up", &text, attempt) {
        return Err(std::io::Error::other("it fails as asked"));
    }
    Ok(text)
}

#[worker(
    topic = "stops",
    output_topic = "out",
    max_retries = 1,
    retry_delay = "100ms",
    on_exhausted = "stop"
)]
async fn stops(text: String, Attempt(attempt): Attempt) -> Result<String, std::io::Error> {
    if called("stops", &text, attempt) {
        return Err(std::io::Error::other("it fails as asked"));
    }
    Ok(text)
}
