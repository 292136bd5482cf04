//! A program of consumers as a user writes one, for the tests of the command line.

use messaging::{App, Event, consumer, on_event, worker};

#[derive(Default)]
struct OrderEvents;

#[consumer("order-service", topics = ["user-events", "payment-events"], concurrency = 2)]
impl OrderEvents {
    #[on_event("user.created")]
    async fn welcome(&self, event: Event<String>) {
        drop(event);
    }
}

#[on_event("payment.received", consumer = OrderEvents)]
async fn paid(payment: String) {
    drop(payment);
}

#[worker(topic = "letters", group_id = "post")]
async fn post(letter: String) {
    drop(letter);
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> messaging::Result<()> {
    App::new().defaults([("message_broker", "memory")]).cli().await
}
