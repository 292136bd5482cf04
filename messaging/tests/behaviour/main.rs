//! What a worker does, on the in-memory broker, with time that does not pass by itself: one behaviour a file.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows only the functions that are tests themselves"
)]

mod apps;
mod batches;
mod bounds;
mod by_hand;
mod class_style;
mod dead_letters;
mod domain_events;
mod drain;
mod events;
mod events_fit;
mod exhausted;
mod extractors;
mod failed_start;
mod failures;
mod groups;
mod headers;
mod hooks;
mod layers;
mod logging;
mod methods;
mod order;
mod outputs;
mod panics;
mod producers;
mod publishers;
mod rebalance;
mod running;
mod runtime_gone;
#[cfg(feature = "json-schema")]
mod schemas;
mod sending;
mod start;
mod support;
mod topics_by_hand;
mod unsent;
