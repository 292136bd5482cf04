// at `impl Worker for Shop`: missing: `Output`
use messaging::{Cx, Worker, worker};

#[derive(Default)]
struct Shop;

#[worker(topic = "orders")]
impl Worker for Shop {
    type Input = String;
    type Error = std::io::Error;

    async fn process(&self, order: String, _: &Cx) -> Result<(), std::io::Error> {
        drop(order);
        Ok(())
    }
}

fn main() {}
