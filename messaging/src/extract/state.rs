//! Values of the program, found by their type.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::{Context, FromDelivery, Missing, Rejection};
use crate::message::Delivery;

/// The place of one value.
pub(crate) struct Slot<T> {
    value: OnceLock<T>,
    /// Makes the value when it is first read and nobody gave one.
    default: Option<fn() -> T>,
}

impl<T> Slot<T> {
    /// Gives the value; the one that was given first stays.
    pub(crate) fn set(&self, value: T) {
        let _ = self.value.set(value);
    }

    fn get(&self) -> Option<&T> {
        match self.default {
            Some(default) => Some(self.value.get_or_init(default)),
            None => self.value.get(),
        }
    }
}

/// Values of the program, by type.
#[derive(Clone, Default)]
pub(crate) struct States(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl States {
    /// The place of a `T`, made when there is none.
    pub(crate) fn slot<T: Send + Sync + 'static>(&mut self) -> Arc<Slot<T>> {
        self.slot_or(None)
    }

    /// Gives `T` a default, unless it, or an `Arc` of it, has a place already.
    pub(crate) fn fall_back<T: Send + Sync + 'static>(&mut self, default: fn() -> T) {
        if self.get::<Arc<T>>().is_none() {
            self.slot_or(Some(default));
        }
    }

    fn slot_or<T: Send + Sync + 'static>(&mut self, default: Option<fn() -> T>) -> Arc<Slot<T>> {
        let value = OnceLock::new();
        let made = || Arc::new(Slot { value, default }) as Arc<dyn Any + Send + Sync>;
        let slot = self.0.entry(TypeId::of::<T>()).or_insert_with(made).clone();
        slot.downcast()
            .unwrap_or_else(|_| unreachable!("the map is keyed by the type"))
    }

    pub(super) fn get<T: Send + Sync + 'static>(&self) -> Option<StateHandle<T>> {
        let slot = self.0.get(&TypeId::of::<T>()).cloned()?;
        slot.downcast().ok().map(StateHandle)
    }

    /// The value itself, once it is made.
    pub(super) fn value<T: Send + Sync + 'static>(&self) -> Option<&T> {
        let slot = self.0.get(&TypeId::of::<T>())?;
        slot.downcast_ref::<Slot<T>>().and_then(Slot::get)
    }
}

/// A value of the program that is filled in before the first record.
pub struct StateHandle<T>(Arc<Slot<T>>);

impl<T> StateHandle<T> {
    /// The value.
    ///
    /// # Errors
    /// When it is read before the App has made it, as inside [`FromDelivery::setup`].
    pub fn get(&self) -> Result<&T, Rejection> {
        let early = || {
            Rejection::new(format!(
                "the state `{}` is read before it was made; read it in `from_delivery`, not in `setup`",
                type_name::<T>()
            ))
        };
        self.0.get().ok_or_else(early)
    }
}

impl<T> Clone for StateHandle<T> {
    fn clone(&self) -> Self {
        StateHandle(self.0.clone())
    }
}

impl<T> fmt::Debug for StateHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StateHandle<{}>", type_name::<T>())
    }
}

/// A clone of a value of the program, given to the App by `state` or `provide`.
#[derive(Clone, Copy, Debug, Default)]
pub struct State<T>(pub T);

impl<T: Clone + Send + Sync + 'static> FromDelivery for State<T> {
    type Setup = StateHandle<T>;
    fn setup(context: &Context) -> Result<StateHandle<T>, Missing> {
        context.state()
    }
    fn from_delivery(state: &StateHandle<T>, _: &Delivery) -> Result<Self, Rejection> {
        state.get().cloned().map(State)
    }
}
