//! librdkafka's calls that rdkafka has no safe twin of: the only unsafe code of the crate.
#![allow(
    unsafe_code,
    reason = "what these calls save, or tell, cannot be had otherwise"
)]

pub(super) mod membership;
pub(super) mod producer;
pub(super) mod queue;
