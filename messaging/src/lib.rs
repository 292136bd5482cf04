//! Event-driven services from annotated Rust.
