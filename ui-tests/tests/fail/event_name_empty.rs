// at `""`: write what happened
use messaging::event;

#[event("", topic = "user-events")]
async fn sign_up(email: String) -> messaging::Result<String> {
    Ok(email)
}

fn main() {}
