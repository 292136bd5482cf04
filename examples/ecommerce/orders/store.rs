//! SQLite beside an async runtime.

use std::path::PathBuf;
use std::thread;

use anyhow::Context;
use rusqlite::{Connection, Transaction};
use tokio::sync::{mpsc, oneshot};

use super::error::Problem;

/// How many requests may wait for the database; more wait for a place.
const WAITING: usize = 64;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The database, on a thread of its own: a call of SQLite blocks, and no request must hold up the runtime's threads, on
/// which all others are answered. As SQLite has one writer at a time, one thread is enough.
#[derive(Clone, Debug)]
pub(super) struct Store {
    jobs: mpsc::Sender<Job>,
}

impl Store {
    /// Opens the file, or a database in memory, and makes the tables that are absent.
    pub(super) fn open(file: Option<PathBuf>) -> anyhow::Result<Store> {
        let connection = match &file {
            Some(file) => Connection::open(file)
                .with_context(|| format!("cannot open the database {}", file.display()))?,
            None => Connection::open_in_memory()?,
        };
        connection
            .execute_batch(include_str!("schema.sql"))
            .context("cannot make the tables")?;
        let (jobs, waiting) = mpsc::channel(WAITING);
        thread::Builder::new()
            .name("orders-store".into())
            .spawn(move || work(connection, waiting))?;
        Ok(Store { jobs })
    }

    /// Does `work` in a transaction: it is committed when the answer is `Ok`, else nothing has changed.
    pub(super) async fn transaction<T, W>(&self, work: W) -> Result<T, Problem>
    where
        T: Send + 'static,
        W: FnOnce(&Transaction<'_>) -> Result<T, Problem> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // Nobody waits any more when the client has hung up.
            let _ = answer.send(in_transaction(connection, work));
        });
        let ended = || Problem::internal("the thread of the database has ended; see its panic above");
        self.jobs.send(job).await.map_err(|_| ended())?;
        answered.await.map_err(|_| ended())?
    }
}

/// Ends with the last `Store`.
fn work(mut connection: Connection, mut waiting: mpsc::Receiver<Job>) {
    while let Some(job) = waiting.blocking_recv() {
        job(&mut connection);
    }
}

fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, Problem>,
) -> Result<T, Problem> {
    // Dropped without a commit it is rolled back.
    let transaction = connection.transaction()?;
    let done = work(&transaction)?;
    transaction.commit()?;
    Ok(done)
}
