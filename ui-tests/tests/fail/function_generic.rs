// at `T: Send`: write one function for each type
use messaging::worker;

#[worker(topic = "orders")]
async fn charge<T: Send>(order: T) {
    drop(order);
}

fn main() {}
