// at `fn`: put it on a unit struct
use messaging::topic;

#[topic(name = "orders")]
fn orders() {}

fn main() {}
