//! What a client gives back. It has no threads here: a test does what they do, one step after the other.

use super::super::super::{member::lock, spawn};
use super::super::FULL;
use super::super::tests::{SOON, cluster, message};
use super::*;
use crate::message::Headers;

/// A renewal is held up where the client gives its messages back.
#[test]
fn no_send_waits_while_the_client_is_replaced() {
    let (mock, config) = cluster();
    mock.broker_down(1).unwrap();
    let client = Arc::new(Client::new(&config, Arc::new(|_, _| {})).unwrap());
    client
        .send(message(b"given back", &Headers::new()), &mut None)
        .unwrap();
    let held = lock(&client.desk.given_back);
    let renewed = client.clone();
    spawn("renews", move || renewed.renew(&renewed.producer())).unwrap();
    let (told, full) = std::sync::mpsc::channel();
    let sent = client.clone();
    let send = move || {
        while sent
            .send(message(b"overtakes", &Headers::new()), &mut None)
            .is_ok()
        {
            thread::park_timeout(FULL);
        }
        let _ = told.send(());
    };
    spawn("sends", send).unwrap();
    full.recv_timeout(SOON).expect("waited for a full client");
    drop(held);
}
