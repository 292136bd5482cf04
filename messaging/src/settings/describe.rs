//! The settings for people: what counts now, and the table in the documentation.

use super::Settings;
use super::compat;
use super::keys::{KEYS, Key, Values};
use super::layer::Layer;
use super::origin::Origin;

/// One key with all that there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Described {
    /// The key as written in the file and in code.
    pub key: &'static str,
    /// The environment variable of the key.
    pub environment: String,
    /// The value that counts, secrets hidden; nothing when unset.
    pub value: Option<String>,
    /// The layer of that value.
    pub layer: Layer,
    /// The place of that value.
    pub origin: Origin,
    /// The value without any layer; nothing when unset.
    pub default: Option<String>,
    /// What the key takes.
    pub allowed: String,
    /// What the key means.
    pub doc: String,
}

impl Settings {
    /// Every key with its value and where that came from, in the order of the documentation.
    pub fn describe(&self) -> impl Iterator<Item = Described> + '_ {
        KEYS.iter()
            .map(|key| describe(key, self, self.origin_of(key.name)))
    }

    /// The words of the Python documents that stand for ours, as a table in Markdown.
    pub fn compat_table() -> String {
        compat::table()
    }

    /// All keys as a table in Markdown.
    pub fn docs_table() -> String {
        let mut table =
            String::from("| key | environment | default | allowed | meaning |\n|---|---|---|---|---|\n");
        for row in KEYS
            .iter()
            .map(|key| describe(key, &Values::default(), Origin::Default))
        {
            let default = row
                .default
                .map_or("unset".to_owned(), |value| format!("`{value}`"));
            let Described {
                key,
                environment,
                allowed,
                doc,
                ..
            } = row;
            table += &format!("| `{key}` | `{environment}` | {default} | {allowed} | {doc} |\n");
        }
        table
    }
}

fn describe(key: &Key, values: &Values, origin: Origin) -> Described {
    Described {
        key: key.name,
        environment: key.environment(),
        value: (key.show)(values),
        layer: origin.layer(),
        origin,
        default: (key.show)(&Values::default()),
        allowed: (key.allowed)(),
        doc: key.doc(),
    }
}
