//! Takes only what is a [`Number`].

use messaging::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Number {
    number: u64,
}

#[worker(topic = "in", output_topic = "out", concurrency = 8)]
async fn numbers(number: Number) -> Number {
    number
}
