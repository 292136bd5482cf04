//! The commands that ask the broker, each against a real Kafka.

mod doctor;
mod groups;
mod reset;
mod support;
mod topics;
