// at `process_batch`: add `batch_size = …` to `#[worker]`
use messaging::{Batch, Cx, Worker, worker};

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

    async fn process_batch(&self, batch: Batch<String>, _: &Cx) -> Vec<Result<(), std::io::Error>> {
        batch.into_iter().map(|_| Ok(())).collect()
    }
}

fn main() {}
