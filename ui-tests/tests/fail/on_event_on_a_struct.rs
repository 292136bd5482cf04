// at `struct`: put it on an async function, or on a method
use messaging::{consumer, on_event};

#[consumer("shop", topics = ["orders"])]
struct Shop;

#[on_event("paid", consumer = Shop)]
struct Paid;

fn main() {}
