//! A program whose workers do not fit together, for the tests of `check`.

use messaging::extract::State;
use messaging::{App, worker};

#[worker(topic = "in")]
async fn wants(_: String, _: State<u64>) {}

#[worker(topic = "out", dlq_topic = "out")]
async fn circles(_: String) {}

#[tokio::main(flavor = "current_thread")]
async fn main() -> messaging::Result<()> {
    App::new().cli().await
}
