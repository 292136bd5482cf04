//! Messages for topics that are not there yet: they wait, as they do on a real broker, and keep their order.

use std::collections::VecDeque;

use bytes::Bytes;

use super::Shared;
use crate::broker::{BrokerError, Outbound};
use crate::message::Headers;

#[derive(Debug, Default)]
pub(super) struct Unsent(VecDeque<Message>);

#[derive(Debug)]
struct Message {
    token: u64,
    topic: String,
    key: Option<Bytes>,
    value: Option<Bytes>,
    headers: Headers,
}

impl Unsent {
    pub(super) fn push(&mut self, token: u64, message: Outbound<'_>) {
        self.0.push_back(Message {
            token,
            topic: message.topic.to_owned(),
            key: message.key.map(Bytes::copy_from_slice),
            value: message.value.map(Bytes::copy_from_slice),
            headers: message.headers.clone(),
        });
    }

    /// Writes the first message whose topic is there by now; gives its token.
    pub(super) fn send_one(&mut self, shared: &mut Shared) -> Option<(u64, Result<(), BrokerError>)> {
        let at = self
            .0
            .iter()
            .position(|message| shared.topics.contains_key(&message.topic))?;
        let message = self.0.remove(at)?;
        let outbound = Outbound::new(
            &message.topic,
            message.key.as_ref(),
            message.value.as_ref(),
            &message.headers,
        );
        Some((message.token, shared.append(outbound).map(drop)))
    }
}
