//! Placeholder until the settings branch is merged.
/// Where a group without a valid offset begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OffsetReset {
    /// At the first record.
    #[default]
    Earliest,
    /// Behind the last record.
    Latest,
    /// Nowhere: that is an error.
    None,
}
/// Problems.
#[derive(Debug, thiserror::Error)]
#[error("problems")]
pub struct SettingsError {}
