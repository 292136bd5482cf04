//! Waiting for a condition: the one place of the tests that may sleep, and only between two looks.

use std::fmt::Display;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

const PAUSE: Duration = Duration::from_millis(20);

/// What a look at the condition may answer: `bool`, `Option<T>`, or `Result<T, E>` whose error is the state seen.
pub trait Look {
    /// What is there once the condition holds.
    type Found;

    /// The value, or the state that was seen instead.
    ///
    /// # Errors
    /// The state, when the condition does not hold yet.
    fn found(self) -> Result<Self::Found, String>;
}

impl Look for bool {
    type Found = ();

    fn found(self) -> Result<(), String> {
        if self { Ok(()) } else { Err("false".into()) }
    }
}

impl<T> Look for Option<T> {
    type Found = T;

    fn found(self) -> Result<T, String> {
        self.ok_or_else(|| "nothing".into())
    }
}

impl<T, E: Display> Look for Result<T, E> {
    type Found = T;

    fn found(self) -> Result<T, String> {
        self.map_err(|state| format!("{state:#}"))
    }
}

/// Looks until the condition holds; `what` completes the sentence "waited for …".
///
/// # Errors
/// When it does not hold in time: says what was waited for and what the last look saw.
#[allow(
    clippy::disallowed_methods,
    reason = "real processes live in real time; nothing else in the tests sleeps"
)]
pub fn eventually<L: Look>(timeout: Duration, what: &str, mut look: impl FnMut() -> L) -> Result<L::Found> {
    let start = Instant::now();
    loop {
        match look().found() {
            Ok(found) => return Ok(found),
            Err(state) if start.elapsed() >= timeout => return too_late(timeout, what, &state),
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
}

/// [`eventually`] for asynchronous tests; it follows tokio's clock, also a paused one.
///
/// # Errors
/// When the condition does not hold in time, also when a single look takes longer than that.
pub async fn eventually_async<L: Look>(
    timeout: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> L,
) -> Result<L::Found> {
    let end = tokio::time::Instant::now() + timeout;
    let mut state = String::from("the first look did not return");
    loop {
        let Ok(seen) = tokio::time::timeout_at(end, look()).await else {
            return too_late(timeout, what, &state);
        };
        match seen.found() {
            Ok(found) => return Ok(found),
            Err(seen) => state = seen,
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn too_late<T>(timeout: Duration, what: &str, state: &str) -> Result<T> {
    bail!("waited {timeout:?} for {what}; the last state was: {state}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_that_becomes_true_gives_its_value() {
        let mut looks = 0;
        let found = eventually(Duration::from_secs(10), "the third look", || {
            looks += 1;
            (looks == 3).then_some(looks)
        });
        assert_eq!(found.unwrap(), 3);
    }

    #[test]
    fn a_condition_that_stays_false_is_named_with_the_last_state() {
        let error = eventually(Duration::ZERO, "rain", || Err::<(), _>("sunshine")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "waited 0ns for rain; the last state was: sunshine"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_asynchronous_twin_gives_the_value_too() {
        let mut looks = 0;
        let found = eventually_async(Duration::from_secs(10), "the third look", async || {
            looks += 1;
            looks == 3
        });
        found.await.unwrap();
        assert_eq!(looks, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_that_hangs_ends_with_the_timeout() {
        let look = async || std::future::pending::<bool>().await;
        let error = eventually_async(Duration::from_secs(5), "an answer", look)
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "waited 5s for an answer; the last state was: the first look did not return"
        );
    }
}
