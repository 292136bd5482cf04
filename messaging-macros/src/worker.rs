//! `#[worker]`, on an async function or on `impl Worker for` a type, and its relatives on functions.

mod check;
mod class;
mod expand;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use crate::function::{Shape, Wording};
use crate::keys::{Keys, Slot};
use crate::mistakes::or_errors;

pub(crate) use parse::SLOTS;

/// A macro that makes a worker of an async function.
pub(crate) struct Dialect {
    /// What the user writes, such as `worker`.
    pub(crate) name: &'static str,
    pub(crate) wording: Wording,
    pub(crate) slots: &'static [Slot],
    /// The key whose value may stand first without it.
    pub(crate) first: Option<&'static str>,
    /// Builder calls for what the user did not say.
    pub(crate) unsaid: fn(&Keys) -> TokenStream,
}

const WORKER_MISPLACED: &str =
    "`#[worker]` cannot stand here: put it on an async function, or on `impl Worker for` a type";

const WORKER: Dialect = Dialect {
    name: "worker",
    wording: Wording {
        noun: "a worker",
        payload: "order: Order",
        by_hand: "WorkerSpec::of",
        no_method: "a worker cannot be a method: make it a free async function that takes what it needs as `State<_>`, or put `#[worker]` on `impl Worker for` the type",
        misplaced: WORKER_MISPLACED,
        on_impl: WORKER_MISPLACED,
    },
    slots: SLOTS,
    first: None,
    unsaid: |_| TokenStream::new(),
};

/// What is known of a worker that has no mistakes.
struct Worker {
    keys: Keys,
    cfgs: TokenStream,
    function: Ident,
    name: TokenStream,
    topic: TokenStream,
    shape: Shape,
    unsaid: TokenStream,
}

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    if parse::is_impl(item.clone()) {
        return class::expand(attribute, item);
    }
    expand_as(&WORKER, attribute, item)
}

/// The same for a relative of `#[worker]`.
pub(crate) fn expand_as(dialect: &Dialect, attribute: TokenStream, item: TokenStream) -> TokenStream {
    let parsed = parse::parse(dialect, attribute, item.clone());
    let checked = parsed.and_then(|written| check::check(dialect, written));
    let beside = or_errors(checked.map(|worker| expand::expand(&worker)));
    quote!(#item #beside)
}
