//! Numbers; a literal out of range is refused where it stands.

use proc_macro2::Literal;
use syn::parse::ParseStream;
use syn::{Error, Lit, LitFloat, LitInt};

use super::{Value, Written};

/// A whole number that fits `u32`.
pub(crate) fn count(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    whole(key, input, 0, u32::MAX.into())
}

/// A whole number from 1.
pub(crate) fn positive(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    whole(key, input, 1, u64::MAX)
}

fn whole(key: &str, input: ParseStream<'_>, least: u64, most: u64) -> syn::Result<Value> {
    let accepted = || format!("write a whole number from {least}, such as `{key} = 8`");
    match Written::parse(input)? {
        Written::Literal(Lit::Int(number)) => match number.base10_parse::<u64>() {
            Ok(value) if value < least => Err(Error::new(
                number.span(),
                format!("`{key}` is too small: {}", accepted()),
            )),
            Ok(value) if value <= most => Value::plain(number),
            _ => Err(Error::new(
                number.span(),
                format!("`{key}` is too large: use at most {most}"),
            )),
        },
        Written::Expression(expression) => Value::plain(expression),
        Written::Negative(number) => Err(Error::new_spanned(
            number,
            format!("`{key}` is negative: {}", accepted()),
        )),
        Written::Literal(other) => Err(Error::new_spanned(
            other,
            format!("`{key}` is no whole number: {}", accepted()),
        )),
    }
}

/// A share from 0 to 1.
pub(crate) fn share(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    let accepted = format!("write a number from 0.0 to 1.0, such as `{key} = 0.1`");
    match Written::parse(input)? {
        Written::Literal(Lit::Float(number)) if within(number.base10_parse()) => Value::plain(number),
        Written::Literal(Lit::Int(number)) if within(number.base10_parse()) => {
            Value::plain(as_float(&number))
        }
        Written::Literal(number @ (Lit::Float(LitFloat { .. }) | Lit::Int(LitInt { .. }))) => Err(
            Error::new_spanned(number, format!("`{key}` is out of range: {accepted}")),
        ),
        Written::Expression(expression) => Value::plain(expression),
        Written::Negative(number) => Err(Error::new_spanned(
            number,
            format!("`{key}` is negative: {accepted}"),
        )),
        Written::Literal(other) => Err(Error::new_spanned(
            other,
            format!("`{key}` is no number: {accepted}"),
        )),
    }
}

fn within(number: syn::Result<f64>) -> bool {
    number.is_ok_and(|number| (0.0..=1.0).contains(&number))
}

/// `0` and `1` are shares too, but Rust wants a point in them.
fn as_float(number: &LitInt) -> Literal {
    let mut float = Literal::f64_unsuffixed(if number.base10_digits() == "0" { 0.0 } else { 1.0 });
    float.set_span(number.span());
    float
}
