//! JSON Schemas of what a worker reads and returns, for workers of `serde_json::Value`: nothing else checks its shape.
//!
//! | file | what it holds |
//! |---|---|
//! | `fitting` | the handler that refuses what does not fit |
//! | `absent` | what stands for it without the feature `json-schema` |

#[cfg(not(feature = "json-schema"))]
mod absent;
#[cfg(feature = "json-schema")]
mod fitting;

use std::sync::Arc;

use serde_json::Value;

#[cfg(not(feature = "json-schema"))]
use self::absent::{Fitting, Schema};
#[cfg(feature = "json-schema")]
use self::fitting::{Fitting, Schema};
use crate::handler::ErasedHandler;
use crate::spec::Made;

const INPUT: &str = "input_schema";
const OUTPUT: &str = "output_schema";

/// What gives a JSON Schema: its text, also by `include_str!`, a `Value`, or a function that returns one. It is asked
/// once, by the start-up check.
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives no JSON Schema",
    label = "not a schema",
    note = "write its text, `include_str!(\"order.json\")`, or a function `fn() -> serde_json::Value`"
)]
pub trait SchemaSource: Send + Sync + 'static {
    /// The schema.
    ///
    /// # Errors
    /// When it is no JSON.
    fn schema(&self) -> Result<Value, serde_json::Error>;
}

impl SchemaSource for &'static str {
    fn schema(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_str(self)
    }
}

impl SchemaSource for String {
    fn schema(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_str(self)
    }
}

impl SchemaSource for Value {
    fn schema(&self) -> Result<Value, serde_json::Error> {
        Ok(self.clone())
    }
}

impl<F: Fn() -> Value + Send + Sync + 'static> SchemaSource for F {
    fn schema(&self) -> Result<Value, serde_json::Error> {
        Ok(self())
    }
}

/// A payload whose shape only a schema can check.
#[diagnostic::on_unimplemented(
    message = "a JSON Schema is for `serde_json::Value`, and `{Self}` is none",
    label = "its type says already what fits",
    note = "handle `serde_json::Value`, or remove the key"
)]
pub trait Shapeless {}
impl Shapeless for Value {}

/// The schemas of one worker.
#[derive(Clone, Default)]
pub(crate) struct Schemas {
    pub(crate) input: Option<Arc<dyn SchemaSource>>,
    pub(crate) output: Option<Arc<dyn SchemaSource>>,
}

impl Schemas {
    /// `handler` between the schemas; without any it stays as it is.
    ///
    /// # Errors
    /// What is wrong with each of them.
    pub(crate) fn around(&self, handler: Arc<dyn ErasedHandler>) -> Made {
        if self.input.is_none() && self.output.is_none() {
            return Ok(handler);
        }
        let input = self.input.as_deref().map(|source| Schema::new(INPUT, source));
        let output = self.output.as_deref().map(|source| Schema::new(OUTPUT, source));
        match (input.transpose(), output.transpose()) {
            (Ok(input), Ok(output)) => Ok(Fitting::around(handler, input, output)),
            (input, output) => Err(input.err().into_iter().chain(output.err()).collect()),
        }
    }
}
