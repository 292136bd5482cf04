//! Stating what must be there, and finding what is.

use super::App;
use crate::check::expected::Found;
use crate::consumer::Gathered;
use crate::registry;
use crate::spec::{Place, PublisherSpec, TopicSpec};

impl App {
    /// States that something is registered by each of these cargo packages: a worker, a consumer, a handler of events,
    /// a topic or a publisher. A crate that the program names nowhere is left out by the linker in silence; the check
    /// then says so.
    ///
    /// ```
    /// use messaging::App;
    ///
    /// let app = App::new().configure([("message_broker", "memory")]).expect_packages(["orders"]);
    /// let error = app.check().unwrap_err().report();
    /// assert!(error.contains("messaging::anchor!(orders)"), "{error}");
    /// ```
    #[track_caller]
    pub fn expect_packages<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> App {
        let place = Place::of_caller();
        let expected = names.into_iter().map(|name| (name.into(), place));
        self.expected.packages.extend(expected);
        self
    }

    /// States that workers or consumers of these names are registered; the check names those that are not.
    #[track_caller]
    pub fn expect_workers<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> App {
        let place = Place::of_caller();
        let expected = names.into_iter().map(|name| (name.into(), place));
        self.expected.workers.extend(expected);
        self
    }

    /// States that the consumers of `group` have handlers of these events; the check names those without one.
    #[track_caller]
    pub fn expect_events<N: Into<String>>(
        mut self,
        group: impl Into<String>,
        events: impl IntoIterator<Item = N>,
    ) -> App {
        let (group, place) = (group.into(), Place::of_caller());
        let expected = events
            .into_iter()
            .map(|event| (group.clone(), event.into(), place));
        self.expected.events.extend(expected);
        self
    }

    /// What there is of all that can be expected. The groups are those of `gathered`, in its order.
    pub(super) fn found<'a>(
        &'a self,
        groups: impl Iterator<Item = &'a str>,
        gathered: &[Gathered<'a>],
    ) -> Found<'a> {
        let mut found = Found::default();
        let (topics, publishers) = (registry::topics(), registry::publishers());
        let places = topics.iter().map(TopicSpec::place);
        let places = places.chain(publishers.iter().map(PublisherSpec::place));
        let places = places.chain(self.workers.iter().map(|worker| worker.place()));
        let places = places.chain(self.consumers.iter().map(|consumer| consumer.place()));
        let places = places.chain(self.event_handlers.iter().map(|handler| handler.place()));
        found.packages.extend(places.map(|place| place.package));
        found
            .workers
            .extend(self.workers.iter().map(|worker| worker.name()));
        found
            .workers
            .extend(self.consumers.iter().map(|consumer| consumer.name()));
        for (group, consumer) in groups.zip(gathered) {
            let events = consumer.handlers.iter().map(|handler| (group, handler.event()));
            found.events.extend(events);
        }
        found
    }
}
