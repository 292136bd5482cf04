// at `input_schema`: handle `serde_json::Value`, or remove the key
use messaging::{Cx, Worker, worker};

#[derive(Default)]
struct Shop;

#[worker(topic = "orders", input_schema = "{}")]
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
