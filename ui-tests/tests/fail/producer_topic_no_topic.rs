// at `7`: `topic` is no name
use messaging::producer;

#[producer(topic = 7)]
async fn create(order: String) -> messaging::Result<String> {
    Ok(order)
}

fn main() {}
