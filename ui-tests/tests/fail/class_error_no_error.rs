// at `Refused`: the trait `std::error::Error` is not implemented for `Refused`
use messaging::{Cx, Worker, worker};

#[derive(Default)]
struct Shop;

struct Refused;

#[worker(topic = "orders")]
impl Worker for Shop {
    type Input = String;
    type Output = ();
    type Error = Refused;

    async fn process(&self, order: String, _: &Cx) -> Result<(), Refused> {
        drop(order);
        Ok(())
    }
}

fn main() {}
