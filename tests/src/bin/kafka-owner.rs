//! Starts a Kafka server and says where it is, for the tests that it ends with its owner: `kafka-owner` waits to be
//! killed, `kafka-owner shared` takes the shared server, which nobody drops, and ends at once.

use anyhow::{Context, Result};
use messaging_tests::kafka::KafkaServer;

fn main() -> Result<()> {
    if std::env::args().nth(1).as_deref() == Some("shared") {
        let server = KafkaServer::shared_server()?.context("a Kafka was given, so none was started")?;
        return say(server);
    }
    let server = KafkaServer::start()?;
    say(&server)?;
    loop {
        std::thread::park();
    }
}

fn say(server: &KafkaServer) -> Result<()> {
    let pid = server.pid().context("the server is down")?;
    println!("kafka {pid} {}", server.data_dir().display());
    Ok(())
}
