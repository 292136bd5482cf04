//! The commands that ask the broker, each against a real Kafka.

mod doctor;
mod groups;
mod no_offset;
mod records;
mod reset;
mod support;
mod topics;
