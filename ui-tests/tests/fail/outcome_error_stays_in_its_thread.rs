// at `Result<(), Box<dyn Error>>`: such as `messaging::BoxError`
use std::error::Error;

use messaging::worker;

#[worker(topic = "orders")]
async fn charge(order: String) -> Result<(), Box<dyn Error>> {
    let _cents: i64 = order.parse()?;
    Ok(())
}

fn main() {}
