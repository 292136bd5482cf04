//! What stands for schemas in a program that is built without them: it refuses the keys.

use std::sync::Arc;

use super::SchemaSource;
use crate::extract::Missing;
use crate::handler::ErasedHandler;

/// Never made.
pub(super) enum Schema {}

impl Schema {
    /// # Errors
    /// Always.
    pub(super) fn new(key: &'static str, _: &dyn SchemaSource) -> Result<Schema, Missing> {
        Err(Missing::new(
            format!("`{key}` needs the feature \"json-schema\" of `messaging`, which is off"),
            "add it to the features of `messaging` in Cargo.toml",
        ))
    }
}

/// Never made.
pub(super) enum Fitting {}

impl Fitting {
    /// Without schemas the handler stays as it is.
    pub(super) fn around(
        handler: Arc<dyn ErasedHandler>,
        _: Option<Schema>,
        _: Option<Schema>,
    ) -> Arc<dyn ErasedHandler> {
        handler
    }
}
