// at `messaging`: `Wrapped: serde::Serialize` is not satisfied
use messaging::event;
use messaging::payload::{DecodeError, EncodeError, Format, Payload};

struct Wrapped;

impl Payload for Wrapped {
    fn encode(&self, _: Format, _: &mut Vec<u8>) -> Result<(), EncodeError> { Ok(()) }
    fn decode(_: Format, _: &[u8]) -> Result<Self, DecodeError> { Ok(Wrapped) }
    fn formats() -> &'static [Format] { &[Format::Raw] }
}

#[event("user.created", topic = "user-events")]
async fn sign_up() -> messaging::Result<Wrapped> {
    Ok(Wrapped)
}

fn main() {}
