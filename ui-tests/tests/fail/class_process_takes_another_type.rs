// at `u32`: expected `String`, found `u32`
use messaging::{Cx, Worker, worker};

#[derive(Default)]
struct Shop;

#[worker(topic = "orders")]
impl Worker for Shop {
    type Input = String;
    type Output = ();
    type Error = std::io::Error;

    async fn process(&self, order: u32, _: &Cx) -> Result<(), std::io::Error> {
        drop(order);
        Ok(())
    }
}

fn main() {}
