// at `7`: write a text such as "orders.created", or a type with `#[topic]`
use messaging::worker;

#[worker(topic = 7)]
async fn charge(order: String) {
    drop(order);
}

fn main() {}
