// at `'a`: let the type own what it needs
use messaging::worker;

trait Worker {}

struct Shop<'a>(&'a str);

#[worker(topic = "orders")]
impl<'a> Worker for Shop<'a> {}

fn main() {}
