//! From one topic to another, with a retry now and then.

use std::time::Duration;

use messaging::prelude::*;

use crate::Delay;

/// Of so many records, one fails at its first try.
const FAILS: u32 = 37;

#[worker(topic = "in", output_topic = "out", concurrency = 16, max_retries = 5)]
async fn unsteady(
    number: String,
    Attempt(attempt): Attempt,
    State(Delay(delay)): State<Delay>,
) -> Result<String, HandlerError> {
    tokio::time::sleep(delay).await;
    let parsed: u32 = number
        .parse()
        .map_err(|error| HandlerError::reject(format!("{error}")))?;
    if parsed.is_multiple_of(FAILS) && attempt == 1 {
        return Err(HandlerError::retry_after(Duration::from_millis(150)));
    }
    Ok(number)
}
