// at `struct`: put it on an async function
use messaging::worker;

#[worker(topic = "orders")]
struct Shop;

fn main() {}
