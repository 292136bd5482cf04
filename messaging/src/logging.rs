//! The log of a program that brings no subscriber of its own. Without one it would be mute, also while it waits for a
//! broker that a newcomer has not started yet.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;

/// Logs to standard error, as [`App::cli`](crate::App::cli) does: plain lines, by default from `info` on; the variable
/// `RUST_LOG` says otherwise, such as `warn` or `info,messaging=debug`. For a program that calls
/// [`App::run`](crate::App::run) or [`App::start`](crate::App::start) and wants no more of its log than this; any other
/// subscriber of `tracing` does as well. One that is set already stays, and calling it again changes nothing.
///
/// ```no_run
/// # #[tokio::main]
/// # async fn main() -> messaging::Result<()> {
/// messaging::init_log();
/// messaging::App::new().run().await
/// # }
/// ```
pub fn init_log() {
    // Standard output is for what a command was asked for.
    let (targets, mistake) = match wanted() {
        Ok(targets) => (targets, None),
        Err(error) => (by_default(), Some(error)),
    };
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    let log = tracing_subscriber::registry().with(lines).with(targets);
    // A program that has set its own keeps it.
    let _ = tracing::subscriber::set_global_default(log);
    if let Some(error) = mistake {
        tracing::warn!(%error, "RUST_LOG is not used; it takes for example `warn` or `info,messaging=debug`");
    }
}

fn wanted() -> Result<Targets, ParseError> {
    match std::env::var("RUST_LOG") {
        Ok(wanted) if !wanted.is_empty() => wanted.parse(),
        _ => Ok(by_default()),
    }
}

/// What the client library tells beside its warnings, our own lines tell once and better.
fn by_default() -> Targets {
    Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("rdkafka", LevelFilter::WARN)
        .with_target("librdkafka", LevelFilter::WARN)
}
