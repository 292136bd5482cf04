// at `event`: stands first and alone
use messaging::event;

#[event(topic = "user-events", event = "user.created")]
async fn sign_up(email: String) -> messaging::Result<String> {
    Ok(email)
}

fn main() {}
