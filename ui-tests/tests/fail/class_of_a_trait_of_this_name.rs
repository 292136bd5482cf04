// at `Shop`: write `impl messaging::Worker for Shop`
use messaging::worker;

trait Worker {}

struct Shop;

#[worker(topic = "orders")]
impl Worker for Shop {}

fn main() {}
