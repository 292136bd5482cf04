// at `input_schema`: handle `serde_json::Value`, or remove the key
use messaging::worker;

#[worker(topic = "orders", input_schema = "{}")]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
