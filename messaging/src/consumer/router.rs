//! Hands each record to the handler of its event.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, ready};
use std::vec;

use futures_util::stream::{BoxStream, Stream, StreamExt};
use rustc_hash::FxBuildHasher;

use super::gather::Gathered;
use super::peek::peek;
use crate::check::Problem;
use crate::extract::Context;
use crate::handler::{ErasedHandler, Routed};
use crate::message::Delivery;
use crate::outcome::{Failure, Outcome};

/// A handler of events by the event's name. It is only looked up in.
type Routes = HashMap<String, Arc<dyn Routed>, FxBuildHasher>;

/// The one handler of a consumer.
struct Router(Arc<Routes>);

/// The handler of a consumer, or all that the handlers of its events lack.
pub(crate) type Made = Result<Arc<dyn ErasedHandler>, Vec<Problem>>;

/// Makes the handlers of all events, and the one that calls them.
pub(crate) fn router(consumer: &Gathered<'_>, context: &Context) -> Made {
    let (mut routes, mut problems) = (Routes::default(), Vec::new());
    for handler in &consumer.handlers {
        match handler.make(context).0 {
            Ok(made) => {
                routes.insert(handler.event().to_owned(), made);
            }
            Err(missing) => problems.extend(missing.iter().map(|missing| {
                let (event, name) = (handler.event(), handler.name());
                let what = format!("handler \"{name}\" of event \"{event}\": {missing}");
                Problem::new(what, [handler.place()])
            })),
        }
    }
    match problems.is_empty() {
        true => Ok(Arc::new(Router(Arc::new(routes)))),
        false => Err(problems),
    }
}

impl ErasedHandler for Router {
    fn run(&self, run: Vec<Delivery>) -> BoxStream<'static, Outcome> {
        Box::pin(Routing {
            routes: self.0.clone(),
            run: run.into_iter(),
            current: None,
        })
    }

    fn is_batch(&self) -> bool {
        false
    }

    /// What its handlers return is checked where they are described.
    fn needs_output_topic(&self) -> bool {
        false
    }
}

/// The records of a run, one after the other.
struct Routing {
    routes: Arc<Routes>,
    run: vec::IntoIter<Delivery>,
    /// The one that is handled now.
    current: Option<BoxStream<'static, Outcome>>,
}

impl Routing {
    /// Hands a record over; what needs no handler is answered here.
    fn begin(&mut self, delivery: Delivery) -> Option<Outcome> {
        let peeked = match peek(&delivery) {
            Ok(peeked) => peeked,
            Err(error) => return Some(Outcome::Failed(Failure::decode(error))),
        };
        let Some(handler) = self.routes.get(&*peeked.event) else {
            return Some(Outcome::Unknown(peeked.event.into()));
        };
        let whole = 0..delivery.value().map_or(0, <[u8]>::len);
        let body = if handler.reads_envelope() {
            whole
        } else {
            peeked.data
        };
        self.current = Some(handler.handle(delivery, body));
        None
    }
}

impl Stream for Routing {
    type Item = Outcome;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<Outcome>> {
        if self.current.is_none() {
            let Some(delivery) = self.run.next() else {
                return Poll::Ready(None);
            };
            if let Some(outcome) = self.begin(delivery) {
                return Poll::Ready(Some(outcome));
            }
        }
        let Some(current) = &mut self.current else {
            return Poll::Ready(None);
        };
        let outcome = ready!(current.poll_next_unpin(task));
        self.current = None;
        Poll::Ready(outcome)
    }
}
