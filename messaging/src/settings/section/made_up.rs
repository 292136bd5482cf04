//! A value for every type, so that what stands behind a mistake is looked at as well.

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::failed::Failed;

/// Answers what is asked for: 1, `false`, no text, nothing, the first word.
#[derive(Clone, Copy)]
pub(super) struct MadeUp;

impl IntoDeserializer<'_, Failed> for MadeUp {
    type Deserializer = MadeUp;

    fn into_deserializer(self) -> MadeUp {
        self
    }
}

macro_rules! answer {
    ($($method:ident: $visit:ident($($value:expr)?)),+ $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
            visitor.$visit($($value)?)
        }
    )+};
}

impl<'de> Deserializer<'de> for MadeUp {
    type Error = Failed;

    answer! {
        deserialize_any: visit_unit(), deserialize_unit: visit_unit(), deserialize_option: visit_none(),
        deserialize_bool: visit_bool(false), deserialize_char: visit_char('-'),
        deserialize_str: visit_str(""), deserialize_string: visit_str(""),
        deserialize_bytes: visit_bytes(&[]), deserialize_byte_buf: visit_bytes(&[]),
        deserialize_i8: visit_i8(1), deserialize_i16: visit_i16(1), deserialize_i32: visit_i32(1),
        deserialize_i64: visit_i64(1), deserialize_i128: visit_i128(1),
        deserialize_u8: visit_u8(1), deserialize_u16: visit_u16(1), deserialize_u32: visit_u32(1),
        deserialize_u64: visit_u64(1), deserialize_u128: visit_u128(1),
        deserialize_f32: visit_f32(1.0), deserialize_f64: visit_f64(1.0),
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        self.deserialize_tuple(0, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_seq(SeqDeserializer::new(std::iter::repeat_n(MadeUp, length)))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Failed> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        self.deserialize_struct("", &[], visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failed> {
        visitor.visit_map(MapDeserializer::new(fields.iter().map(|field| (*field, MadeUp))))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failed> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failed> {
        let first = variants.first().copied().unwrap_or_default();
        // Written as a table of one entry, a variant may have something in it or nothing.
        visitor.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(std::iter::once(
            (first, MadeUp),
        ))))
    }

    forward_to_deserialize_any! { unit_struct identifier ignored_any }
}
