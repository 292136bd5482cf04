// at `u32`: implement `FromDelivery` for your own
use messaging::worker;

#[worker(topic = "orders")]
async fn charge(order: String, attempt: u32) {
    let _ = (order, attempt);
}

fn main() {}
