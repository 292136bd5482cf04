//! The handler that refuses what does not fit a schema.

use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use super::{INPUT, OUTPUT, SchemaSource};
use crate::extract::Missing;
use crate::handler::{ErasedHandler, Hooks, fill};
use crate::message::Delivery;
use crate::outcome::{Failure, Outcome};

/// How many fields a refusal names at most.
const MOST_NAMED: usize = 5;

/// A schema that is one.
pub(super) struct Schema(Validator);

impl Schema {
    /// # Errors
    /// When the key's value is no JSON, or no schema.
    pub(super) fn new(key: &'static str, source: &dyn SchemaSource) -> Result<Schema, Missing> {
        let remedy = "mend it where the worker stands";
        let no_json = |why| Missing::new(format!("`{key}` is no JSON: {why}"), remedy);
        let schema = source.schema().map_err(no_json)?;
        let no_schema = |why: ValidationError<'_>| {
            let why = format!("`{key}` is no JSON Schema, at {}: {why}", place(&why));
            Missing::new(why, remedy)
        };
        jsonschema::validator_for(&schema).map(Schema).map_err(no_schema)
    }

    /// Why bytes do not fit: each field with what was expected there, and nothing of the content.
    fn refuse(&self, key: &str, what: &str, bytes: &[u8]) -> Option<String> {
        let value: Value = match serde_json::from_slice(bytes) {
            Ok(value) => value,
            Err(error) => return Some(format!("the {what} is no JSON: {error}")),
        };
        let told = |error: ValidationError<'_>| format!("{}: {}", place(&error), error.masked());
        let fields: Vec<String> = self.0.iter_errors(&value).take(MOST_NAMED).map(told).collect();
        (!fields.is_empty()).then(|| format!("the {what} does not fit `{key}`: {}", fields.join("; ")))
    }
}

/// The JSON pointer of what is wrong.
fn place(error: &ValidationError<'_>) -> String {
    match error.instance_path().as_str() {
        "" => "the whole".to_owned(),
        pointer => pointer.to_owned(),
    }
}

/// The schemas of one worker.
struct Both {
    input: Option<Schema>,
    output: Option<Schema>,
}

impl Both {
    fn refuse_input(&self, delivery: &Delivery) -> Option<Outcome> {
        // A tombstone is for the handler to refuse.
        let why = self.input.as_ref()?.refuse(INPUT, "record", delivery.value()?)?;
        Some(Outcome::Failed(Failure::decode(why)))
    }

    fn fitting(&self, outcome: Outcome) -> Outcome {
        let (Outcome::Done(outputs), Some(schema)) = (&outcome, &self.output) else {
            return outcome;
        };
        let values = outputs.iter().filter_map(|output| output.value.as_deref());
        let why = values
            .into_iter()
            .find_map(|value| schema.refuse(OUTPUT, "output", value));
        why.map_or(outcome, |why| Outcome::Failed(Failure::output(why)))
    }
}

/// A handler between schemas.
pub(super) struct Fitting {
    inner: Arc<dyn ErasedHandler>,
    both: Arc<Both>,
}

impl Fitting {
    pub(super) fn around(
        inner: Arc<dyn ErasedHandler>,
        input: Option<Schema>,
        output: Option<Schema>,
    ) -> Arc<dyn ErasedHandler> {
        let both = Arc::new(Both { input, output });
        Arc::new(Fitting { inner, both })
    }

    /// One by one: the next record is not touched before the outcome of the last was taken.
    fn run_records(&self, run: Vec<Delivery>) -> BoxStream<'static, Outcome> {
        let (inner, both) = (self.inner.clone(), self.both.clone());
        let one = move |delivery: Delivery| match both.refuse_input(&delivery) {
            Some(refused) => stream::iter([refused]).boxed(),
            None => inner.run(vec![delivery]),
        };
        stream::iter(run).flat_map(one).boxed()
    }

    /// Together: what fits is handled, each refusal stands in its place.
    fn run_batch(&self, run: Vec<Delivery>) -> BoxStream<'static, Outcome> {
        let (inner, both) = (self.inner.clone(), self.both.clone());
        let all = async move {
            let refused: Vec<Option<Outcome>> =
                run.iter().map(|delivery| both.refuse_input(delivery)).collect();
            let fit = run.into_iter().zip(&refused);
            let fit: Vec<Delivery> = fit
                .filter(|(_, refused)| refused.is_none())
                .map(|(delivery, _)| delivery)
                .collect();
            if fit.is_empty() {
                return fill(refused, Vec::new());
            }
            let answers = inner.run(fit).collect().await;
            fill(refused, answers)
        };
        stream::once(all).flat_map(stream::iter).boxed()
    }
}

impl ErasedHandler for Fitting {
    fn run(&self, run: Vec<Delivery>) -> BoxStream<'static, Outcome> {
        let outcomes = match (&self.both.input, self.inner.is_batch()) {
            (None, _) => self.inner.run(run),
            (Some(_), false) => self.run_records(run),
            (Some(_), true) => self.run_batch(run),
        };
        let both = self.both.clone();
        outcomes.map(move |outcome| both.fitting(outcome)).boxed()
    }

    fn is_batch(&self) -> bool {
        self.inner.is_batch()
    }

    fn needs_output_topic(&self) -> bool {
        self.inner.needs_output_topic()
    }

    fn hooks(&self) -> Option<Arc<dyn Hooks>> {
        self.inner.hooks()
    }
}
