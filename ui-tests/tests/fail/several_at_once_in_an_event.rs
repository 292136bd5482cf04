// at `""`: write what happened
use messaging::event;

#[event("", parts = 7, key = "id", on_publish_error = "logs")]
fn sign_up(email: String) {
    drop(email);
}

fn main() {}
