//! What the macros of this program, and of the crates it names, have registered.
//!
//! A crate that the program depends on but never names is left out by the linker; `use orders as _;` brings it in.

use crate::spec::{TopicSpec, WorkerSpec};

/// A slice element: makes the description when the registry is read.
pub type Entry<S> = fn() -> S;

/// All workers, put here by `#[worker]` at link time.
#[linkme::distributed_slice]
pub static WORKERS: [Entry<WorkerSpec>];

/// All topics, put here by `#[topic]` at link time.
#[linkme::distributed_slice]
pub static TOPICS: [Entry<TopicSpec>];

/// All registered workers, by module and name: the linker's order is not defined.
pub fn workers() -> Vec<WorkerSpec> {
    let mut all: Vec<WorkerSpec> = WORKERS.iter().map(|entry| entry()).collect();
    all.sort_by(|a, b| (a.place().module, a.name(), a.place()).cmp(&(b.place().module, b.name(), b.place())));
    all
}

/// All registered topics, by module and name.
pub fn topics() -> Vec<TopicSpec> {
    let mut all: Vec<TopicSpec> = TOPICS.iter().map(|entry| entry()).collect();
    all.sort_by(|a, b| (a.place().module, a.name(), a.place()).cmp(&(b.place().module, b.name(), b.place())));
    all
}

/// Puts a description into a link-time slice. Emitted by the macros only.
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    ($slice:ident: $spec:expr) => {
        #[$crate::__private::linkme::distributed_slice($crate::__private::$slice)]
        #[linkme(crate = $crate::__private::linkme)]
        static ENTRY: $crate::__private::Entry<$crate::__private::kinds::$slice> = || $spec;
    };
}

/// The place of the item that a macro stands on.
#[doc(hidden)]
#[macro_export]
macro_rules! __here {
    () => {
        $crate::__private::Place {
            module: ::core::module_path!(),
            file: ::core::file!(),
            line: ::core::line!(),
            package: ::core::env!("CARGO_PKG_NAME"),
        }
    };
}
