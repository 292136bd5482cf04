//! The end of all that this process runs.

use std::sync::Arc;

use futures_util::future::join_all;

use super::running::Handle;
use crate::error::Result;
use crate::living::Living;
use crate::producer::close_all_producers;

/// The Apps that were started and may still run.
static STARTED: Living<Handle> = Living::new();

/// Stops every App of the process as [`Running::stop`](crate::Running::stop) does, waits until they have ended, and
/// then closes every producer: those of the Apps, those of [`Producer::connect`](crate::Producer::connect), and the
/// process's default. For a program that ends in a place of its own, such as the end hook of a web server; one that is
/// nothing but an App has [`App::run`](crate::App::run). Whoever awaits [`Running::join`](crate::Running::join)
/// meanwhile gets its answer as well.
///
/// ```no_run
/// # async fn serve() {}
/// # async fn example() -> messaging::Result<()> {
/// let _running = messaging::App::new().start().await?;
/// serve().await;
/// messaging::shutdown().await
/// # }
/// ```
///
/// Each App and each producer has its own `shutdown_timeout_ms`. Publishing is an error afterwards; a new App, or
/// [`start_all_producers`](crate::start_all_producers), begins anew.
///
/// # Errors
/// Work that was unfinished when the time was over, which is handled again at the next start
/// ([`Error::is_unfinished`](crate::Error::is_unfinished)), and else messages that were not acknowledged, or failed
/// with nobody waiting and without a callback ([`Error::is_unsent`](crate::Error::is_unsent)). Everything was stopped
/// then as well.
pub async fn shutdown() -> Result<()> {
    // They are not forgotten: who calls a second time waits for the same ends, and closes no producer before them.
    let apps = STARTED.all();
    apps.iter().for_each(|app| app.stop());
    let ended = join_all(apps.iter().map(|app| app.ended())).await;
    let closed = close_all_producers().await;
    ended.into_iter().chain([closed]).collect()
}

/// Lets [`shutdown`] find it, as long as it lives.
pub(super) fn note(app: &Arc<Handle>) {
    STARTED.note(app);
}
