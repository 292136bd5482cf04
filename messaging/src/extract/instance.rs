//! The value whose methods are handlers.

use std::any::type_name;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::state::StateHandle;
use super::{Context, FromDelivery, Missing, Rejection};
use crate::message::Delivery;

/// The program's one `T`, whose method handles the record. It is given to the App by `state(T)`, `state(Arc<T>)` or
/// `provide`, else it is the default that the description names; unlike [`State`](super::State) it is not cloned.
///
/// ```
/// use messaging::extract::Instance;
/// use messaging::{App, WorkerSpec};
///
/// #[derive(Default)]
/// struct Till;
///
/// impl Till {
///     async fn charge(&self, order: String) {
///         println!("{order} is charged");
///     }
/// }
///
/// let charge = |order: String, till: Instance<Till>| async move { till.charge(order).await };
/// let worker = WorkerSpec::of("charge", "orders", charge).default_instance(Some(Till::default));
/// App::empty().configure([("message_broker", "memory")]).worker(worker).check()?;
/// # Ok::<(), messaging::Error>(())
/// ```
pub struct Instance<T>(Handle<T>);

/// Where the value lies.
enum Handle<T> {
    /// With whoever made the worker.
    Given(Arc<T>),
    Own(StateHandle<T>),
    Shared(StateHandle<Arc<T>>),
}

impl<T> Handle<T> {
    fn get(&self) -> Result<&T, Rejection> {
        match self {
            Handle::Given(value) => Ok(value),
            Handle::Own(value) => value.get(),
            Handle::Shared(value) => value.get().map(|value| &**value),
        }
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        match self {
            Handle::Given(value) => Handle::Given(value.clone()),
            Handle::Own(value) => Handle::Own(value.clone()),
            Handle::Shared(value) => Handle::Shared(value.clone()),
        }
    }
}

impl<T> Instance<T> {
    /// This value, whatever the App gives.
    pub(crate) fn of(value: Arc<T>) -> Instance<T> {
        Instance(Handle::Given(value))
    }
}

impl<T> Clone for Instance<T> {
    fn clone(&self) -> Self {
        Instance(self.0.clone())
    }
}

impl<T> fmt::Debug for Instance<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instance<{}>", type_name::<T>())
    }
}

impl<T> Deref for Instance<T> {
    type Target = T;
    fn deref(&self) -> &T {
        match self.0.get() {
            Ok(value) => value,
            Err(_) => unreachable!("an instance is made from a value that is there"),
        }
    }
}

impl<T: Send + Sync + 'static> FromDelivery for Instance<T> {
    type Setup = Instance<T>;
    fn setup(context: &Context) -> Result<Instance<T>, Missing> {
        let own = || context.states.get::<T>().map(Handle::Own);
        let shared = || context.states.get::<Arc<T>>().map(Handle::Shared);
        let found = own().or_else(shared).map(Instance);
        found.ok_or_else(Missing::instance::<T>)
    }
    fn from_delivery(instance: &Instance<T>, _: &Delivery) -> Result<Self, Rejection> {
        instance.0.get()?;
        Ok(instance.clone())
    }
}
