//! All rules that the tokens alone can decide; the others are the trait's to decide.

use heck::ToSnakeCase;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{GenericParam, Ident, ImplItem, ItemImpl, LitStr, Type};

use super::Class;
use super::parse::Written;
use crate::cfgs::cfgs;
use crate::keys::Keys;
use crate::mistakes::Mistakes;
use crate::retry::check_retries;
use crate::worker::WORKER;
use crate::worker::check::check_topic;

/// # Errors
/// All mistakes of the item.
pub(super) fn check(written: Written) -> syn::Result<Class> {
    let Written {
        keys,
        item,
        mut mistakes,
    } = written;
    check_trait(&item, &mut mistakes);
    check_generics(&item, &mut mistakes);
    check_batches(&keys, &item, &mut mistakes);
    check_retries(&keys, &mut mistakes);
    let name = check_name(&keys, &item.self_ty, &mut mistakes);
    let topic = check_topic(&WORKER, &keys, &mut mistakes);
    mistakes.none()?;

    Ok(Class {
        cfgs: cfgs(&item.attrs),
        name,
        topic,
        on_error: method(&item, "on_error").is_some(),
        on_success: method(&item, "on_success").is_some(),
        input: place_of(&item, "Input"),
        output: place_of(&item, "Output"),
        worker: *item.self_ty,
        keys,
    })
}

fn check_trait(item: &ItemImpl, mistakes: &mut Mistakes) {
    const CONSUMER: &str = "for methods that handle events, write `#[consumer(…)]` instead";
    let worker = item.self_ty.to_token_stream();
    match item.trait_.as_ref().map(|(path, _)| path) {
        None => mistakes.at(
            &item.self_ty,
            format!(
                "`#[worker]` stands on `impl Worker for {worker}`, not on methods of its own; {CONSUMER}"
            ),
        ),
        Some(path) if path.segments.last().is_none_or(|last| last.ident != "Worker") => mistakes.at(
            path,
            format!(
                "`#[worker]` stands on `impl Worker for {worker}`, not on another trait's `impl`: move it"
            ),
        ),
        Some(_) => {}
    }
}

fn check_generics(item: &ItemImpl, mistakes: &mut Mistakes) {
    for parameter in &item.generics.params {
        mistakes.at(
            parameter,
            match parameter {
                GenericParam::Lifetime(_) => "a worker cannot have lifetimes: let the type own what it needs",
                _ => {
                    "a worker cannot be generic: write one `impl` for each type, or register each value with `WorkerSpec::worker`"
                }
            },
        );
    }
}

/// A method that nothing calls is not what the user meant.
fn check_batches(keys: &Keys, item: &ItemImpl, mistakes: &mut Mistakes) {
    let gathers = ["batch_size", "batch_timeout"]
        .iter()
        .any(|key| keys.given(key).is_some());
    if let Some(method) = method(item, "process_batch").filter(|_| !gathers) {
        mistakes.at(
            method,
            "`process_batch` is never called: add `batch_size = …` to `#[worker]`, or remove the method",
        );
    }
}

fn check_name(keys: &Keys, worker: &Type, mistakes: &mut Mistakes) -> TokenStream {
    if keys.given("name").is_some() {
        return keys.tokens("name").unwrap_or_default();
    }
    let name = match last_ident(worker) {
        Some(ident) => ident.unraw().to_string().to_snake_case(),
        None => String::new(),
    };
    if name.is_empty() || !name.is_ascii() {
        mistakes.at(
            worker,
            "a worker's name is ASCII, and made from the type's: add `name = \"…\"`",
        );
    }
    LitStr::new(&name, worker.span()).into_token_stream()
}

fn last_ident(worker: &Type) -> Option<&Ident> {
    match worker {
        Type::Path(path) => path.path.segments.last().map(|last| &last.ident),
        Type::Group(group) => last_ident(&group.elem),
        Type::Paren(inner) => last_ident(&inner.elem),
        _ => None,
    }
}

/// The name of this method, when it is written.
fn method<'a>(item: &'a ItemImpl, name: &str) -> Option<&'a Ident> {
    let names = item.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(&method.sig.ident),
        _ => None,
    });
    names.into_iter().find(|written| *written == name)
}

/// Where this associated type is said; without it, where the worker is.
fn place_of(item: &ItemImpl, name: &str) -> Span {
    let types = item.items.iter().filter_map(|item| match item {
        ImplItem::Type(written) if written.ident == name => Some(written.ty.span()),
        _ => None,
    });
    types.into_iter().next().unwrap_or_else(|| item.self_ty.span())
}
