//! An App of some of the offenders, and what is told of it.

use std::error::Error as _;

use messaging::broker::memory::MemoryBroker;
use messaging::check::Problems;
use messaging::{App, Error};

/// A backend that this build has not.
pub(crate) fn absent_backend() -> Vec<(&'static str, &'static str)> {
    let kafka = ("message_broker", "kafka");
    if cfg!(feature = "kafka") {
        vec![kafka, ("kafka_security_protocol", "ssl")]
    } else {
        vec![kafka]
    }
}

/// What would bring it.
pub(crate) fn absent_feature() -> &'static str {
    if cfg!(feature = "kafka") {
        "kafka-tls"
    } else {
        "kafka"
    }
}

pub(crate) fn on_memory(app: App) -> App {
    app.broker(MemoryBroker::new())
        .configure([("message_broker", "memory")])
}

/// The problems, one text each.
pub(crate) fn problems_of(error: &Error) -> Vec<String> {
    assert!(error.is_check(), "{error:?}");
    let problems = error.source().unwrap().downcast_ref::<Problems>().unwrap();
    problems.iter().map(ToString::to_string).collect()
}

pub(crate) fn of(names: &[&str]) -> Vec<String> {
    problems_of(&on_memory(App::only(names)).check().unwrap_err())
}
