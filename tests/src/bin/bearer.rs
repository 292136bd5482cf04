//! A program that proves itself to Kafka by tokens, for the tests of OAUTHBEARER. They say by a file what it gives: the
//! name that stands in it, a token that is none for `wrong`, and an error while there is no such file.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use messaging::settings::Token;
use messaging::{App, worker};
use messaging_tests::token::unsigned;

#[worker(topic = "quiet", output_topic = "loud")]
async fn shout(text: String) -> String {
    text.to_uppercase()
}

async fn token(file: String, life: Duration) -> std::io::Result<Token> {
    let name = std::fs::read_to_string(file)?;
    static COUNT: AtomicU32 = AtomicU32::new(0);
    eprintln!("gives token {}", COUNT.fetch_add(1, Ordering::Relaxed) + 1);
    let text = match name.trim() {
        "wrong" => "wrong".to_owned(),
        name => unsigned(name, life),
    };
    Ok(Token::new(text, life).principal(name.trim()))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> messaging::Result<()> {
    let Ok(file) = std::env::var("TOKEN_FILE") else {
        return App::new().cli().await;
    };
    let life = std::env::var("TOKEN_LIFE")
        .ok()
        .and_then(|life| life.parse().ok());
    let life = Duration::from_secs(life.unwrap_or(60));
    let give = move || token(file.clone(), life);
    if std::env::var_os("TOKEN_FOR_PROCESS").is_some() {
        messaging::configure_kafka_token(give)?;
        return App::new().cli().await;
    }
    App::new().kafka_token(give).cli().await
}
