//! Two services that know each other only by their messages: Users makes users, Orders sends each new one a welcome
//! gift.
//!
//! ```text
//! user.commands.create ──▶ Users ──▶ user.events ──▶ Orders ──▶ welcome.orders
//! ```
//!
//! `cargo run --bin microservices` runs both in this process on the in-memory broker, makes two users, shows what
//! happens and ends; `MESSAGE_BROKER=kafka` lets it use a Kafka at localhost:9092 (or KAFKA_BOOTSTRAP_SERVERS). As two
//! processes, on Kafka:
//!
//! ```sh
//! cargo run --bin microservices -- users
//! cargo run --bin microservices -- orders
//! cargo run --bin microservices -- publish user.commands.create '{"user_id":"u-1","name":"Ada"}'
//! ```
//!
//! | file | what it shows |
//! |---|---|
//! | `messages.rs` | what the services share: topics and messages, no code |
//! | `users.rs`, `orders.rs` | a service: its worker, and the App it runs as |
//! | `demo.rs` | both services in one process |

mod demo;
mod messages;
mod orders;
mod users;

use messaging::{App, NewTopic};

#[tokio::main]
async fn main() -> messaging::Result<()> {
    match std::env::args().nth(1).as_deref() {
        None => demo::run().await,
        Some("users") => serve(users::app()).await,
        Some("orders") => serve(orders::app()).await,
        // The commands that every program has, such as `publish` and `topics`.
        Some(_) => App::new().cli().await,
    }
}

/// Makes the topics that are absent, and works until SIGTERM or SIGINT.
async fn serve(service: App) -> messaging::Result<()> {
    messaging::init_log();
    service
        .create_topics(messages::TOPICS.map(NewTopic::named))
        .await?;
    service.run().await
}
