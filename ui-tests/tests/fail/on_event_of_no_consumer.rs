// at `Shop`: write `#[consumer("group", topics = ["…"])]` on the struct
use messaging::on_event;

struct Shop;

#[on_event("paid", consumer = Shop)]
async fn paid(order: String) {
    drop(order);
}

fn main() {}
