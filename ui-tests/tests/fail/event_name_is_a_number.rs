// at `7`: the event's name is a text such as "order.created"
use messaging::event;

#[event(7, topic = "user-events")]
async fn sign_up(email: String) -> messaging::Result<String> {
    Ok(email)
}

fn main() {}
