//! Durations: `"1h30m"`, whole seconds, or a const `Duration`.

use proc_macro2::{Literal, Span};
use quote::quote_spanned;
use syn::parse::ParseStream;
use syn::{Error, Lit};

use super::{Value, Written};

const ACCEPTED: &str =
    "write \"100ms\", \"5s\", \"2m\", \"1h30m\", \"7d\", whole seconds such as `5`, or a const `Duration`";

/// Any duration.
pub(crate) fn duration(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    read(key, input, 0)
}

/// A duration longer than nothing.
pub(crate) fn positive_duration(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    read(key, input, 1)
}

fn read(key: &str, input: ParseStream<'_>, least: u64) -> syn::Result<Value> {
    let (millis, span) = match Written::parse(input)? {
        Written::Expression(expression) => return Value::plain(expression),
        Written::Literal(Lit::Str(text)) => (millis(&text.value()), text.span()),
        Written::Literal(Lit::Int(seconds)) => (of_seconds(&seconds), seconds.span()),
        other => {
            return Err(Error::new_spanned(
                other,
                format!("`{key}` is no duration: {ACCEPTED}"),
            ));
        }
    };
    match millis {
        Ok(millis) if millis < least => Err(Error::new(
            span,
            format!("`{key}` must be longer than nothing: {ACCEPTED}"),
        )),
        Ok(millis) => Value::plain(of_millis(millis, span)),
        Err(why) => Err(Error::new(
            span,
            format!("`{key}` is no duration, {why}: {ACCEPTED}"),
        )),
    }
}

fn of_millis(millis: u64, span: Span) -> proc_macro2::TokenStream {
    let mut number = Literal::u64_unsuffixed(millis);
    number.set_span(span);
    quote_spanned!(Span::mixed_site()=> ::core::time::Duration::from_millis(#number))
}

fn of_seconds(seconds: &syn::LitInt) -> Result<u64, String> {
    if !seconds.suffix().is_empty() {
        return Err(format!("the unit `{}` needs quotes", seconds.suffix()));
    }
    let seconds: u64 = seconds.base10_parse().map_err(|_| "it is too long".to_owned())?;
    seconds
        .checked_mul(1000)
        .ok_or_else(|| "it is too long".to_owned())
}

/// `1h30m` in milliseconds. Units go from the largest to the smallest, each at most once.
fn millis(text: &str) -> Result<u64, String> {
    let units = [
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1_000),
        ("ms", 1),
    ];
    let mut rest = text;
    let mut total = 0u64;
    let mut smaller = &units[..];
    while !rest.is_empty() {
        let (number, unit, after) = part(rest)?;
        let place = smaller.iter().position(|(name, _)| *name == unit);
        let place = place.ok_or_else(|| wrong_unit(unit, units.iter().any(|(name, _)| *name == unit)))?;
        let part = number.checked_mul(smaller[place].1);
        total = part
            .and_then(|part| total.checked_add(part))
            .ok_or("it is too long")?;
        (rest, smaller) = (after, &smaller[place + 1..]);
    }
    if text.is_empty() {
        Err("it is empty".into())
    } else {
        Ok(total)
    }
}

/// The first number, its unit, and what follows.
fn part(text: &str) -> Result<(u64, &str, &str), String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(digits);
    if number.is_empty() {
        return Err(format!("\"{rest}\" does not begin with a whole number"));
    }
    let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
    let (unit, after) = rest.split_at(letters);
    let number = number.parse().map_err(|_| "it is too long".to_owned())?;
    Ok((number, unit, after))
}

fn wrong_unit(unit: &str, known: bool) -> String {
    match (unit, known) {
        ("", _) => "it has no unit".into(),
        (_, true) => format!("\"{unit}\" stands after a unit that is not larger"),
        (_, false) => format!("\"{unit}\" is no unit"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_is_documented() {
        for (text, expected) in [
            ("100ms", 100),
            ("0s", 0),
            ("5s", 5_000),
            ("2m", 120_000),
            ("1h", 3_600_000),
            ("1h30m", 5_400_000),
            ("1s500ms", 1_500),
            ("7d", 604_800_000),
        ] {
            assert_eq!(millis(text), Ok(expected), "for {text}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, why) in [
            ("", "it is empty"),
            ("5", "it has no unit"),
            ("s", "\"s\" does not begin with a whole number"),
            ("-5s", "\"-5s\" does not begin with a whole number"),
            ("5 s", "\" s\" is no unit"),
            ("1.5s", "\".\" is no unit"),
            ("5sec", "\"sec\" is no unit"),
            ("30m1h", "\"h\" stands after a unit that is not larger"),
            ("1s1s", "\"s\" stands after a unit that is not larger"),
            ("99999999999999999999s", "it is too long"),
            ("9999999999999999d", "it is too long"),
        ] {
            assert_eq!(millis(text), Err(why.to_owned()), "for {text}");
        }
    }
}
