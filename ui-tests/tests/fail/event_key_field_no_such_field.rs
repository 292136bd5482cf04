// at `"user_id"`: no field `user_id` on type
use messaging::{Payload, event};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct User {
    id: u64,
}

#[event("user.created", topic = "user-events", key_field = "user_id")]
async fn sign_up(id: u64) -> messaging::Result<User> {
    Ok(User { id })
}

fn main() {}
