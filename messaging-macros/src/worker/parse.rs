//! From tokens to the keys and the signature, whatever they say.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Token};

use super::Dialect;
use crate::function::Written;
use crate::keys::{Keys, Slot, with_first};
use crate::mistakes::Mistakes;
use crate::value;

/// The accepted keys.
pub(crate) const SLOTS: &[Slot] = &[
    Slot::own("topic", value::topic_ref),
    Slot::call("output_topic", value::topic_ref),
    Slot::own("name", value::worker_name),
    Slot::call("group_id", value::group_id),
    Slot::call("concurrency", value::positive),
    Slot::call("order", value::order),
    Slot::call("max_retries", value::count),
    Slot::call("retry_backoff", value::retry_backoff),
    Slot::call("retry_delay", value::duration),
    Slot::call("retry_max_delay", value::duration),
    Slot::call("retry_jitter", value::share),
    Slot::call("retry_policy", value::retry_policy),
    Slot::call("timeout", value::positive_duration),
    Slot::call("dlq_topic", value::topic_ref),
    Slot::call("on_exhausted", value::on_exhausted),
    Slot::call("batch_size", value::positive),
    Slot::call("batch_timeout", value::duration),
    Slot::call("max_in_flight", value::positive),
    Slot::call("max_bytes", value::positive),
    Slot::call("max_ahead", value::positive),
    Slot::call("auto_offset_reset", value::auto_offset_reset),
    Slot::call("input_schema", value::schema),
    Slot::call("output_schema", value::schema),
    Slot::own("classify", value::function),
    Slot::own("crate", value::crate_path),
];

/// # Errors
/// The mistakes of the attribute and that the item is no function.
pub(super) fn parse(dialect: &Dialect, attribute: TokenStream, item: TokenStream) -> syn::Result<Written> {
    let mut mistakes = Mistakes::default();
    let attribute = match dialect.first {
        Some(first) => with_first(first, dialect.slots, attribute),
        None => attribute,
    };
    let keys = Keys::parse(dialect.slots, attribute, &mut mistakes);
    dialect.wording.written(keys, mistakes, item)
}

/// Whether an `impl` stands behind the attributes of the item.
pub(super) fn is_impl(item: TokenStream) -> bool {
    let peeked = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        let found = input.peek(Token![impl]) || input.peek(Token![unsafe]) && input.peek2(Token![impl]);
        input.parse::<TokenStream>()?;
        Ok(found)
    };
    peeked.parse2(item).unwrap_or(false)
}
