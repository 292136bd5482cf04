//! Words that stand for the variants of a runtime enumeration.

use proc_macro2::Ident;
use quote::quote;
use syn::parse::ParseStream;
use syn::{Error, Lit};

use super::{Value, Written};
use crate::keys::did_you_mean;

/// The words of one enumeration.
struct Choice {
    type_name: &'static str,
    /// Word and variant.
    words: &'static [(&'static str, &'static str)],
}

/// Which records stay in order.
pub(crate) fn order(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    let words = &[("key", "Key"), ("partition", "Partition"), ("none", "None")];
    Choice {
        type_name: "Order",
        words,
    }
    .read(key, input)
}

/// How the delay between tries grows.
pub(crate) fn retry_backoff(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    let words = &[
        ("exponential", "Exponential"),
        ("linear", "Linear"),
        ("fixed", "Fixed"),
    ];
    Choice {
        type_name: "Backoff",
        words,
    }
    .read(key, input)
}

/// What becomes of a record that is given up.
pub(crate) fn on_exhausted(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    let words = &[("dlq", "Dlq"), ("skip", "Skip"), ("stop", "Stop")];
    Choice {
        type_name: "OnExhausted",
        words,
    }
    .read(key, input)
}

/// Where a group without an offset begins.
pub(crate) fn auto_offset_reset(key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
    let words = &[("earliest", "Earliest"), ("latest", "Latest"), ("none", "None")];
    Choice {
        type_name: "OffsetReset",
        words,
    }
    .read(key, input)
}

impl Choice {
    fn read(&self, key: &str, input: ParseStream<'_>) -> syn::Result<Value> {
        match Written::parse(input)? {
            Written::Literal(Lit::Str(word)) => {
                let given = word.value();
                let found = self.words.iter().find(|(accepted, _)| *accepted == given);
                let (_, variant) = found.ok_or_else(|| Error::new(word.span(), self.unknown(key, &given)))?;
                let type_name = Ident::new(self.type_name, word.span());
                let variant = Ident::new(variant, word.span());
                Ok(Value::Runtime(quote!(#type_name::#variant)))
            }
            Written::Expression(expression) => Value::plain(expression),
            other => Err(Error::new_spanned(
                other,
                format!("`{key}` is a word: use {}", self.accepted()),
            )),
        }
    }

    fn unknown(&self, key: &str, given: &str) -> String {
        let accepted: Vec<&str> = self.words.iter().map(|(word, _)| *word).collect();
        let hint = did_you_mean(given, &accepted);
        format!("unknown `{key}` \"{given}\"{hint}: use {}", self.accepted())
    }

    fn accepted(&self) -> String {
        let quoted: Vec<String> = self.words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        quoted.join(", ")
    }
}
