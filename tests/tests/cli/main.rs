//! The commands of a user's program, run as a child: one subject a file.

mod arguments;
mod brokers;
mod check;
mod running;
mod settings;
mod support;
mod workers;
