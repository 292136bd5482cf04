//! What is logged to standard error, where `RUST_LOG` says nothing.

use tracing_subscriber::EnvFilter;

/// For the services.
pub(crate) const SERVICE: &str = "info,rdkafka=warn,librdkafka=warn";

/// For the demo: what its lines do not show.
pub(crate) const DEMO: &str = "warn,messaging=error,messaging::app=warn";

pub(crate) fn install(filter: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(filter));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
}
