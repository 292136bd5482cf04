// at `charge`: await occurs here
use std::rc::Rc;

use messaging::worker;

#[worker(topic = "orders")]
async fn charge(order: String) {
    let shared = Rc::new(order);
    std::future::ready(()).await;
    drop(shared);
}

fn main() {}
