// at `batch_size`: take `Batch<String>` as the first argument, or remove the key
use messaging::worker;

#[worker(topic = "orders", batch_size = 50)]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
