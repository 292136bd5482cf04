//! Handlers that take long: they say when they begin and when they end.

use messaging::prelude::*;

use crate::Delay;

#[worker(topic = "sleeps")]
async fn sleeps(text: String, State(Delay(delay)): State<Delay>) {
    println!("sleeps begins {text}");
    tokio::time::sleep(delay).await;
    println!("sleeps ends {text}");
}

#[worker(topic = "blocks")]
#[allow(
    clippy::disallowed_methods,
    reason = "a handler that blocks its thread is what is tested"
)]
async fn blocks(text: String, State(Delay(delay)): State<Delay>) {
    println!("blocks begins {text}");
    std::thread::sleep(delay);
    println!("blocks ends {text}");
}
