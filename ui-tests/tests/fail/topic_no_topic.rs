// at `Orders`: write a text such as "orders.created", or a unit struct with `#[topic
use messaging::worker;

struct Orders;

#[worker(topic = Orders)]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
