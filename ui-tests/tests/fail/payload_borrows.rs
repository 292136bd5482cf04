// at `'a`: use owned types
use messaging::Payload;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Order<'a> {
    id: &'a str,
}

fn main() {}
