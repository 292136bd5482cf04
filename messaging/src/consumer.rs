//! Consumers: a group's events, each handled by the handler of its name.
//!
//! | file | what it does |
//! |---|---|
//! | `peek` | finds an event's name and data without reading the rest |
//! | `router` | hands each record to the handler of its event |
//! | `gather` | which handlers belong to which consumer |

use std::any::TypeId;

mod gather;
mod peek;
mod router;

pub(crate) use gather::{Gathered, gather};
pub(crate) use router::{Made, router};

/// A type that is a consumer: `#[consumer]` on a struct, or on an `impl` of it, writes this. Handlers name it by
/// `#[on_event("…", consumer = ThatType)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no consumer",
    label = "not a consumer",
    note = "write `#[consumer(\"group\", topics = [\"…\"])]` on the struct, or on an `impl` of it"
)]
pub trait EventConsumer: 'static {}

/// Which consumer a handler belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConsumerType {
    id: TypeId,
    pub(crate) name: &'static str,
}

impl ConsumerType {
    pub(crate) fn of<C: EventConsumer>() -> ConsumerType {
        ConsumerType {
            id: TypeId::of::<C>(),
            name: std::any::type_name::<C>(),
        }
    }
}
