//! The consumers of an App, and the handlers of their events.

use super::{App, made_by_hand};
use crate::consumer::{Gathered, gather};
use crate::spec::{ConsumerSpec, EventHandlerSpec};

impl App {
    /// Adds a consumer by hand, with the handlers given to it by [`ConsumerSpec::on`].
    pub fn consumer(mut self, spec: ConsumerSpec) -> App {
        made_by_hand(spec.name());
        self.consumers.push(spec);
        self
    }

    /// The consumers of this App.
    pub fn consumers(&self) -> &[ConsumerSpec] {
        &self.consumers
    }

    /// Whether the handler names a consumer of this App.
    pub(super) fn owns(&self, handler: &EventHandlerSpec) -> bool {
        self.consumers
            .iter()
            .any(|consumer| consumer.is_named_by(handler))
    }

    /// Every consumer with its handlers.
    pub(crate) fn gathered(&self) -> Vec<Gathered<'_>> {
        gather(&self.consumers, &self.event_handlers)
    }

    /// All handlers, those given to a consumer by hand and those that name theirs.
    pub(super) fn handlers(&self) -> impl Iterator<Item = &EventHandlerSpec> {
        let given = self.consumers.iter().flat_map(|consumer| &consumer.handlers);
        given.chain(&self.event_handlers)
    }
}

/// The handlers of all consumers, each with the name of its own.
pub(super) fn events(gathered: &[Gathered<'_>]) -> Vec<(String, EventHandlerSpec)> {
    let of = |consumer: &Gathered<'_>| {
        let name = consumer.spec.name().to_owned();
        let handlers = consumer.handlers.iter().map(|handler| (*handler).clone());
        handlers
            .map(|handler| (name.clone(), handler))
            .collect::<Vec<_>>()
    };
    gathered.iter().flat_map(of).collect()
}
