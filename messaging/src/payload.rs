//! What a message carries: [`Payload`], its formats, and wrappers for types that are not ours to annotate.

use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::BoxError;

mod encoded;

pub(crate) use encoded::{encoded, kept, with_encoded};

/// How a payload is written to bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// JSON, RFC 8259.
    Json,
    /// The bytes as they are, for `Bytes` and `String`.
    Raw,
}

/// A type that can be published and handled. Derive it: `#[derive(Serialize, Deserialize, Payload)]`.
///
/// It is a trait of our own, not a blanket over serde's: only so can `Option<T>`, `Vec<T>` and `Result<T, E>` mean
/// something as the answer of a handler. A type of another crate goes in [`Json<T>`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no payload",
    label = "this type cannot be published or handled",
    note = "add `#[derive(serde::Serialize, serde::Deserialize, messaging::Payload)]` to it, or wrap a foreign type in `Json<_>`"
)]
pub trait Payload: Sized + Send + 'static {
    /// Whether it reads the whole of an event; others read what is in its `data`.
    #[doc(hidden)]
    const ENVELOPE: bool = false;

    /// Writes the value behind what `to` already holds.
    ///
    /// # Errors
    /// When the value cannot be written in this format; then what was added to `to` means nothing.
    fn encode(&self, format: Format, to: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// Reads a value from all of `from`.
    ///
    /// # Errors
    /// When the bytes are no such value.
    fn decode(format: Format, from: &[u8]) -> Result<Self, DecodeError>;

    /// The formats it can be written in; the first is used where nothing else is said.
    fn formats() -> &'static [Format];
}

/// Why a value was not written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {type_name} as {format:?}")]
pub struct EncodeError {
    type_name: &'static str,
    format: Format,
    source: BoxError,
}

/// Why bytes were not read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {length} bytes as {type_name} from {format:?}")]
pub struct DecodeError {
    type_name: &'static str,
    format: Format,
    length: usize,
    source: BoxError,
}

impl EncodeError {
    /// For your own [`Payload`]: `T` could not be written because of `source`.
    pub fn new<T>(format: Format, source: impl Into<BoxError>) -> EncodeError {
        EncodeError {
            type_name: std::any::type_name::<T>(),
            format,
            source: source.into(),
        }
    }
}

impl DecodeError {
    /// For your own [`Payload`]: `from` is no `T` because of `source`.
    pub fn new<T>(format: Format, from: &[u8], source: impl Into<BoxError>) -> DecodeError {
        DecodeError {
            type_name: std::any::type_name::<T>(),
            format,
            length: from.len(),
            source: source.into(),
        }
    }
}

/// Writes any serde type; what `derive(Payload)` calls.
///
/// # Errors
/// When `value` has no JSON form, such as a map with keys that are no text.
pub fn encode_serde<T: Serialize>(value: &T, format: Format, to: &mut Vec<u8>) -> Result<(), EncodeError> {
    match format {
        Format::Json => serde_json::to_writer(to, value).map_err(|e| EncodeError::new::<T>(format, e)),
        Format::Raw => Err(EncodeError::new::<T>(
            format,
            "only bytes and text have a raw form",
        )),
    }
}

/// Reads any serde type; what `derive(Payload)` calls.
///
/// # Errors
/// When the bytes are no JSON, or JSON of another shape; the source says where.
pub fn decode_serde<T: for<'de> Deserialize<'de>>(format: Format, from: &[u8]) -> Result<T, DecodeError> {
    match format {
        Format::Json => serde_json::from_slice(from).map_err(|e| DecodeError::new::<T>(format, from, e)),
        Format::Raw => Err(DecodeError::new::<T>(
            format,
            from,
            "only bytes and text have a raw form",
        )),
    }
}

/// Lets any serde type be a payload: `Json<TheirType>`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json<T>(pub T);

macro_rules! serde_payload {
    ($type:ty $(, $t:ident)?) => {
        impl $(<$t: Serialize + DeserializeOwned + Send + 'static>)? Payload for $type {
            fn encode(&self, format: Format, to: &mut Vec<u8>) -> Result<(), EncodeError> {
                encode_serde(self, format, to)
            }
            fn decode(format: Format, from: &[u8]) -> Result<Self, DecodeError> {
                decode_serde(format, from)
            }
            fn formats() -> &'static [Format] {
                &[Format::Json]
            }
        }
    };
}
serde_payload!(Json<T>, T);
serde_payload!(serde_json::Value);

impl Payload for Bytes {
    fn encode(&self, _: Format, to: &mut Vec<u8>) -> Result<(), EncodeError> {
        to.extend_from_slice(self);
        Ok(())
    }
    fn decode(_: Format, from: &[u8]) -> Result<Self, DecodeError> {
        Ok(Bytes::copy_from_slice(from))
    }
    fn formats() -> &'static [Format] {
        &[Format::Raw]
    }
}

impl Payload for String {
    fn encode(&self, _: Format, to: &mut Vec<u8>) -> Result<(), EncodeError> {
        to.extend_from_slice(self.as_bytes());
        Ok(())
    }
    fn decode(format: Format, from: &[u8]) -> Result<Self, DecodeError> {
        let text = std::str::from_utf8(from).map_err(|e| DecodeError::new::<String>(format, from, e))?;
        Ok(text.to_owned())
    }
    fn formats() -> &'static [Format] {
        &[Format::Raw]
    }
}

/// A shared payload is published as what it points to.
impl<T: Payload + Sync> Payload for Arc<T> {
    const ENVELOPE: bool = T::ENVELOPE;

    fn encode(&self, format: Format, to: &mut Vec<u8>) -> Result<(), EncodeError> {
        T::encode(self, format, to)
    }
    fn decode(format: Format, from: &[u8]) -> Result<Self, DecodeError> {
        T::decode(format, from).map(Arc::new)
    }
    fn formats() -> &'static [Format] {
        T::formats()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_type_and_place() {
        let error = Json::<u32>::decode(Format::Json, b"\"x\"").unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot read 3 bytes as messaging::payload::Json<u32> from Json"
        );
        let cause = std::error::Error::source(&error)
            .expect("serde's error")
            .to_string();
        assert!(cause.contains("line 1 column 3"), "{cause}");
    }

    #[test]
    fn text_and_bytes_are_as_they_are() {
        let mut to = Vec::new();
        String::from("é").encode(Format::Raw, &mut to).unwrap();
        assert_eq!(to, "é".as_bytes());
        assert!(String::decode(Format::Raw, &[0xff]).is_err());
        assert_eq!(
            Bytes::decode(Format::Raw, &[0xff]).unwrap(),
            Bytes::from_static(&[0xff])
        );
    }
}
