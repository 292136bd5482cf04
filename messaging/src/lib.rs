//! Event-driven services from annotated Rust.

pub mod settings;
