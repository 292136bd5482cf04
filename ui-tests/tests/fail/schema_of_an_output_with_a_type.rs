// at `output_schema`: handle `serde_json::Value`, or remove the key
use messaging::worker;

#[worker(topic = "orders", output_topic = "invoices", output_schema = "{}")]
async fn charge(order: serde_json::Value) -> String {
    order.to_string()
}

fn main() {}
