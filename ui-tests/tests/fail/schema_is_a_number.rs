// at `7`: write its text, `include_str!("order.json")`, or the name of a `fn() -> Value`
use messaging::worker;

#[worker(topic = "orders", input_schema = 7)]
async fn charge(order: serde_json::Value) {
    drop(order);
}

fn main() {}
