//! Tokens that are not signed, which a Kafka takes that was built with [`tokens`](crate::kafka::KafkaBuilder::tokens).

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A JSON web token for this subject, valid from now on for as long as that: a header, claims, and no signature behind
/// the last dot.
#[allow(clippy::disallowed_methods, reason = "Kafka compares it with its own clock")]
pub fn unsigned(subject: &str, life: Duration) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.unwrap_or_default().as_secs_f64();
    let claims = serde_json::json!({"sub": subject, "iat": now, "exp": now + life.as_secs_f64()});
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.", part(r#"{"alg":"none"}"#), part(&claims.to_string()))
}
