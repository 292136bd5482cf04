// at `State<Db>`: consider annotating `Db` with `#[derive(Clone)]`
use messaging::{State, worker};

struct Db;

#[worker(topic = "orders")]
async fn charge(order: String, State(db): State<Db>) {
    let _ = (order, db);
}

fn main() {}
