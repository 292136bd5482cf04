//! `#[message_handler]`: a worker that waits the same time before every retry.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use crate::function::Wording;
use crate::keys::{Keys, Slot};
use crate::value;
use crate::worker::{Dialect, expand_as};

const FIXED: &str = "a message handler waits `retry_delay` before every retry; remove it, or write `#[worker]`, whose delays may grow";

/// The accepted keys.
const SLOTS: &[Slot] = &[
    Slot::own("topic", value::topic_ref),
    Slot::call("output_topic", value::topic_ref),
    Slot::own("name", value::worker_name),
    Slot::call("group_id", value::group_id),
    Slot::call("concurrency", value::positive),
    Slot::call("order", value::order),
    Slot::call("max_retries", value::count),
    Slot::refused("retry_backoff", FIXED),
    Slot::call("retry_delay", value::duration),
    Slot::refused("retry_max_delay", FIXED),
    Slot::refused("retry_jitter", FIXED),
    Slot::refused("retry_policy", FIXED),
    Slot::call("timeout", value::positive_duration),
    Slot::call("dlq_topic", value::topic_ref),
    Slot::call("on_exhausted", value::on_exhausted),
    Slot::call("batch_size", value::positive),
    Slot::call("batch_timeout", value::duration),
    Slot::call("max_in_flight", value::positive),
    Slot::call("max_bytes", value::positive),
    Slot::call("max_ahead", value::positive),
    Slot::call("auto_offset_reset", value::auto_offset_reset),
    Slot::own("classify", value::function),
    Slot::own("crate", value::crate_path),
];

const DIALECT: Dialect = Dialect {
    name: "message_handler",
    wording: Wording {
        noun: "a message handler",
        payload: "order: Order",
        by_hand: "WorkerSpec::of",
        no_method: "a message handler cannot be a method: make it a free async function and take what it needs as `State<_>`",
        misplaced: "`#[message_handler]` cannot stand here: put it on an async function",
        on_impl: "`#[message_handler]` cannot stand on an `impl`: put it on an async function, or write `#[consumer]` for methods that handle events",
    },
    slots: SLOTS,
    first: None,
    unsaid: fixed,
};

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand_as(&DIALECT, attribute, item)
}

/// Retries wait 5 s each, unless something else is said; how often, is the worker's own default.
fn fixed(keys: &Keys) -> TokenStream {
    let private = keys.private();
    let delay = keys.given("retry_delay").is_none();
    let delay = delay
        .then(|| quote_spanned!(Span::mixed_site()=> .retry_delay(::core::time::Duration::from_secs(5))));
    quote_spanned!(Span::mixed_site()=> .retry_backoff(#private::Backoff::Fixed) #delay)
}
