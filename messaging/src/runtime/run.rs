//! A run of records at its handler. All user code that a driver has of it is in here: a panic in a layer, in a
//! destructor or in the text of an error is a failure of the record, and ends nothing else.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{BoxStream, Stream};

use crate::caught::caught;
use crate::handler::ErasedHandler;
use crate::message::Delivery;
use crate::outcome::{Failure, Outcome, in_words};

/// The outcomes of a run. The errors in them are plain text: nothing of a user's comes out.
pub(super) struct Run {
    answers: Option<BoxStream<'static, Outcome>>,
    /// What it panicked with; that is the answer for every record that had none.
    panic: Option<String>,
}

impl Run {
    /// Hands `records` to their handler.
    pub(super) fn new(handler: &dyn ErasedHandler, records: Vec<Delivery>) -> Run {
        let (answers, panic) = match caught(|| handler.run(records)) {
            Ok(answers) => (Some(answers), None),
            Err(panic) => (None, Some(panic)),
        };
        Run { answers, panic }
    }

    /// Drops what runs.
    fn let_go(&mut self) {
        let answers = self.answers.take();
        if let Err(panic) = caught(|| drop(answers)) {
            tracing::error!(panic, "a handler panicked in a destructor when it was cut off");
        }
    }
}

impl Stream for Run {
    type Item = Outcome;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        if let Some(answers) = &mut self.answers {
            match caught(|| answers.as_mut().poll_next(context)) {
                Ok(Poll::Ready(Some(Outcome::Failed(failure)))) => {
                    let error = in_words(failure.error).into();
                    return Poll::Ready(Some(Outcome::Failed(Failure { error, ..failure })));
                }
                Ok(polled) => return polled,
                Err(panic) => self.panic = Some(panic),
            }
            self.let_go();
        }
        let panicked = self.panic.as_deref().map(Failure::panicked);
        Poll::Ready(panicked.map(Outcome::Failed))
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.let_go();
    }
}
