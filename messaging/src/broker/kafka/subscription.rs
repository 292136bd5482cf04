//! The driver's side of a subscription.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, mpsc as plain};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, Sleep, sleep, timeout};

use super::commits::Committer;
use super::config::KafkaConfig;
use super::member::{Close, Command, Shared, lock};
use super::now;
use super::outputs::Outputs;
use super::poll_thread::{Maker, Polled, start};
use crate::broker::{BrokerError, Event, NotQueued, Outbound, Subscribe, Subscription};
use crate::delivery::{Epoch, Slot, Watermark};

/// How many batches wait for the driver.
const BATCHES: usize = 8;

/// How often the producer is served while receipts are outstanding.
const TICK: Duration = Duration::from_millis(2);

/// See the module.
pub(super) struct KafkaSubscription {
    shared: Arc<Shared>,
    commands: plain::Sender<Command>,
    committer: Committer,
    control: mpsc::UnboundedReceiver<Event>,
    data: mpsc::Receiver<Polled>,
    /// Taken from `data`, and behind whatever was told about its partition before it.
    next: Option<Polled>,
    /// What the driver knows, so that a hold meant for an old assignment changes nothing.
    epochs: BTreeMap<Slot, Epoch>,
    outputs: Option<Outputs>,
    tick: Option<Pin<Box<Sleep>>>,
}

impl KafkaSubscription {
    pub(super) fn join(config: &KafkaConfig, request: &Subscribe) -> Result<KafkaSubscription, BrokerError> {
        let (tell, control) = mpsc::unbounded_channel();
        let (commands, receiver) = plain::channel();
        let (batches, data) = mpsc::channel(BATCHES);
        let (address, tokens) = (config.address(), config.tokens().cloned());
        let shared = Shared::new(request.clone(), address.clone(), tokens.clone(), tell, receiver);
        let shared = Arc::new(shared);
        let make_outputs = || Outputs::new(config.output_producer(), tokens, address);
        let outputs = request.publishes.then(make_outputs).transpose()?;
        let committer = Committer::start(shared.clone())?;
        let maker = Maker {
            config: config.consumer(request),
            statistics: config.statistics.clone(),
            shared: shared.clone(),
            committer: committer.clone(),
            max_poll_interval: config.max_poll_interval,
        };
        let consumer = maker.make()?;
        start(maker, consumer, batches)?;
        let (next, tick, epochs) = (None, None, BTreeMap::new());
        Ok(KafkaSubscription {
            shared,
            commands,
            committer,
            control,
            data,
            next,
            epochs,
            outputs,
            tick,
        })
    }

    fn ready(&mut self, context: &mut Context<'_>) -> Option<Event> {
        if let Poll::Ready(Some(event)) = self.control.poll_recv(context) {
            return Some(self.known(event));
        }
        if let Some(event) = self.outputs.as_mut().and_then(Outputs::next_event) {
            return Some(event);
        }
        self.batch(context)
    }

    fn batch(&mut self, context: &mut Context<'_>) -> Option<Event> {
        if self.next.is_none()
            && let Poll::Ready(Some(polled)) = self.data.poll_recv(context)
        {
            self.next = Some(polled);
            self.shared.wake();
        }
        self.next.as_ref()?;
        // Its assignment was told before it was sent, but maybe after `control` was looked at.
        if let Ok(event) = self.control.try_recv() {
            return Some(self.known(event));
        }
        let (slot, epoch, batch) = self.next.take()?;
        Some(Event::Polled(slot, epoch, batch))
    }

    fn known(&mut self, event: Event) -> Event {
        if let Event::Assigned(assigned) = &event {
            self.epochs
                .extend(assigned.iter().map(|(slot, epoch, _)| (*slot, *epoch)));
        }
        event
    }

    /// Whether it is time to serve the producer again; else it wakes the driver when it is.
    fn ticked(&mut self, context: &mut Context<'_>) -> bool {
        if self
            .outputs
            .as_ref()
            .is_none_or(|outputs| outputs.unanswered() == 0)
        {
            self.tick = None;
            return false;
        }
        let tick = self.tick.get_or_insert_with(|| Box::pin(sleep(TICK)));
        let ticked = tick.as_mut().poll(context).is_ready();
        if ticked {
            tick.as_mut().reset(Instant::now() + TICK);
        }
        ticked
    }

    fn command(&self, command: Command) {
        // A thread that is gone said so.
        let _ = self.commands.send(command);
        self.shared.wake();
    }
}

impl Subscription for KafkaSubscription {
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        loop {
            if let Some(event) = self.ready(context) {
                return Poll::Ready(event);
            }
            if !self.ticked(context) {
                return Poll::Pending;
            }
        }
    }

    fn hold(&mut self, slot: Slot, held: bool) {
        if let Some(epoch) = self.epochs.get(&slot) {
            self.command(Command::Hold(slot, *epoch, held));
        }
    }

    fn publish(&mut self, token: u64, message: Outbound<'_>) -> Result<(), NotQueued> {
        let Some(outputs) = &mut self.outputs else {
            let why = "the subscription was made without a producer (Subscribe::publishes)".to_owned();
            let what = format!("sending to topic \"{}\"", message.topic);
            return Err(NotQueued::Refused(BrokerError::Failed { what, why }));
        };
        outputs.publish(token, message)
    }

    fn commit(&mut self, marks: &[Watermark]) {
        let shared = self.shared.clone();
        self.committer.commit(marks, move |result| {
            shared.tell(Event::Committed(result.map_err(Arc::new)))
        });
    }

    fn note_watermarks(&mut self, marks: &[Watermark]) {
        let mut notes = lock(&self.shared.notes);
        notes.clear();
        notes.extend_from_slice(marks);
    }

    fn release(&mut self, mark: Watermark) {
        self.command(Command::Release(mark));
    }

    fn close(
        mut self: Box<Self>,
        marks: Vec<Watermark>,
        deadline: Duration,
    ) -> BoxFuture<'static, Result<(), BrokerError>> {
        let (done, closed) = oneshot::channel();
        let outputs = self.outputs.take();
        self.command(Command::Close(Box::new(Close {
            marks,
            outputs,
            deadline: now() + deadline,
            done,
        })));
        Box::pin(async move {
            match timeout(deadline, closed).await {
                Ok(answer) => answer.unwrap_or(Err(BrokerError::Closed)),
                // librdkafka may wait for a broker that is down; its thread is left to it.
                Err(_) => Err(BrokerError::Failed {
                    what: format!("leaving the group \"{}\"", self.shared.request.group),
                    why: format!(
                        "the client did not end within {deadline:?}; uncommitted records will be handled again"
                    ),
                }),
            }
        })
    }
}

#[cfg(test)]
mod tests;
