//! Sending a message, and waiting for its receipt.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::publish::{Outgoing, Publish};
use crate::broker::{self, BrokerError, NotQueued, Outbound, Receipt, Waiter};
use crate::error::{Kind, Result};
use crate::name::check_topic;

/// A message that is being sent: what awaiting a [`Publish`] is. It is handed over when it is polled first.
// Many are awaited at once, so it has no box, and changes in place.
#[must_use = "nothing is sent until it is awaited"]
pub struct Sending(State);

enum State {
    New(Publish),
    /// The queue is full.
    Full(BoxFuture<'static, Result<State>>),
    /// With the topic's name; nobody waits where there is no answer to come.
    Queued(String, Option<Answer>),
    Done,
}

type Answer = oneshot::Receiver<broker::Answer>;

impl Sending {
    pub(super) fn new(message: Publish) -> Sending {
        Sending(State::New(message))
    }
}

impl Future for Sending {
    type Output = Result<Receipt>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<Receipt>> {
        loop {
            let next = match &mut self.0 {
                State::New(message) => message.hand_over(),
                State::Full(queued) => ready!(queued.as_mut().poll(context)),
                State::Queued(topic, answer) => {
                    let answer = match answer {
                        Some(answer) => Some(ready!(Pin::new(answer).poll(context))),
                        None => None,
                    };
                    let answer = answer.map(|answer| answer.unwrap_or(Err(BrokerError::Closed)));
                    let topic = mem::take(topic);
                    self.0 = State::Done;
                    return Poll::Ready(receipt(topic, answer));
                }
                State::Done => panic!("a message that was sent is awaited again"),
            };
            self.0 = State::Done;
            self.0 = next?;
        }
    }
}

fn receipt(topic: String, answer: Option<broker::Answer>) -> Result<Receipt> {
    match answer {
        None => Ok(Receipt::queued(topic)),
        Some(Ok(place)) => Ok(Receipt::written(topic, place)),
        Some(Err(source)) => Err(Kind::Publish { topic, source }.into()),
    }
}

impl Publish {
    /// Hands the message over, or begins to wait for room.
    fn hand_over(&mut self) -> Result<State> {
        let gone = || Err(Kind::Closed.into());
        let Ok(message) = &mut self.message else {
            return mem::replace(&mut self.message, gone()).map(|_| State::Done);
        };
        check_topic(&message.topic).map_err(Kind::Name)?;
        let (mut waiter, answer) = self.wait.then(Waiter::channel).unzip();
        if message.is_taken(&mut waiter)? {
            return Ok(State::Queued(mem::take(&mut message.topic), answer));
        }
        let message = mem::replace(&mut self.message, gone())?;
        Ok(State::Full(Box::pin(message.when_there_is_room(waiter, answer))))
    }
}

impl Outgoing {
    /// Offers the message; `false` when there is no room.
    fn is_taken(&mut self, waiter: &mut Option<Waiter>) -> Result<bool> {
        let publisher = self.producer.publisher()?;
        let awaited = waiter.is_some();
        let message = Outbound::new(&self.topic, self.key.as_ref(), self.value.as_ref(), &self.headers);
        match publisher.enqueue(message, waiter) {
            Ok(()) => {
                if awaited {
                    publisher.hurry();
                }
                Ok(true)
            }
            Err(NotQueued::Full) => Ok(false),
            Err(NotQueued::Refused(source)) => {
                let topic = mem::take(&mut self.topic);
                Err(Kind::Publish { topic, source }.into())
            }
        }
    }

    async fn when_there_is_room(
        mut self,
        mut waiter: Option<Waiter>,
        answer: Option<Answer>,
    ) -> Result<State> {
        loop {
            self.producer.publisher()?.room().await;
            if self.is_taken(&mut waiter)? {
                return Ok(State::Queued(self.topic, answer));
            }
        }
    }
}

impl fmt::Debug for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            State::New(_) => "Sending(new)",
            State::Full(_) => "Sending(waits for room)",
            State::Queued(..) => "Sending(queued)",
            State::Done => "Sending(done)",
        })
    }
}
