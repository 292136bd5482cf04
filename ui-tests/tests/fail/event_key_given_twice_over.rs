// at `key_field`: is another word for `key`
use messaging::event;

#[event("user.created", topic = "user-events", key = id, key_field = "id")]
async fn sign_up(email: String) -> messaging::Result<String> {
    Ok(email)
}

fn main() {}
