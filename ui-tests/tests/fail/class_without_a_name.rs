// at `(u8, u16)`: add `name = "…"`
use messaging::worker;

trait Worker {}

#[worker(topic = "orders")]
impl Worker for (u8, u16) {}

fn main() {}
