// at `enum`: put it on an `impl`, on a struct, or on an async function
use messaging::consumer;

#[consumer("shop", topics = ["orders"])]
enum Shop {}

fn main() {}
