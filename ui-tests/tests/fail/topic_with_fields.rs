// at `{ id: String }`: write `struct Orders;`
use messaging::topic;

#[topic(name = "orders")]
struct Orders { id: String }

fn main() {}
