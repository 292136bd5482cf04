// at `Display`: `#[worker]` stands on `impl Worker for Shop`
use std::fmt::Display;

use messaging::worker;

struct Shop;

#[worker(topic = "orders")]
impl Display for Shop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("shop")
    }
}

fn main() {}
