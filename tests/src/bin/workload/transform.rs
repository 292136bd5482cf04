//! From one topic to another.

use messaging::prelude::*;

use crate::Delay;

#[worker(topic = "in", output_topic = "out", concurrency = 8)]
async fn transform(text: String, State(Delay(delay)): State<Delay>) -> String {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    text
}
