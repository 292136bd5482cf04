//! Calls of user code: a panic or a timeout in one is a failure like any other.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::stream::Stream;
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};

use crate::caught::caught;
use crate::message::Delivery;
use crate::outcome::{Failure, Outcome, Reason, Verdict};

pin_project! {
    /// One call. It is polled where it lies: a future of a handler is large, and each layer around it would move it.
    pub(crate) struct Guarded<C> {
        // None once it was cut off.
        #[pin]
        call: Option<C>,
        timeout: Option<Duration>,
        // Boxed: most calls have none, and each is moved to its place.
        limit: Option<Pin<Box<Sleep>>>,
    }
}

impl<C> Guarded<C> {
    /// The time of `timeout` begins now.
    pub(crate) fn new(call: C, timeout: Option<Duration>) -> Guarded<C> {
        Guarded {
            call: Some(call),
            timeout,
            limit: timeout.map(|timeout| Box::pin(sleep(timeout))),
        }
    }
}

impl<C: Future> Future for Guarded<C> {
    type Output = Result<C::Output, Failure>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Some(call) = this.call.as_mut().as_pin_mut() else {
            return Poll::Pending;
        };
        match caught(|| call.poll(context)) {
            Ok(Poll::Ready(answer)) => return Poll::Ready(Ok(answer)),
            Ok(Poll::Pending) => {}
            Err(panic) => return Poll::Ready(Err(Failure::panicked(&panic))),
        }
        let (Some(limit), Some(timeout)) = (this.limit, *this.timeout) else {
            return Poll::Pending;
        };
        ready!(limit.as_mut().poll(context));
        // What it holds is dropped here, where a destructor of it may panic.
        let dropped = caught(|| this.call.set(None));
        Poll::Ready(Err(timed_out(timeout, dropped.err())))
    }
}

pin_project! {
    #[project = OneByOneProjection]
    /// The records of a run, one after the other: the next one is not touched before the outcome of the last was taken.
    pub(super) struct OneByOne<I, F, C> {
        run: I,
        call: F,
        timeout: Option<Duration>,
        #[pin]
        current: Option<Guarded<C>>,
    }
}

impl<I, F, C> OneByOne<I, F, C>
where
    I: Iterator<Item = Delivery>,
    F: FnMut(&Delivery) -> Result<C, Failure>,
{
    /// `call` reads one record and makes its call, or says why it cannot.
    pub(super) fn new(run: I, timeout: Option<Duration>, call: F) -> OneByOne<I, F, C> {
        OneByOne {
            run,
            call,
            timeout,
            current: None,
        }
    }
}

impl<I, F, C> OneByOneProjection<'_, I, F, C>
where
    F: FnMut(&Delivery) -> Result<C, Failure>,
{
    /// Makes the call of a record.
    fn begin(&mut self, delivery: &Delivery) -> Result<(), Failure> {
        let begun = caught(|| {
            let call = (self.call)(delivery)?;
            self.current.set(Some(Guarded::new(call, *self.timeout)));
            Ok(())
        });
        begun.unwrap_or_else(|panic| Err(Failure::panicked(&panic)))
    }
}

impl<I, F, C> Stream for OneByOne<I, F, C>
where
    I: Iterator<Item = Delivery>,
    F: FnMut(&Delivery) -> Result<C, Failure>,
    C: Future<Output = Outcome>,
{
    type Item = Outcome;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        let mut this = self.project();
        if this.current.is_none() {
            let Some(delivery) = this.run.next() else {
                return Poll::Ready(None);
            };
            if let Err(failure) = this.begin(&delivery) {
                return Poll::Ready(Some(Outcome::Failed(failure)));
            }
        }
        let Some(current) = this.current.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let answer = ready!(current.poll(context));
        this.current.set(None);
        Poll::Ready(Some(answer.unwrap_or_else(Outcome::Failed)))
    }
}

fn timed_out(limit: Duration, panic: Option<String>) -> Failure {
    let mut error = format!("the handler took longer than its timeout of {limit:?}");
    if let Some(panic) = panic {
        error.push_str(", and panicked in a destructor when it was cut off: ");
        error.push_str(&panic);
    }
    Failure {
        verdict: Verdict::Retry,
        reason: Reason::Timeout,
        error: error.into(),
    }
}
