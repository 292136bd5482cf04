// at `Result<String, Refused>`: the trait `From<messaging::Error>` is not implemented for `Refused`
use messaging::producer;

struct Refused;

#[producer(topic = "orders.created")]
async fn create(order: String) -> Result<String, Refused> {
    match order.is_empty() {
        true => Err(Refused),
        false => Ok(order),
    }
}

fn main() {}
