//! Whether a Kafka server is ready: it names itself as a broker when asked for its metadata.
//!
//! An open port is not enough, and a client library would hide when the answer came. The request is the oldest one that
//! the server still knows; the numbers are in <https://kafka.apache.org/protocol.html#The_Messages_Metadata>.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

const PATIENCE: Duration = Duration::from_secs(2);
const CORRELATION: i32 = 7;

/// Size 14; API key 3 (metadata), version 1; the correlation id; no client id; an empty list, which asks for no topic.
const REQUEST: [u8; 18] = [0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 7, 0xff, 0xff, 0, 0, 0, 0];

/// `Ok` when the server answers and knows a broker.
pub(super) fn answers(port: u16) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).context("no connection")?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(&REQUEST).context("the request was not taken")?;

    let mut head = [0; 12];
    stream.read_exact(&mut head).context("no answer")?;
    let [_size, correlation, brokers] = integers(head);
    ensure!(correlation == CORRELATION, "it answers, but not as Kafka does");
    ensure!(brokers > 0, "it answers, but no broker is registered yet");
    Ok(())
}

/// The first three big-endian integers.
fn integers(bytes: [u8; 12]) -> [i32; 3] {
    [0, 4, 8].map(|at| i32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Answers one request with these integers.
    fn server(answer: [i32; 3]) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let serve = move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; REQUEST.len()];
            stream.read_exact(&mut request).unwrap();
            assert_eq!(request, REQUEST);
            stream.write_all(&answer.map(i32::to_be_bytes).concat()).unwrap();
        };
        std::thread::Builder::new().spawn(serve).unwrap();
        port
    }

    #[test]
    fn a_server_that_knows_a_broker_is_ready() {
        answers(server([8, CORRELATION, 1])).unwrap();
    }

    #[test]
    fn a_server_without_a_broker_or_of_another_kind_is_not() {
        let error = answers(server([8, CORRELATION, 0])).unwrap_err();
        assert!(error.to_string().contains("no broker"), "{error}");
        let error = answers(server([8, 1, 1])).unwrap_err();
        assert!(error.to_string().contains("not as Kafka"), "{error}");
    }
}
