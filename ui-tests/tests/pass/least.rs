//! The least a program needs: one function, one key.

use messaging::worker;

#[worker(topic = "orders")]
async fn charge(order: String) {
    drop(order);
}

fn main() {
    let workers = messaging::get_all_workers();
    let [charge] = &workers[..] else { panic!("{workers:?}") };
    assert_eq!((charge.name(), charge.topic()), ("charge", "orders"));
    assert_eq!((charge.place().module, charge.place().line), (module_path!(), 5));
    assert!(charge.place().file.ends_with("least.rs"), "{charge:?}");
}
