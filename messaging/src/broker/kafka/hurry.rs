//! Cutting the client's linger short for who waits.
//!
//! librdkafka ignores its linger while `rd_kafka_flush` waits, so a thread of its own waits there, whenever somebody
//! waits for a receipt. One wait serves all who asked before it began; who asks during it is served by it or by the
//! next.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::{self, Thread};

/// See the module.
#[derive(Default)]
pub(super) struct Hurry {
    state: AtomicU8,
    thread: OnceLock<Thread>,
}

const IDLE: u8 = 0;
const ASKED: u8 = 1;
const ENDED: u8 = 2;

impl Hurry {
    /// What is with the client now lingers no more.
    pub(super) fn ask(&self) {
        // Looked at first: many ask while one wait goes on, and a look leaves the line to all of them.
        if self.state.load(Ordering::Relaxed) == IDLE {
            let asked = self
                .state
                .compare_exchange(IDLE, ASKED, Ordering::Release, Ordering::Relaxed);
            if asked.is_ok() {
                self.wake();
            }
        }
    }

    /// The thread is to end.
    pub(super) fn end(&self) {
        self.state.store(ENDED, Ordering::Release);
        self.wake();
    }

    /// Calls `flush` each time that somebody asked, until the end, on the thread that is for this.
    pub(super) fn serve(&self, mut flush: impl FnMut()) {
        let _ = self.thread.set(thread::current());
        loop {
            // Forgotten before it is served: who asks from now on is not forgotten with it.
            match self
                .state
                .compare_exchange(ASKED, IDLE, Ordering::Acquire, Ordering::Acquire)
            {
                Ok(_) => flush(),
                Err(ENDED) => return,
                Err(_) => thread::park(),
            }
        }
    }

    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};
    use std::time::Duration;

    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    /// Says when a flush begins, and ends it when it is told to.
    fn served(hurry: &Arc<Hurry>) -> (mpsc::Receiver<()>, mpsc::Sender<()>, thread::JoinHandle<()>) {
        let (began, begins) = mpsc::channel();
        let (ends, end) = mpsc::channel();
        let hurry = hurry.clone();
        let serve = move || {
            hurry.serve(|| {
                began.send(()).unwrap();
                end.recv().unwrap();
            });
        };
        (begins, ends, thread::Builder::new().spawn(serve).unwrap())
    }

    #[test]
    fn who_asks_while_one_is_served_is_served_by_the_next() {
        let hurry = Arc::new(Hurry::default());
        hurry.ask();
        let (begins, ends, thread) = served(&hurry);
        begins
            .recv_timeout(SOON)
            .expect("asked before the thread was there");
        for _ in 0..3 {
            hurry.ask();
        }
        ends.send(()).unwrap();
        begins.recv_timeout(SOON).expect("asked during the first");
        hurry.end();
        ends.send(()).unwrap();
        thread.join().unwrap();
        assert!(
            begins.try_recv().is_err(),
            "three asked, and one wait served them"
        );
    }

    #[test]
    fn the_end_is_not_missed_by_a_thread_that_sleeps_nor_undone_by_who_asks() {
        let hurry = Arc::new(Hurry::default());
        let (begins, _ends, thread) = served(&hurry);
        hurry.end();
        hurry.ask();
        thread.join().unwrap();
        assert!(begins.try_recv().is_err());
    }
}
