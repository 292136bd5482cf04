//! The commands that ask the broker, each against a real Kafka.

mod groups;
mod records;
mod reset;
mod support;
mod topics;
