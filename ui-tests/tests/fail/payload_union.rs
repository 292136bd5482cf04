// at `union`: use a struct or an enum
use messaging::Payload;

#[derive(Payload)]
union Order {
    id: u64,
    price: f64,
}

fn main() {}
