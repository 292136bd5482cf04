//! A program without an App that queues messages and ends, for the test of what it says then.

use messaging::{Result, publish};

async fn queue(count: usize) -> Result<()> {
    for _ in 0..count {
        publish("out", &"text".to_owned()).wait(false).await?;
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn on_one_thread() -> Result<()> {
    queue(2).await
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn on_two_threads() -> Result<()> {
    queue(3).await
}

fn main() -> Result<()> {
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    on_one_thread()?;
    on_two_threads()
}
