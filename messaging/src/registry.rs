//! What the macros of this program, and of the crates it names, have registered.
//!
//! A crate that the program depends on but never names is left out by the linker, with everything in it:
//! [`anchor!`](crate::anchor) brings it in, and [`App::expect_packages`](crate::App::expect_packages) says so when it
//! is missing.
//!
//! There are two ways to gather entries at link time, and one is chosen for the whole program: `linkme`, or `inventory`
//! where the feature of that name is on, for linkers and targets on which the sections of `linkme` do not hold.

use crate::spec::{ConsumerSpec, EventHandlerSpec, Place, PublisherSpec, TopicSpec, WorkerSpec};

/// A registry element: makes the description when the registry is read.
pub type Entry<S> = fn() -> S;

/// A description that macros register.
pub(crate) trait Described {
    fn name(&self) -> &str;
    fn place(&self) -> Place;
}

/// One row for each kind of description: its slice, its type, and the function that reads it.
macro_rules! slices {
    ($($(#[$doc:meta])* $slice:ident: $spec:ident, $read:ident;)*) => {
        $(
            $(#[$doc])*
            #[cfg(not(feature = "inventory"))]
            #[linkme::distributed_slice]
            pub static $slice: [Entry<$spec>];

            #[cfg(feature = "inventory")]
            inventory::collect!(Registered<$spec>);

            impl Described for $spec {
                fn name(&self) -> &str {
                    $spec::name(self)
                }
                fn place(&self) -> Place {
                    $spec::place(self)
                }
            }

            $(#[$doc])*
            ///
            /// By module and name: the linker's order is not defined.
            pub(crate) fn $read() -> Vec<$spec> {
                #[cfg(not(feature = "inventory"))]
                let entries = $slice.iter().copied();
                #[cfg(feature = "inventory")]
                let entries = inventory::iter::<Registered<$spec>>().map(|registered| registered.0);
                sorted(entries)
            }
        )*

        /// The type of a description, by the name of its slice.
        #[doc(hidden)]
        #[allow(non_camel_case_types, reason = "named as the slices are")]
        pub mod kinds {
            $(pub type $slice = crate::spec::$spec;)*
        }
    };
}

slices! {
    /// All workers, put here by `#[worker]` at link time.
    WORKERS: WorkerSpec, workers;
    /// All consumers, put here by `#[consumer]` at link time.
    CONSUMERS: ConsumerSpec, consumers;
    /// All handlers of events, put here by `#[on_event]` at link time.
    EVENT_HANDLERS: EventHandlerSpec, event_handlers;
    /// All topics, put here by `#[topic]` at link time.
    TOPICS: TopicSpec, topics;
    /// All publishers, put here by `#[producer]` and `#[event]` at link time.
    PUBLISHERS: PublisherSpec, publishers;
}

/// An element where the slices are gathered by `inventory`.
#[cfg(feature = "inventory")]
#[doc(hidden)]
#[derive(Debug)]
pub struct Registered<S>(pub Entry<S>);

fn sorted<S: Described>(entries: impl Iterator<Item = Entry<S>>) -> Vec<S> {
    let mut all: Vec<S> = entries.map(|entry| entry()).collect();
    let key = |spec: &S| (spec.place().module, spec.name().to_owned(), spec.place());
    all.sort_by_cached_key(key);
    all
}

/// Puts a description into a link-time slice. Emitted by the macros only.
// The feature is read here, where it is this crate's; inside of the expansion it would be the user's.
#[cfg(not(feature = "inventory"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    ($slice:ident: $spec:expr) => {
        #[$crate::__private::linkme::distributed_slice($crate::__private::$slice)]
        #[linkme(crate = $crate::__private::linkme)]
        static ENTRY: $crate::__private::Entry<$crate::__private::kinds::$slice> = || $spec;
    };
}

/// Puts a description into a link-time slice. Emitted by the macros only.
#[cfg(feature = "inventory")]
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    ($slice:ident: $spec:expr) => {
        $crate::__private::inventory::submit! {
            $crate::__private::Registered::<$crate::__private::kinds::$slice>(|| $spec)
        }
    };
}

/// Brings in crates that the program depends on and names nowhere else, so that the linker keeps what they registered.
///
/// A program whose handlers live in crates of their own writes their names once, best beside `main`:
///
/// ```ignore
/// messaging::anchor!(orders, payments, shipping);
/// ```
///
/// A crate in the list that is no dependency is a compile error. One that is missing in the list is not: the linker
/// leaves it out in silence. [`App::expect_packages`](crate::App::expect_packages) turns that into a problem of the
/// check.
#[macro_export]
macro_rules! anchor {
    ($($name:ident),+ $(,)?) => {
        const _: () = {
            $(#[allow(unused_imports, reason = "to be linked is all that is asked of it")]
            use ::$name as _;)+
        };
    };
}

/// The place of the item that a macro stands on.
#[doc(hidden)]
#[macro_export]
macro_rules! __here {
    () => {
        $crate::__here!(::core::line!())
    };
    // For one of several items on which one macro stands.
    ($line:expr) => {
        $crate::__private::Place {
            module: ::core::module_path!(),
            file: ::core::file!(),
            line: $line,
            package: ::core::env!("CARGO_PKG_NAME"),
        }
    };
}
