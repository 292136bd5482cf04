// at `Order`: #[derive(serde::Serialize)]
use messaging::Payload;

#[derive(Payload)]
struct Order {
    pub id: String,
}

fn main() {}
