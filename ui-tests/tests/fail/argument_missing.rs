// at `charge`: add it as the first argument, such as `order: Order`
use messaging::worker;

#[worker(topic = "orders")]
async fn charge() {}

fn main() {}
