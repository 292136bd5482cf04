//! Which handlers belong to which consumer: those given to it by hand, and those that name it, wherever they stand.

use crate::spec::{ConsumerSpec, EventHandlerSpec};

/// A consumer with all its handlers, by event and place.
#[derive(Debug)]
pub(crate) struct Gathered<'a> {
    pub(crate) spec: &'a ConsumerSpec,
    pub(crate) handlers: Vec<&'a EventHandlerSpec>,
}

/// Each consumer with its handlers.
pub(crate) fn gather<'a>(
    consumers: &'a [ConsumerSpec],
    registered: &'a [EventHandlerSpec],
) -> Vec<Gathered<'a>> {
    let gathered = |spec: &'a ConsumerSpec| {
        let named = registered.iter().filter(|handler| spec.is_named_by(handler));
        let mut handlers: Vec<_> = spec.handlers.iter().chain(named).collect();
        handlers.sort_by_key(|handler| (handler.event(), handler.place()));
        Gathered { spec, handlers }
    };
    consumers.iter().map(gathered).collect()
}
