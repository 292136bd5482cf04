//! A payload in bytes, without an allocation for each.

use std::cell::RefCell;
use std::mem;

use bytes::{Bytes, BytesMut};

use super::{EncodeError, Payload};

/// Values up to this size share an allocation with their neighbours.
const SMALL: usize = 4 * 1024;

/// What such an allocation holds. It is free again, and used again, when the last value in it is gone.
const SHARED: usize = 64 * 1024;

/// A buffer that one large payload made larger than this is not kept.
const LARGEST: usize = 1024 * 1024;

#[derive(Default)]
struct Buffers {
    /// Where a payload is written: how long it gets is known afterwards only.
    scratch: Vec<u8>,
    /// Where small values are kept, one behind the other.
    shared: BytesMut,
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// A payload in the first format of its type.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn encoded<T: Payload>(payload: &T) -> Result<Bytes, EncodeError> {
    with_encoded(payload, kept)
}

/// A copy of these bytes.
pub(crate) fn kept(value: &[u8]) -> Bytes {
    BUFFERS.with_borrow_mut(|buffers| buffers.keep(value))
}

/// The same, for a `reader` that keeps nothing of it.
///
/// # Errors
/// When it cannot be written; then nobody reads it.
pub(crate) fn with_encoded<T: Payload, R>(
    payload: &T,
    reader: impl FnOnce(&[u8]) -> R,
) -> Result<R, EncodeError> {
    // Taken out meanwhile, for `encode` is a user's and may come back here.
    let mut scratch = BUFFERS.with_borrow_mut(|buffers| mem::take(&mut buffers.scratch));
    scratch.clear();
    payload.encode(T::formats()[0], &mut scratch)?;
    let read = reader(&scratch);
    if scratch.capacity() <= LARGEST {
        BUFFERS.with_borrow_mut(|buffers| buffers.scratch = scratch);
    }
    Ok(read)
}

impl Buffers {
    fn keep(&mut self, value: &[u8]) -> Bytes {
        if value.len() > SMALL {
            return Bytes::copy_from_slice(value);
        }
        if self.shared.capacity() < value.len() {
            self.shared.reserve(SHARED);
        }
        self.shared.extend_from_slice(value);
        self.shared.split().freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DecodeError, Format};
    use super::*;

    #[test]
    fn every_value_has_its_own_bytes_small_or_large() {
        let texts: Vec<String> = [0, 1, SMALL, SMALL + 1, SHARED, LARGEST + 1, 3]
            .iter()
            .map(|length| "x".repeat(*length))
            .collect();
        let many: Vec<Bytes> = texts
            .iter()
            .cycle()
            .take(1_000)
            .map(|text| encoded(text).unwrap())
            .collect();
        for (text, bytes) in texts.iter().cycle().zip(&many) {
            assert_eq!(bytes, text);
        }
    }

    #[test]
    fn a_payload_may_encode_another_one() {
        struct Outer;
        impl Payload for Outer {
            fn encode(&self, _: Format, to: &mut Vec<u8>) -> Result<(), EncodeError> {
                to.extend_from_slice(b"<");
                to.extend_from_slice(&encoded(&"inner".to_owned())?);
                to.extend_from_slice(b">");
                Ok(())
            }
            fn decode(_: Format, _: &[u8]) -> Result<Self, DecodeError> {
                Ok(Outer)
            }
            fn formats() -> &'static [Format] {
                &[Format::Raw]
            }
        }
        assert_eq!(encoded(&Outer).unwrap(), "<inner>");
    }

    #[test]
    fn the_room_of_values_that_are_gone_is_used_again() {
        let mut buffers = Buffers::default();
        let first = buffers.keep(b"one");
        let place = first.as_ptr();
        drop(first);
        let again = (0..SHARED).any(|_| buffers.keep(b"two").as_ptr() == place);
        assert!(again);
    }
}
