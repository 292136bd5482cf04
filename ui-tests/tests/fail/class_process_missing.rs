// at `impl Worker for Shop`: missing: `process`
use messaging::{Worker, worker};

#[derive(Default)]
struct Shop;

#[worker(topic = "orders")]
impl Worker for Shop {
    type Input = String;
    type Output = ();
    type Error = std::io::Error;

}

fn main() {}
