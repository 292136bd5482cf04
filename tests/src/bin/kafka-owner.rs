//! Starts a Kafka server, says where, and waits to be killed: for the test that the server then ends too.

use anyhow::Result;
use messaging_tests::kafka::KafkaServer;

fn main() -> Result<()> {
    let server = KafkaServer::start()?;
    let pid = server.pid().unwrap_or_default();
    println!("kafka {pid} {}", server.data_dir().display());
    loop {
        std::thread::park();
    }
}
