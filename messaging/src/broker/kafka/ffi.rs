//! librdkafka's calls that rdkafka has no safe twin of: the only unsafe code of the crate.
#![allow(unsafe_code, reason = "what these calls save shows in every record")]

pub(super) mod producer;
pub(super) mod queue;
