// at `Invoice`: return `()`, a payload (`#[derive(Payload)]`)
use messaging::{Cx, Worker, worker};

#[derive(Default)]
struct Shop;

struct Invoice;

#[worker(topic = "orders")]
impl Worker for Shop {
    type Input = String;
    type Output = Invoice;
    type Error = std::io::Error;

    async fn process(&self, order: String, _: &Cx) -> Result<Invoice, std::io::Error> {
        drop(order);
        Ok(Invoice)
    }
}

fn main() {}
