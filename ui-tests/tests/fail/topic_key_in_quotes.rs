// at `"id"`: without quotes
use messaging::topic;

#[topic(name = "orders", schema = String, key = "id")]
struct Orders;

fn main() {}
