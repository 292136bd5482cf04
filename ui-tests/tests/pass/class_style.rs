//! Workers in class style, from the least to the most that can be said.

use messaging::worker::LastFailure;
use messaging::{Batch, BoxError, Cx, RetryPolicy, Verdict, Worker, topic, worker};
use serde_json::Value;

#[derive(Default)]
struct Least;

#[worker(topic = "orders")]
impl Worker for Least {
    type Input = String;
    type Output = ();
    type Error = std::convert::Infallible;

    async fn process(&self, _: String, _: &Cx) -> Result<(), std::convert::Infallible> {
        Ok(())
    }
}

const CALM: RetryPolicy = RetryPolicy::fixed().max_retries(1);

#[topic(name = "letters")]
struct Letters;

fn shape() -> Value {
    Value::Bool(true)
}

fn verdict(_: &BoxError) -> Verdict {
    Verdict::Reject
}

/// A type with parameters is as good as any, once they are said; without a default the App must give it.
struct PostOffice<T>(T);

#[worker(
    topic = Letters,
    output_topic = Letters,
    batch_size = 10,
    retry_policy = CALM,
    input_schema = "{}",
    output_schema = shape,
    classify = verdict,
    concurrency = 4
)]
impl Worker for PostOffice<u8> {
    type Input = Value;
    type Output = Vec<Value>;
    type Error = BoxError;

    fn process(&self, letter: Value, _: &Cx) -> impl Future<Output = Result<Vec<Value>, BoxError>> + Send {
        let copies = usize::from(self.0);
        async move { Ok(vec![letter; copies]) }
    }

    async fn process_batch(&self, batch: Batch<Value>, _: &Cx) -> Vec<Result<Vec<Value>, BoxError>> {
        batch.into_iter().map(|letter| Ok(vec![letter])).collect()
    }

    async fn on_error(&self, _: &LastFailure, _: &Cx) -> Result<(), BoxError> {
        Ok(())
    }

    async fn on_success(&self, _: &Cx) -> Result<(), BoxError> {
        Ok(())
    }
}

struct Named;

#[worker(topic = "orders", name = "by-name", group_id = "by-name")]
impl messaging::Worker for Named {
    type Input = messaging::Json<Vec<u8>>;
    type Output = Option<String>;
    type Error = std::io::Error;

    async fn process(&self, _: messaging::Json<Vec<u8>>, cx: &Cx) -> Result<Option<String>, std::io::Error> {
        Ok(Some(cx.topic().to_owned()))
    }
}

fn main() {
    let mut names: Vec<String> = messaging::get_all_workers()
        .iter()
        .map(|worker| worker.name().to_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["by-name", "least", "post_office"]);
}
