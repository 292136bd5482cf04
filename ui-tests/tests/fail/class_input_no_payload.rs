// at `Order`: add `#[derive(serde::Serialize, serde::Deserialize, messaging::Payload)]` to it
use messaging::{Cx, Worker, worker};

#[derive(Default)]
struct Shop;

struct Order;

#[worker(topic = "orders")]
impl Worker for Shop {
    type Input = Order;
    type Output = ();
    type Error = std::io::Error;

    async fn process(&self, order: Order, _: &Cx) -> Result<(), std::io::Error> {
        drop(order);
        Ok(())
    }
}

fn main() {}
