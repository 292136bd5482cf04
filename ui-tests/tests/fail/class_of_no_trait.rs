// at `Shop`: for methods that handle events, write `#[consumer(…)]` instead
use messaging::worker;

struct Shop;

#[worker(topic = "orders")]
impl Shop {}

fn main() {}
