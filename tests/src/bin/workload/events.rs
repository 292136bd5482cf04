//! A consumer of two topics. Every call is a line, so that a test can see which handler got what.

use messaging::extract::TopicName;
use messaging::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct User {
    email: String,
}

#[derive(Serialize, Deserialize, Payload)]
struct Payment {
    amount: i64,
}

#[derive(Default)]
struct Shop;

#[consumer(
    topics = ["user-events", "payment-events"],
    max_retries = 1,
    retry_delay = "100ms"
)]
impl Shop {
    #[on_event("user.created")]
    async fn created(&self, event: Event<User>, TopicName(topic): TopicName) {
        println!("created {} by {} on {topic}", event.data.email, event.event_id);
    }

    #[on_event("user.renamed")]
    async fn renamed(&self, user: User) {
        println!("renamed {}", user.email);
    }

    #[on_event("payment.received")]
    async fn received(&self, payment: Payment, Attempt(attempt): Attempt) -> Result<(), std::io::Error> {
        println!("received {} {attempt}", payment.amount);
        if payment.amount < 0 {
            return Err(std::io::Error::other("it fails as asked"));
        }
        Ok(())
    }
}

#[on_event("payment.refused", consumer = Shop)]
async fn refused(payment: Payment) -> Message<Payment> {
    Message::new(payment).topic("refusals")
}
