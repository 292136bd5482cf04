//! Why a section is not what the type wants. The values themselves are not said, for they may be secrets.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::tree::Tree;
use crate::settings::origin::Origin;

/// Why a section is not what the type wants.
#[derive(Debug)]
pub(super) struct Failed {
    /// Empty until it is known.
    pub(super) path: String,
    pub(super) origin: Origin,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Missing(&'static str),
    Unknown { field: String, says: String },
    Wrong(String),
}

impl Failed {
    fn new(what: What) -> Failed {
        Failed {
            path: String::new(),
            origin: Origin::Default,
            what,
        }
    }

    /// The innermost place is the one that counts.
    pub(super) fn at(self, path: &str, tree: Option<&Tree>) -> Failed {
        if !self.path.is_empty() {
            return self;
        }
        let inner = match &self.what {
            What::Unknown { field, .. } => tree.and_then(|tree| child(tree, field)),
            _ => None,
        };
        let origin = inner
            .or(tree)
            .map_or(Origin::Default, |tree| tree.origin().clone());
        Failed {
            path: path.to_owned(),
            origin,
            ..self
        }
    }
}

pub(super) fn child<'a>(tree: &'a Tree, field: &str) -> Option<&'a Tree> {
    match tree {
        Tree::Table(entries, _) => entries.get(field),
        _ => None,
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.what)
    }
}

impl std::error::Error for Failed {}

impl de::Error for Failed {
    fn custom<T: fmt::Display>(message: T) -> Failed {
        Failed::new(What::Wrong(message.to_string()))
    }

    /// serde's own text quotes the value.
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Failed {
        let expected = in_words(expected.to_string());
        Failed::custom(format_args!("found {}, expected {expected}", kind(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Failed {
        Failed::invalid_type(found, expected)
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Failed {
        Failed::custom(format_args!(
            "found another word; allowed: {}",
            expected.join(", ")
        ))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Failed {
        let near = crate::nearest::did_you_mean(field, expected.iter().copied());
        Failed::new(What::Unknown {
            field: field.to_owned(),
            says: format!("there is no such key{near}; allowed: {}", expected.join(", ")),
        })
    }

    fn missing_field(field: &'static str) -> Failed {
        Failed::new(What::Missing(field))
    }
}

/// What serde calls by the names of Rust's types, for who writes settings.
fn in_words(expected: String) -> String {
    let words = match expected.as_str() {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "u128" | "usize" => "a whole number of 0 or more",
        "i8" => "a whole number from -128 to 127",
        "i16" => "a whole number from -32768 to 32767",
        "i32" => "a whole number from -2147483648 to 2147483647",
        "i64" | "i128" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        _ => return expected,
    };
    words.to_owned()
}

fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a whole number",
        Unexpected::Float(_) => "a number with a fraction",
        Unexpected::Char(_) | Unexpected::Str(_) | Unexpected::UnitVariant => "text",
        Unexpected::Seq => "a list",
        Unexpected::Map => "a table",
        _ => "something else",
    }
}
