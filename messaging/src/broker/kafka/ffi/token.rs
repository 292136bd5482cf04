//! Giving a client its token.

use std::ffi::{CStr, CString, NulError, c_char};

use rdkafka::bindings as rdsys;
use rdkafka::client::{Client, ClientContext};

use crate::settings::Token;

/// How long the text of a refusal may be.
const TEXT: usize = 512;

/// Gives a client a token that is valid until then, in milliseconds since 1970. rdkafka gives one only when the client
/// is polled, which not all are, and none with extensions.
///
/// # Errors
/// What librdkafka says of a token that it does not take.
pub(crate) fn give<C: ClientContext>(client: &Client<C>, token: &Token, until: i64) -> Result<(), String> {
    let text = |text: &str| CString::new(text).map_err(|error: NulError| error.to_string());
    let (value, principal) = (text(token.value.expose())?, text(&token.principal)?);
    let mut extensions = Vec::with_capacity(2 * token.extensions.len());
    for (name, value) in &token.extensions {
        extensions.extend([text(name)?, text(value)?]);
    }
    let mut pointers: Vec<*const c_char> = extensions.iter().map(|text| text.as_ptr()).collect();
    let mut why: [c_char; TEXT] = [0; TEXT];
    // SAFETY: the client lives through this call. All texts end with a zero and live as long; librdkafka copies them,
    // and writes no more of why than there is room for, with a zero at its end.
    let code = unsafe {
        rdsys::rd_kafka_oauthbearer_set_token(
            client.native_ptr(),
            value.as_ptr(),
            until,
            principal.as_ptr(),
            pointers.as_mut_ptr(),
            pointers.len(),
            why.as_mut_ptr(),
            why.len(),
        )
    };
    if code == rdsys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
        return Ok(());
    }
    // SAFETY: it began as zeros, and what was written ends with one.
    let why = unsafe { CStr::from_ptr(why.as_ptr()) };
    Err(why.to_string_lossy().into_owned())
}
