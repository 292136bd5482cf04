//! What a program states must be there, and is not. A crate that is named nowhere is left out by the linker in silence.

use std::collections::BTreeSet;

use super::Problem;
use crate::spec::Place;

/// What must be there, each with the place that says so.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expected {
    pub(crate) packages: Vec<(String, Place)>,
    /// Names of workers and consumers.
    pub(crate) workers: Vec<(String, Place)>,
    /// Groups and events.
    pub(crate) events: Vec<(String, String, Place)>,
}

/// What is there.
#[derive(Debug, Default)]
pub(crate) struct Found<'a> {
    pub(crate) packages: BTreeSet<&'static str>,
    pub(crate) workers: BTreeSet<&'a str>,
    pub(crate) events: BTreeSet<(&'a str, &'a str)>,
}

impl Expected {
    /// What of it is missing in `found`.
    pub(crate) fn missing(mut self, found: &Found<'_>) -> Expected {
        self.packages
            .retain(|(name, _)| !found.packages.contains(&**name));
        self.workers.retain(|(name, _)| !found.workers.contains(&**name));
        self.events
            .retain(|(group, event, _)| !found.events.contains(&(&**group, &**event)));
        self
    }

    /// Each as a problem.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let packages = self.packages.iter();
        let packages = packages.map(|(name, place)| Problem::new(package(name), [*place]));
        let workers = self.workers.iter();
        let workers = workers.map(|(name, place)| Problem::new(worker(name), [*place]));
        let events = self.events.iter();
        let events = events.map(|(group, name, place)| Problem::new(event(group, name), [*place]));
        packages.chain(workers).chain(events).collect()
    }
}

fn package(name: &str) -> String {
    let krate = name.replace('-', "_");
    format!(
        "nothing of the package \"{name}\" is registered; when the program names its crate nowhere, write `messaging::anchor!({krate});`"
    )
}

fn worker(name: &str) -> String {
    format!(
        "the worker \"{name}\" is expected and not registered; when it stands in a crate that the program names nowhere, write `messaging::anchor!(that_crate);`"
    )
}

fn event(group: &str, event: &str) -> String {
    format!(
        "the event \"{event}\" is expected in group \"{group}\" and has no handler there; when that stands in a crate that the program names nowhere, write `messaging::anchor!(that_crate);`"
    )
}
