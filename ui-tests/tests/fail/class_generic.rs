// at `T: Send + Sync + 'static`: register each value with `WorkerSpec::worker`
use messaging::{Cx, Worker, worker};

#[derive(Default)]
struct Shop<T>(T);

#[worker(topic = "orders")]
impl<T: Send + Sync + 'static> Worker for Shop<T> {
    type Input = String;
    type Output = ();
    type Error = std::io::Error;

    async fn process(&self, order: String, _: &Cx) -> Result<(), std::io::Error> {
        drop(order);
        Ok(())
    }
}

fn main() {}
