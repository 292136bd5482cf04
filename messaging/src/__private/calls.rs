//! The future of a user's async function, found by its arguments alone.
//!
//! `Handler` asks for it too, but among its many impls the compiler cannot say which one was meant; here there is one,
//! so that it names what in the future is not `Send`, and where.

/// A function with these arguments.
pub trait Calls<Arguments> {
    /// What it returns.
    type Future;
}

macro_rules! calls {
    ($($argument:ident)*) => {
        impl<F: Fn($($argument),*) -> Fut, Fut, $($argument),*> Calls<($($argument,)*)> for F {
            type Future = Fut;
        }
    };
}

macro_rules! all_arities {
    () => {};
    ($first:ident $($rest:ident)*) => {
        calls!($first $($rest)*);
        all_arities!($($rest)*);
    };
}
all_arities!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16);

/// Fails to compile on the user's function when its future holds something across an `.await` that is not `Send`.
pub const fn assert_future<Arguments, F: Calls<Arguments>>(_: &F)
where
    F::Future: Send,
{
}
