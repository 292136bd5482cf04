// at `Result<(), std::io::Error>`: `Result<(), std::io::Error>` is not a future
use messaging::{Cx, Worker, worker};

#[derive(Default)]
struct Shop;

#[worker(topic = "orders")]
impl Worker for Shop {
    type Input = String;
    type Output = ();
    type Error = std::io::Error;

    fn process(&self, order: String, _: &Cx) -> Result<(), std::io::Error> {
        drop(order);
        Ok(())
    }
}

fn main() {}
