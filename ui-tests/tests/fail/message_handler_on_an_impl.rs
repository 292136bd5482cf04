// at `impl`: or write `#[consumer]` for methods that handle events
use messaging::message_handler;

#[message_handler(topic = "orders")]
impl Shop {}

struct Shop;

fn main() {}
