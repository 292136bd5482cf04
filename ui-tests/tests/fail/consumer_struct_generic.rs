// at `T`: make each with `ConsumerSpec::of`
use messaging::consumer;

#[consumer("shop", topics = ["orders"])]
struct Shop<T>(T);

fn main() {}
