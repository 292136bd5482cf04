// at `retries`: (did you mean `max_retries`?)
use messaging::worker;

#[worker(retries = 3, order = "sorted", timeout = "soon")]
fn charge(order: &String) {
    let _ = order;
}

fn main() {}
