// at `&self, _: &Cx`: expected 3 parameters
use messaging::{Cx, Worker, worker};

#[derive(Default)]
struct Shop;

#[worker(topic = "orders")]
impl Worker for Shop {
    type Input = String;
    type Output = ();
    type Error = std::io::Error;

    async fn process(&self, order: String, _: &Cx) -> Result<(), std::io::Error> {
        drop(order);
        Ok(())
    }

    async fn on_error(&self, _: &Cx) -> Result<(), std::io::Error> {
        Ok(())
    }
}

fn main() {}
