use messaging::worker;

#[worker(topic = "orders")]
async fn charge(order: String) {
    drop(order);
}

fn main() {
    let found: Vec<String> = messaging::registry::workers().iter().map(|w| w.name().to_owned()).collect();
    assert_eq!(found, ["charge"]);
}
