// at `&self`: or put `#[worker]` on `impl Worker for` the type
use messaging::{Cx, Worker, worker};

struct Shop;

impl Worker for Shop {
    type Input = String;
    type Output = ();
    type Error = std::io::Error;

    #[worker(topic = "orders")]
    async fn process(&self, order: String, _: &Cx) -> Result<(), std::io::Error> {
        drop(order);
        Ok(())
    }
}

fn main() {}
