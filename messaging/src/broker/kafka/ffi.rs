//! librdkafka's calls that rdkafka has no safe twin of: the only unsafe code of the crate.
#![allow(unsafe_code, reason = "rdkafka has no safe call for what is done here")]

mod ask;
pub(super) mod groups;
pub(super) mod membership;
pub(super) mod producer;
pub(super) mod queue;
pub(super) mod token;
pub(super) mod topics;
