// at `OrdersCreated`: take the topic's `schema`
use messaging::{Cx, Payload, Worker, topic, worker};

#[derive(serde::Serialize, serde::Deserialize, Payload)]
struct Order;

#[topic(name = "orders.created", schema = Order)]
struct OrdersCreated;

struct Shop;

#[worker(topic = OrdersCreated)]
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
