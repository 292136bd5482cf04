// at `fn`: `#[event]` publishes before it returns
use messaging::event;

#[event("user.created", topic = "user-events")]
fn sign_up(email: String) -> messaging::Result<String> {
    Ok(email)
}

fn main() {}
