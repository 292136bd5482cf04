//! App.
pub(crate) fn producer_from_environment() -> crate::Result<crate::producer::Producer> {
    Err(crate::error::Kind::Disabled.into())
}
