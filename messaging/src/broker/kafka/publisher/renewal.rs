//! The thread that serves receipts, and what it does when the client is of no use any more.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, Producer, PurgeConfig};

use super::{CLOSED, Client, Place, Receipts, TellPanic, again, is_full, make};

/// How long the client is asked for receipts at a time, and so how late its thread notices that it is to end.
const POLL: Duration = Duration::from_millis(50);

/// How long the next client has before it is given up as well.
const RENEW: Duration = Duration::from_millis(100);

/// After how many polls a client that is given up is slow to give its messages back.
const SLOW: u64 = 60;

impl Client {
    /// Serves receipts until the end; what was given back and is not sent again then fails.
    pub(super) fn serve(&self) {
        let _told = TellPanic(self);
        while !self.has_ended() {
            self.serve_once();
        }
        while self.fail_first(&CLOSED) {}
    }

    fn serve_once(&self) {
        let producer = self.producer();
        producer.poll(POLL);
        if let Some((_, why)) = producer.client().fatal_error() {
            tracing::warn!("the producer is made anew: {why}");
            self.renew(producer);
            thread::park_timeout(RENEW);
        } else {
            self.resend(&producer);
        }
    }

    /// A client of no use any more gives back what is not acknowledged; the next one sends it first.
    fn renew(&self, dead: Arc<BaseProducer<Receipts>>) {
        self.set_open(false);
        if !self.take_back(&dead) {
            return;
        }
        let next = match make(&self.config, self.tokens.as_ref(), &self.desk) {
            Ok(next) => next,
            Err(error) => return tracing::error!(%error, "the producer could not be made anew"),
        };
        let producer = next.base().clone();
        let place = Place {
            producer: next,
            open: false,
        };
        let before = std::mem::replace(&mut *self.place_mut(), place);
        // Its handles go before the client itself.
        super::super::end((before, dead));
        self.resend(&producer);
    }

    /// Waits until a client that is given up holds nothing any more: whatever it gave back later would go behind what
    /// is sent meanwhile. `false` when the end comes first.
    fn take_back(&self, dead: &BaseProducer<Receipts>) -> bool {
        let mut polls = 0;
        while !self.has_ended() {
            // Each time again, for it misses what is on its way from one of the client's threads to another. Those are
            // not waited for, as one may be looking up a name.
            dead.purge(PurgeConfig::default().queue().inflight().non_blocking());
            if dead.flush(POLL).is_ok() {
                return true;
            }
            polls += 1;
            if polls == SLOW {
                let left = dead.in_flight_count();
                tracing::warn!(
                    left,
                    "sends wait for what the producer before has not given back yet"
                );
            }
        }
        false
    }

    /// Sends what was given back, then lets others send. What is not taken yet stays, and keeps them waiting.
    fn resend(&self, producer: &BaseProducer<Receipts>) {
        let given_back = &self.desk.given_back;
        let send = |message: &_, tag| {
            let sent = producer.send(again(message, tag));
            sent.map_err(|(error, _)| error)
        };
        while let Some(sent) = given_back.send_first(send) {
            match sent {
                Ok(()) => {}
                Err(error) if is_full(&error) => return self.set_open(false),
                Err(error) => drop(self.fail_first(&error)),
            }
        }
        self.set_open(true);
    }

    /// Whether there was one.
    fn fail_first(&self, error: &KafkaError) -> bool {
        let first = self.desk.given_back.take_first();
        if let Some((number, message)) = &first {
            self.desk.failed(*number, message.topic(), error);
            self.desk.given_back.over();
        }
        first.is_some()
    }

    fn set_open(&self, open: bool) {
        if self.place().open != open {
            self.place_mut().open = open;
        }
    }
}

#[cfg(test)]
mod tests;
