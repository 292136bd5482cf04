//! The start-up check.
/// All that does not fit.
#[derive(Debug, thiserror::Error)]
#[error("problems")]
pub struct Problems {}
