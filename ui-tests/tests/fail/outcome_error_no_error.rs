// at `Result<(), Refused>`: `E` is an error
use messaging::worker;

struct Refused;

#[worker(topic = "orders")]
async fn charge(order: String) -> Result<(), Refused> {
    drop(order);
    Err(Refused)
}

fn main() {}
