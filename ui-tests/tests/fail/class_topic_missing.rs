// at `#[worker(group_id = "till")]`: write `#[worker(topic = "orders.created")]`
use messaging::{Cx, Worker, worker};

#[derive(Default)]
struct Shop;

#[worker(group_id = "till")]
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
