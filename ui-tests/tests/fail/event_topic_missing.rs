// at `#[event("user.created")]`: write `#[event("order.created", topic = "orders.created")]`
use messaging::event;

#[event("user.created")]
async fn sign_up(email: String) -> messaging::Result<String> {
    Ok(email)
}

fn main() {}
