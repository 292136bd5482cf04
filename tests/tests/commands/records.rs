//! The commands that read and write records.

mod consume;
mod consumer;
mod dead_letters;
mod killed_replay;
mod publish;
mod support;
mod wrong;
