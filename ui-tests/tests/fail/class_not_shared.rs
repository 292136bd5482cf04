// at `Result<(), std::io::Error>`: because `Shop` is not `Sync`
use std::cell::Cell;

use messaging::{Cx, Worker, worker};

#[derive(Default)]
struct Shop(Cell<u32>);

#[worker(topic = "orders")]
impl Worker for Shop {
    type Input = String;
    type Output = ();
    type Error = std::io::Error;

    async fn process(&self, order: String, _: &Cx) -> Result<(), std::io::Error> {
        drop(order);
        Ok(())
    }
}

fn main() {}
