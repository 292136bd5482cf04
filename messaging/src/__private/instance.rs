//! The value whose methods are handlers: what makes it when the program gives none.
//!
//! Only the compiler knows whether the user's type has a default. It is asked by the order in which it looks for a
//! function: one of the type itself, which is there for types with a default only, comes before one of a trait.

use std::marker::PhantomData;

/// Asks whether a `T` has a default.
#[derive(Debug)]
pub struct Instances<T>(PhantomData<T>);

impl<T: Default> Instances<T> {
    /// Its default.
    pub const fn default_of() -> Option<fn() -> T> {
        Some(T::default)
    }
}

/// Answers for types without a default; in scope only where the question is asked.
pub trait WithoutDefault<T> {
    /// Nothing.
    fn default_of() -> Option<fn() -> T>;
}

impl<T> WithoutDefault<T> for Instances<T> {
    fn default_of() -> Option<fn() -> T> {
        None
    }
}

/// Fails to compile on the user's type when handlers cannot share a value of it.
pub const fn assert_instance<T: Send + Sync + 'static>() {}

/// What makes an instance of this type, which the user wrote out, when the program gives none:
/// `Option<fn() -> T>`, for `default_instance`.
#[doc(hidden)]
#[macro_export]
macro_rules! __default_instance {
    ($instance:ty) => {{
        #[allow(unused_imports, reason = "a type with a default does not need it")]
        use $crate::__private::WithoutDefault as _;
        $crate::__private::Instances::<$instance>::default_of()
    }};
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    struct Without;

    #[derive(Default)]
    struct With(u32);

    #[test]
    fn a_default_is_found_where_there_is_one() {
        let with: Option<fn() -> With> = __default_instance!(With);
        assert_eq!(with.map(|make| make().0), Some(0));
        assert!(__default_instance!(BTreeMap<u8, Without>).is_some());
        let without: Option<fn() -> Without> = __default_instance!(Without);
        assert!(without.is_none());
        assert!(__default_instance!((With, Without)).is_none());
    }
}
