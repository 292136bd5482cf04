// at `Result<(), Refused>`: `Result<_, E>` where `E` is an error
use messaging::{consumer, on_event};

#[consumer("shop", topics = ["orders"])]
struct Shop;

struct Refused;

#[on_event("paid", consumer = Shop)]
async fn paid(order: String) -> Result<(), Refused> {
    drop(order);
    Ok(())
}

fn main() {}
