//! Which structs can stand for a topic.

use proc_macro2::{Span, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, Fields, ItemStruct, Token, Visibility};

use super::Topic;
use crate::cfgs::cfgs;
use crate::keys::{Keys, Slot};
use crate::mistakes::Mistakes;
use crate::value;

/// The accepted keys.
const SLOTS: &[Slot] = &[
    Slot::own("name", value::topic_name),
    Slot::own("schema", value::type_),
    Slot::own("key", value::field),
    Slot::own("crate", value::crate_path),
];

/// # Errors
/// All mistakes of the item.
pub(super) fn check(attribute: TokenStream, item: TokenStream) -> syn::Result<Topic> {
    let mut mistakes = Mistakes::default();
    let keys = Keys::parse(SLOTS, attribute, &mut mistakes);
    check_name(&keys, &mut mistakes);
    check_key(&keys, &mut mistakes);
    let item = match unit_struct.parse2(item) {
        Ok(item) => item,
        Err(error) => return Err(mistakes.and(error)),
    };
    mistakes.none()?;

    let name = keys.tokens("name").unwrap_or_default();
    let (schema, key) = (keys.tokens("schema"), keys.tokens("key"));
    Ok(Topic {
        keys,
        cfgs: cfgs(&item.attrs),
        ident: item.ident,
        name,
        schema,
        key,
    })
}

fn check_name(keys: &Keys, mistakes: &mut Mistakes) {
    if keys.given("name").is_none() {
        // The attribute itself is what is wrong: there is no other token to point at.
        let message = "`name` is missing: write `#[topic(name = \"orders.created\")]`";
        mistakes.add(Error::new(Span::call_site(), message));
    }
}

fn check_key(keys: &Keys, mistakes: &mut Mistakes) {
    if let (Some(key), None) = (keys.given("key"), keys.given("schema")) {
        mistakes.at(
            key,
            "`key` is a field of the schema: add `schema = …`, or remove `key`",
        );
    }
}

fn unit_struct(input: ParseStream<'_>) -> syn::Result<ItemStruct> {
    let start = input.fork();
    start.call(Attribute::parse_outer)?;
    start.parse::<Visibility>()?;
    if !start.peek(Token![struct]) {
        return Err(start
            .error("`#[topic]` cannot stand here: put it on a unit struct such as `struct OrdersCreated;`"));
    }
    let item: ItemStruct = input.parse()?;
    let mut mistakes = Mistakes::default();
    if !item.generics.params.is_empty() {
        mistakes.at(
            &item.generics,
            "a topic cannot be generic: write one struct for each topic",
        );
    }
    if !matches!(item.fields, Fields::Unit) {
        let message = format!(
            "a topic has no fields: write `struct {};` and name the payload by `schema = …`",
            item.ident
        );
        mistakes.at(&item.fields, message);
    }
    mistakes.none().map(|()| item)
}
