//! The entries of a table and the items of a list, as serde asks for them.

use std::borrow::Cow;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess};

use super::failed::Failed;
use super::read::Reader;
use super::tree::Tree;
use crate::settings::origin::Origin;
use crate::settings::value::SettingValue;

/// The entries of a table, one after the other.
pub(super) struct Entries<'a> {
    rest: std::vec::IntoIter<(String, Reader<'a>)>,
    value: Option<Reader<'a>>,
}

impl<'a> Entries<'a> {
    pub(super) fn of(entries: Vec<(String, Reader<'a>)>) -> Entries<'a> {
        Entries {
            rest: entries.into_iter(),
            value: None,
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Failed;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failed> {
        let Some((name, reader)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(reader);
        seed.deserialize(StrDeserializer::new(&name)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Failed> {
        match self.value.take() {
            Some(reader) => seed.deserialize(reader),
            None => Err(Failed::custom("a value was asked for before its key")),
        }
    }
}

/// The items of a list, one after the other.
pub(super) struct Items<'a> {
    parent: &'a Reader<'a>,
    trees: Vec<Cow<'a, Tree>>,
    next: usize,
}

impl<'a> Items<'a> {
    pub(super) fn of_list(parent: &'a Reader<'a>, items: &'a [Tree]) -> Items<'a> {
        Items {
            parent,
            trees: items.iter().map(Cow::Borrowed).collect(),
            next: 0,
        }
    }

    /// In a variable a list is written with commas.
    pub(super) fn of_text(parent: &'a Reader<'a>, text: &str, origin: &Origin) -> Items<'a> {
        let leaf = |part: &str| {
            let value = SettingValue::Text(part.trim().to_owned());
            Cow::Owned(Tree::Leaf(value, origin.clone()))
        };
        Items {
            parent,
            trees: text.split(',').map(leaf).collect(),
            next: 0,
        }
    }
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Failed;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Failed> {
        let Some(tree) = self.trees.get(self.next) else {
            return Ok(None);
        };
        let reader = self.parent.below(self.next, Some(tree));
        self.next += 1;
        seed.deserialize(reader).map(Some)
    }
}
