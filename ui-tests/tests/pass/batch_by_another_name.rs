//! What is a batch, its type decides, by whatever name.

use messaging::Batch as Several;
use messaging::worker;

type Lines = Several<String>;

#[worker(topic = "orders", batch_size = 50, batch_timeout = "250ms")]
async fn under_an_alias(lines: Lines) {
    drop(lines);
}

#[worker(topic = "orders", batch_size = 50)]
async fn renamed(lines: Several<String>) {
    drop(lines);
}

fn main() {}
