//! All rules that the tokens alone can decide; the others are the traits' to decide.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Error, LitStr, Signature};

use super::{Dialect, Worker};
use crate::cfgs::cfgs;
use crate::function::{MOST_ARGUMENTS, Written};
use crate::keys::Keys;
use crate::mistakes::Mistakes;
use crate::retry::check_retries;

/// # Errors
/// All mistakes of the item.
pub(super) fn check(dialect: &Dialect, written: Written) -> syn::Result<Worker> {
    let Written {
        keys,
        attributes,
        signature,
        mut mistakes,
    } = written;
    dialect.wording.check_free(&signature, &mut mistakes);
    check_retries(&keys, &mut mistakes);
    let name = check_name(dialect, &keys, &signature, &mut mistakes);
    let topic = check_topic(dialect, &keys, &mut mistakes);
    let shape = dialect.wording.shape(&signature, MOST_ARGUMENTS, &mut mistakes);
    mistakes.none()?;
    let Some(shape) = shape else {
        unreachable!("that there is no argument is a mistake");
    };

    let unsaid = (dialect.unsaid)(&keys);
    Ok(Worker {
        keys,
        cfgs: cfgs(&attributes),
        function: signature.ident,
        name,
        topic,
        shape,
        unsaid,
    })
}

fn check_name(dialect: &Dialect, keys: &Keys, signature: &Signature, mistakes: &mut Mistakes) -> TokenStream {
    if keys.given("name").is_some() {
        return keys.tokens("name").unwrap_or_default();
    }
    let name = signature.ident.unraw().to_string();
    if !name.is_ascii() {
        let noun = dialect.wording.noun;
        let message = format!("{noun}'s name is ASCII: add `name = \"…\"` or rename the function");
        mistakes.at(&signature.ident, message);
    }
    LitStr::new(&name, signature.ident.span()).into_token_stream()
}

pub(super) fn check_topic(dialect: &Dialect, keys: &Keys, mistakes: &mut Mistakes) -> TokenStream {
    if keys.given("topic").is_none() {
        // The attribute itself is what is wrong: there is no other token to point at.
        let message = format!(
            "`topic` is missing: write `#[{}(topic = \"orders.created\")]`",
            dialect.name
        );
        mistakes.add(Error::new(Span::call_site(), message));
    }
    keys.tokens("topic").unwrap_or_default()
}
