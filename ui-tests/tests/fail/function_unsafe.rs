// at `unsafe`: remove it
use messaging::worker;

#[worker(topic = "orders")]
async unsafe fn charge(order: String) {
    drop(order);
}

fn main() {}
