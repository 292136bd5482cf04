// at `#[on_event("paid")]`: write `#[on_event("user.created", consumer = UserEvents)]`
use messaging::on_event;

#[on_event("paid")]
async fn paid(order: String) {
    drop(order);
}

fn main() {}
