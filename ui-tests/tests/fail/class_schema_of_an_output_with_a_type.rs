// at `output_schema`: handle `serde_json::Value`, or remove the key
use messaging::{Cx, Worker, worker};

#[derive(Default)]
struct Shop;

#[worker(topic = "orders", output_schema = "{}")]
impl Worker for Shop {
    type Input = serde_json::Value;
    type Output = ();
    type Error = std::io::Error;

    async fn process(&self, order: serde_json::Value, _: &Cx) -> Result<(), std::io::Error> {
        drop(order);
        Ok(())
    }
}

fn main() {}
