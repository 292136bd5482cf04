//! The one clock. Everything that waits or looks at the time does it here, so that a test can own time
//! (`tokio::time::pause`).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) use tokio::time::Instant;

/// The moment, for measuring and waiting.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Milliseconds since 1970, for timestamps.
#[allow(
    clippy::disallowed_methods,
    reason = "this is the place the others are sent to"
)]
pub(crate) fn wall_millis() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
