//! The kinds of clients that prove themselves by tokens.

use rdkafka::admin::AdminClient;
use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::producer::{BaseProducer, Producer, ProducerContext};

use super::super::ffi;
use crate::settings::Token;

/// A client that proves itself by tokens.
pub(in super::super) trait Bearer: Send + Sync {
    /// Takes a token that is valid until then, in milliseconds since 1970; says why when it does not.
    fn bear(&self, token: &Token, until: i64) -> Result<(), String>;
}

impl<C: ConsumerContext + 'static> Bearer for BaseConsumer<C> {
    fn bear(&self, token: &Token, until: i64) -> Result<(), String> {
        ffi::token::give(self.client(), token, until)
    }
}

impl<C: ProducerContext + 'static> Bearer for BaseProducer<C> {
    fn bear(&self, token: &Token, until: i64) -> Result<(), String> {
        ffi::token::give(self.client(), token, until)
    }
}

impl<C: ClientContext + 'static> Bearer for AdminClient<C> {
    fn bear(&self, token: &Token, until: i64) -> Result<(), String> {
        ffi::token::give(self.inner(), token, until)
    }
}
