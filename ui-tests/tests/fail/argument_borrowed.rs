// at `&String`: take `String` by value
use messaging::worker;

#[worker(topic = "orders")]
async fn charge(order: &String) {
    let _ = order;
}

fn main() {}
