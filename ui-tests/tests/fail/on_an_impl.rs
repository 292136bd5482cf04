// at `impl`: put it on an async function
use messaging::worker;

struct Shop;

#[worker(topic = "orders")]
impl Shop {}

fn main() {}
