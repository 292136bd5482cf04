//! All kinds of first arguments, extractors and answers; sixteen arguments are still taken.

use messaging::extract::{Headers, Key, Offset, Partition, Timestamp, TopicName};
use messaging::extract::Attempt;
use messaging::{Batch, Delivery, HandlerError, Json, Message, Producer, State, worker};

#[derive(Clone)]
struct Db;

type Refused = Box<dyn std::error::Error + Send + Sync>;

#[worker(topic = "t")]
async fn delivery(input: Delivery<String>) -> Result<(), HandlerError> {
    drop(input);
    Err(HandlerError::skip("seen"))
}

#[worker(topic = "t")]
async fn foreign(Json(numbers): Json<Vec<u32>>, State(_): State<Db>) -> Result<Option<Json<usize>>, Refused> {
    Ok(Some(Json(numbers.len())))
}

#[worker(topic = "t", output_topic = "u")]
async fn message(mut input: String, _: Producer) -> Vec<Message<String>> {
    input.push('!');
    Vec::new()
}

#[worker(topic = "t", batch_size = 10)]
async fn batch(inputs: Batch<String>) -> Result<(), std::io::Error> {
    drop(inputs);
    Ok(())
}

#[worker(topic = "t")]
#[allow(clippy::too_many_arguments)]
async fn sixteen(
    _: String, _: Headers, _: Key, _: Attempt, _: TopicName, _: Partition, _: Offset, _: Timestamp,
    _: Producer, _: State<Db>, _: Headers, _: Key, _: Attempt, _: TopicName, _: Partition, _: Offset,
) {
}

fn main() {
    assert_eq!(messaging::get_all_workers().len(), 5);
}
