// at `u32`: return `()`, a payload
use messaging::worker;

#[worker(topic = "orders")]
async fn charge(order: String) -> u32 {
    order.len() as u32
}

fn main() {}
