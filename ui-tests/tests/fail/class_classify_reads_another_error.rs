// at `verdict`: expected fn pointer
use messaging::{Cx, Verdict, Worker, worker};

#[derive(Default)]
struct Shop;

fn verdict(_: &std::fmt::Error) -> Verdict {
    Verdict::Reject
}

#[worker(topic = "orders", classify = verdict)]
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
