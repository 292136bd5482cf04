// at `retry_delay`: remove it and change the policy, or remove `retry_policy`
use messaging::{Cx, RetryPolicy, Worker, worker};

#[derive(Default)]
struct Shop;

#[worker(topic = "orders", retry_policy = RetryPolicy::fixed(), retry_delay = "5s")]
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
