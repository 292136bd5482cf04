//! A tree as serde reads it. Text from a variable becomes what the type asks for.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;

use super::failed::{Failed, child};
use super::made_up::MadeUp;
use super::mending::Mending;
use super::parts::{Entries, Items};
use super::tree::Tree;
use crate::settings::layer::Layer;
use crate::settings::value::SettingValue;

/// A part of the section, or what is made up in its place.
pub(super) struct Reader<'a> {
    path: String,
    /// Nothing: it is nowhere said, and made up.
    tree: Option<&'a Tree>,
    mending: &'a Mending,
}

impl<'a> Reader<'a> {
    pub(super) fn new(path: &str, tree: &'a Tree, mending: &'a Mending) -> Reader<'a> {
        Reader {
            path: path.to_owned(),
            tree: Some(tree),
            mending,
        }
    }

    /// What is to be read, unless it is made up.
    fn said(&self) -> Option<&'a Tree> {
        self.tree.filter(|_| !self.mending.is_made_up(&self.path))
    }

    pub(super) fn below(&self, name: impl fmt::Display, tree: Option<&'a Tree>) -> Reader<'a> {
        Reader {
            path: format!("{}.{name}", self.path),
            tree,
            mending: self.mending,
        }
    }

    /// The entries of a table, with those that are made up and without those that are left out.
    fn entries(&self, table: &'a Tree) -> Vec<(String, Reader<'a>)> {
        let mut entries = Vec::new();
        if let Tree::Table(all, _) = table {
            for (name, tree) in all {
                let reader = self.below(name, Some(tree));
                if !self.mending.is_left_out(&reader.path) {
                    entries.push((name.clone(), reader));
                }
            }
        }
        for name in self.mending.made_up_below(&self.path) {
            if child(table, name).is_none() {
                entries.push((name.to_owned(), self.below(name, None)));
            }
        }
        entries
    }

    fn text_of_variable(&self) -> Option<&'a str> {
        match self.said()? {
            Tree::Leaf(SettingValue::Text(text), origin) if origin.layer() != Layer::File => {
                Some(text.trim())
            }
            _ => None,
        }
    }

    fn visit<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Failed> {
        match self.said() {
            None => visitor.visit_unit(),
            Some(Tree::List(items, _)) => visitor.visit_seq(Items::of_list(self, items)),
            Some(table @ Tree::Table(..)) => visitor.visit_map(Entries::of(self.entries(table))),
            Some(Tree::Leaf(leaf, _)) => match leaf {
                SettingValue::Text(text) => visitor.visit_str(text),
                SettingValue::Bool(value) => visitor.visit_bool(*value),
                SettingValue::Integer(value) => integer(*value, visitor),
                SettingValue::Float(value) => visitor.visit_f64(*value),
                other => Err(Failed::custom(format_args!("found {}", other.kind()))),
            },
        }
    }

    fn number<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Failed> {
        let Some(text) = self.text_of_variable() else {
            return self.visit(visitor);
        };
        match (text.parse::<i128>(), text.parse::<f64>()) {
            (Ok(whole), _) => integer(whole, visitor),
            (_, Ok(number)) => visitor.visit_f64(number),
            _ => visitor.visit_str(text),
        }
    }

    fn list<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Failed> {
        match (self.text_of_variable(), self.tree) {
            (Some(text), Some(tree)) => visitor.visit_seq(Items::of_text(self, text, tree.origin())),
            _ => self.visit(visitor),
        }
    }
}

fn integer<'de, V: Visitor<'de>>(value: i128, visitor: V) -> Result<V::Value, Failed> {
    match (i64::try_from(value), u64::try_from(value)) {
        (Ok(value), _) => visitor.visit_i64(value),
        (_, Ok(value)) => visitor.visit_u64(value),
        _ => visitor.visit_i128(value),
    }
}

/// Made up where it has to be, read by the given method of the reader elsewhere.
macro_rules! read_by {
    ($($method:ident => $read:ident),+ $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
            match self.said() {
                None => MadeUp.$method(visitor),
                Some(_) => self.$read(visitor),
            }
            .map_err(|failed: Failed| failed.at(&self.path, self.tree))
        }
    )+};
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Failed;

    read_by! {
        deserialize_any => visit, deserialize_i8 => number, deserialize_i16 => number, deserialize_i32 => number,
        deserialize_i64 => number, deserialize_i128 => number, deserialize_u8 => number, deserialize_u16 => number,
        deserialize_u32 => number, deserialize_u64 => number, deserialize_u128 => number, deserialize_f32 => number,
        deserialize_f64 => number, deserialize_seq => list, deserialize_char => visit, deserialize_str => visit,
        deserialize_string => visit, deserialize_map => visit, deserialize_bytes => visit, deserialize_byte_buf => visit,
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        let read = match self.text_of_variable().map(str::to_ascii_lowercase).as_deref() {
            Some("true") => visitor.visit_bool(true),
            Some("false") => visitor.visit_bool(false),
            _ if self.said().is_none() => MadeUp.deserialize_bool(visitor),
            _ => self.visit(visitor),
        };
        read.map_err(|failed| failed.at(&self.path, self.tree))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        match self.said() {
            None => visitor.visit_none(),
            Some(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failed> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Failed> {
        let read = match self.said() {
            None => MadeUp.deserialize_tuple(length, visitor),
            Some(_) => self.list(visitor),
        };
        read.map_err(|failed| failed.at(&self.path, self.tree))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Failed> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failed> {
        let read = match self.said() {
            None => MadeUp.deserialize_struct(name, fields, visitor),
            Some(_) => self.visit(visitor),
        };
        read.map_err(|failed| failed.at(&self.path, self.tree))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failed> {
        let read = match self.said() {
            None => MadeUp.deserialize_enum(name, variants, visitor),
            Some(Tree::Leaf(SettingValue::Text(word), _)) => {
                StrDeserializer::new(word).deserialize_enum(name, variants, visitor)
            }
            Some(table @ Tree::Table(..)) => {
                visitor.visit_enum(MapAccessDeserializer::new(Entries::of(self.entries(table))))
            }
            Some(_) => Err(Failed::custom(format_args!(
                "found no word; allowed: {}",
                variants.join(", ")
            ))),
        };
        read.map_err(|failed| failed.at(&self.path, self.tree))
    }

    forward_to_deserialize_any! { unit unit_struct identifier ignored_any }
}
