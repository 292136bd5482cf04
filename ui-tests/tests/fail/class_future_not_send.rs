// at `Result<(), std::io::Error>`: await occurs here, with `shared` maybe used later
use std::rc::Rc;

use messaging::{Cx, Worker, worker};

#[derive(Default)]
struct Shop;

#[worker(topic = "orders")]
impl Worker for Shop {
    type Input = String;
    type Output = ();
    type Error = std::io::Error;

    async fn process(&self, order: String, _: &Cx) -> Result<(), std::io::Error> {
        let shared = Rc::new(order);
        std::future::ready(()).await;
        drop(shared);
        Ok(())
    }
}

fn main() {}
