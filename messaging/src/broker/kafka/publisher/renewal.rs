//! The thread that serves receipts, and what it does when the client is of no use any more.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, Producer, PurgeConfig};

use super::{Client, Place, Receipts, TellPanic, again, make};

/// How long the client is asked for receipts at a time, and so how late its thread notices that it is to end.
const POLL: Duration = Duration::from_millis(50);

/// How long the next client has before it is given up as well.
const RENEW: Duration = Duration::from_millis(100);

/// How long a client that is given up has to give its messages back.
const GIVE_BACK: Duration = Duration::from_secs(1);

impl Client {
    pub(super) fn serve(&self) {
        let _told = TellPanic(self);
        while !self.has_ended() {
            self.serve_once();
        }
    }

    fn serve_once(&self) {
        let producer = self.producer();
        producer.poll(POLL);
        if let Some((_, why)) = producer.client().fatal_error() {
            tracing::warn!("the producer is made anew: {why}");
            self.renew(&producer);
            thread::park_timeout(RENEW);
        } else {
            // What the client before this one gave back only in its end.
            self.resend(&producer);
        }
    }

    /// A client of no use any more gives back what is not acknowledged; the next one sends it first.
    fn renew(&self, dead: &BaseProducer<Receipts>) {
        self.place_mut().open = false;
        dead.purge(PurgeConfig::default().queue().inflight());
        let _ = dead.flush(GIVE_BACK);
        let next = match make(&self.config, &self.desk) {
            Ok(next) => next,
            Err(error) => return tracing::error!(%error, "the producer could not be made anew"),
        };
        self.resend(&next);
        let (producer, open) = (Arc::new(next), true);
        let before = std::mem::replace(&mut *self.place_mut(), Place { producer, open });
        super::super::end(before.producer);
    }

    fn resend(&self, producer: &BaseProducer<Receipts>) {
        let given_back = &self.desk.given_back;
        let send = |message: &_, tag| {
            let sent = producer.send(again(message, tag));
            sent.map_err(|(error, _)| error)
        };
        while let Some(sent) = given_back.send_first(send) {
            if let Err(error) = sent {
                self.fail_first(&error);
            }
        }
    }

    fn fail_first(&self, error: &KafkaError) {
        if let Some((number, message)) = self.desk.given_back.take_first() {
            self.desk.failed(number, message.topic(), error);
        }
    }
}

#[cfg(test)]
mod tests;
