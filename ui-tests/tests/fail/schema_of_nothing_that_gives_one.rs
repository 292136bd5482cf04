// at `SHAPE`: write its text, `include_str!("order.json")`, or a function `fn() -> serde_json::Value`
use messaging::worker;

const SHAPE: u32 = 7;

#[worker(topic = "orders", input_schema = SHAPE)]
async fn charge(order: serde_json::Value) {
    drop(order);
}

fn main() {}
