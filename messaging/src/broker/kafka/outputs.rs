//! A subscription's own producer, for returned outputs and dead letters: polled by its driver, and it never gives up.

use std::collections::{BTreeSet, VecDeque};
use std::mem;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Message, OwnedMessage};
use rdkafka::producer::{BaseProducer, DeliveryResult, Producer, ProducerContext, PurgeConfig};

use super::error::{Meaning, Place, broker_error, meaning_of, not_made};
use super::ffi::producer::HandleProducer;
use super::ledger::Ledger;
use super::member::lock;
use super::send::{again, owned};
use super::tokens::Tokens;
use super::{log, now};
use crate::broker::{Answered, BrokerError, Event, NotQueued, Outbound};

/// How soon what waits is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// The most messages that wait to be sent again.
const WAITING: usize = 10_000;

/// See the module.
pub(super) struct Outputs {
    /// `None` only while it is dropped.
    producer: Option<HandleProducer<Receipts>>,
    config: ClientConfig,
    tokens: Option<Tokens>,
    address: String,
    /// The driver's tokens of what is not answered yet, by our own numbers.
    ledger: Ledger,
    /// To be sent again, by number: their topic is absent, or their client was given up.
    waiting: Vec<(usize, OwnedMessage)>,
    /// The topics of those. What comes later to one of them goes behind.
    blocked: BTreeSet<String>,
    try_at: Option<Instant>,
    /// The client is given up, and what it holds is on its way back.
    giving_up: bool,
    /// When that happened last: what ended one client may end the next.
    renewed: Option<Instant>,
    answers: Vec<Answered>,
    events: VecDeque<Event>,
}

/// Receipts, left by the client for the driver.
#[derive(Default)]
struct Receipts {
    address: String,
    inbox: Mutex<Vec<(usize, Answer)>>,
    /// An error came that may have ended the client; whether it did, the client knows.
    alarmed: AtomicBool,
}

/// What is rare is boxed: nearly all are the first, and each is moved several times.
enum Answer {
    Written,
    Refused(Box<BrokerError>),
    /// The message, and whether its topic is absent.
    Again(Box<OwnedMessage>, bool),
}

impl Outputs {
    pub(super) fn new(
        config: ClientConfig,
        tokens: Option<Tokens>,
        address: String,
    ) -> Result<Outputs, BrokerError> {
        let producer = Some(make(&config, tokens.as_ref(), &address)?);
        Ok(Outputs {
            producer,
            config,
            tokens,
            address,
            ledger: Ledger::default(),
            waiting: Vec::new(),
            blocked: BTreeSet::new(),
            try_at: None,
            giving_up: false,
            renewed: None,
            answers: Vec::new(),
            events: VecDeque::new(),
        })
    }

    /// How many messages are not answered yet.
    pub(super) fn unanswered(&self) -> usize {
        self.ledger.len()
    }

    pub(super) fn publish(&mut self, token: u64, message: Outbound<'_>) -> Result<(), NotQueued> {
        if self.giving_up || self.blocked.contains(message.topic) {
            return self.wait(token, message);
        }
        let Some(producer) = &mut self.producer else {
            return Err(NotQueued::Refused(BrokerError::Closed));
        };
        let number = self.ledger.next();
        match producer.send(message, number) {
            Ok(()) => {
                self.ledger.push(token);
                Ok(())
            }
            Err(KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull)) => Err(NotQueued::Full),
            Err(error) => match meaning_of(&error) {
                Meaning::UnknownTopic => {
                    self.block(message.topic);
                    self.wait(token, message)
                }
                Meaning::Fatal => {
                    self.give_up();
                    self.wait(token, message)
                }
                _ => Err(NotQueued::Refused(sending(&self.address, message.topic, &error))),
            },
        }
    }

    /// The next thing to tell the driver, after serving the client.
    pub(super) fn next_event(&mut self) -> Option<Event> {
        if self.events.is_empty() && (self.ledger.len() > 0 || self.giving_up) {
            self.serve();
        }
        if !self.answers.is_empty() {
            return Some(Event::Published(mem::take(&mut self.answers)));
        }
        self.events.pop_front()
    }

    /// Waits until everything is answered, at most until `deadline`; says how many are left.
    pub(super) fn flush(&mut self, deadline: Instant) -> usize {
        while self.ledger.len() > 0 && now() < deadline {
            if let Some(producer) = &self.producer {
                let _ = producer.base().flush(Duration::from_millis(5));
            }
            self.serve();
            self.answers.clear();
            self.events.clear();
        }
        self.ledger.len()
    }

    fn serve(&mut self) {
        let Some(producer) = &self.producer else { return };
        let base = producer.base();
        let answers = collect(base);
        let alarmed = base.context().alarmed.swap(false, Ordering::AcqRel);
        let fatal = base.client().fatal_error().filter(|_| alarmed);
        for (number, answer) in answers {
            self.answered(number, answer);
        }
        if let Some((code, why)) = fatal {
            self.tell(code, &why);
            self.give_up();
        }
        if self.giving_up {
            self.renew();
        }
        if self.try_at.is_some_and(|at| now() >= at) {
            self.send_again();
        }
    }

    fn answered(&mut self, number: usize, answer: Answer) {
        let result = match answer {
            Answer::Written => Ok(()),
            Answer::Refused(error) => Err(Arc::new(*error)),
            Answer::Again(message, absent) => {
                if absent {
                    self.block(message.topic());
                }
                self.blocked.insert(message.topic().to_owned());
                self.waiting.push((number, *message));
                return self.try_later();
            }
        };
        if let Some(token) = self.ledger.take(number) {
            self.answers.push((token, result));
        }
    }

    fn wait(&mut self, token: u64, message: Outbound<'_>) -> Result<(), NotQueued> {
        if self.waiting.len() >= WAITING {
            return Err(NotQueued::Full);
        }
        let number = self.ledger.push(token);
        self.blocked.insert(message.topic.to_owned());
        self.waiting.push((number, owned(message)));
        self.try_later();
        Ok(())
    }

    /// The topic is not there. Told once, until it is there.
    fn block(&mut self, topic: &str) {
        if self.blocked.insert(topic.to_owned()) {
            let topic = topic.to_owned();
            self.events
                .push_back(Event::Trouble(BrokerError::UnknownTopic { topic }));
        }
    }

    fn try_later(&mut self) {
        self.try_at.get_or_insert_with(|| now() + AGAIN);
    }

    /// In the order of the first sends. A message that cannot go keeps those behind it to the same topic.
    fn send_again(&mut self) {
        self.try_at = None;
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_by_key(|(number, _)| self.ledger.place(*number));
        let mut still = BTreeSet::new();
        for (number, message) in waiting {
            let keeps = still.contains(message.topic()) || !self.resend(number, &message);
            if keeps {
                still.insert(message.topic().to_owned());
                self.waiting.push((number, message));
            }
        }
        self.blocked = still;
        if !self.waiting.is_empty() {
            self.try_later();
        }
    }

    /// Whether the message is done with here: sent, or refused.
    fn resend(&mut self, number: usize, message: &OwnedMessage) -> bool {
        let Some(producer) = &self.producer else {
            return false;
        };
        let Err((error, _)) = producer.base().send(again(message, number)) else {
            return true;
        };
        let full = matches!(error, KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull));
        if full || matches!(meaning_of(&error), Meaning::UnknownTopic | Meaning::Fatal) {
            return false;
        }
        let error = sending(&self.address, message.topic(), &error);
        self.answered(number, Answer::Refused(Box::new(error)));
        true
    }

    fn tell(&mut self, code: RDKafkaErrorCode, why: &str) {
        let what = "sending what handlers returned";
        let place = Place {
            what,
            topic: None,
            address: &self.address,
        };
        let error = broker_error(place, &KafkaError::Global(code), Some(why));
        self.events.push_back(Event::Trouble(error));
    }

    /// Takes everything back from a client that will not send it any more.
    fn give_up(&mut self) {
        self.giving_up = true;
        if let Some(producer) = &self.producer {
            producer.base().purge(PurgeConfig::default().queue().inflight());
        }
    }

    /// Makes the next client once the last message came back.
    fn renew(&mut self) {
        let too_soon = self.renewed.is_some_and(|renewed| now() < renewed + AGAIN);
        if self.waiting.len() < self.ledger.len() || too_soon {
            return;
        }
        self.renewed = Some(now());
        match make(&self.config, self.tokens.as_ref(), &self.address) {
            Ok(producer) => {
                super::end(self.producer.replace(producer));
                self.giving_up = false;
                self.send_again();
            }
            Err(error) => self.events.push_back(Event::Trouble(error)),
        }
    }
}

impl Drop for Outputs {
    // Dropping a producer waits for its threads.
    fn drop(&mut self) {
        super::end(self.producer.take());
    }
}

fn make(
    config: &ClientConfig,
    tokens: Option<&Tokens>,
    address: &str,
) -> Result<HandleProducer<Receipts>, BrokerError> {
    let receipts = Receipts {
        address: address.to_owned(),
        ..Receipts::default()
    };
    let base: BaseProducer<Receipts> = config
        .create_with_context(receipts)
        .map_err(|error| not_made(&error))?;
    let base = Arc::new(base);
    Tokens::keep(tokens, &base)?;
    Ok(HandleProducer::new(base))
}

/// Serves the client until it has no more receipts; one event carries many.
fn collect(producer: &BaseProducer<Receipts>) -> Vec<(usize, Answer)> {
    let mut before = usize::MAX;
    loop {
        producer.poll(Duration::ZERO);
        let mut inbox = lock(&producer.context().inbox);
        if inbox.len() == before || inbox.is_empty() {
            return std::mem::take(&mut *inbox);
        }
        before = inbox.len();
    }
}

fn sending(address: &str, topic: &str, error: &KafkaError) -> BrokerError {
    let what = format!("sending to topic \"{topic}\"");
    broker_error(
        Place {
            what: &what,
            topic: Some(topic),
            address,
        },
        error,
        None,
    )
}

impl ProducerContext for Receipts {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, number: usize) {
        let answer = match result {
            Ok(_) => Answer::Written,
            Err((error, message)) => match meaning_of(error) {
                Meaning::UnknownTopic => Answer::Again(Box::new(message.detach()), true),
                Meaning::Fatal | Meaning::Desynchronised => {
                    self.alarmed.store(true, Ordering::Release);
                    Answer::Again(Box::new(message.detach()), false)
                }
                Meaning::Dropped | Meaning::TimedOut | Meaning::Unreachable => {
                    Answer::Again(Box::new(message.detach()), false)
                }
                _ => Answer::Refused(Box::new(sending(&self.address, message.topic(), error))),
            },
        };
        lock(&self.inbox).push((number, answer));
    }
}

impl ClientContext for Receipts {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        log::log(level, facility, line);
    }

    // The subscription's consumer tells of the same connections.
    fn error(&self, error: KafkaError, reason: &str) {
        if meaning_of(&error) != Meaning::Unreachable {
            self.alarmed.store(true, Ordering::Release);
        }
        tracing::debug!(%error, "{reason}");
    }
}
