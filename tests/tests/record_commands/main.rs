//! The commands that read and write records, run as children against a real Kafka.

mod consume;
mod consumer;
mod dead_letters;
mod killed_replay;
mod publish;
mod support;
mod wrong;
