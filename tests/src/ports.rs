//! Free TCP ports that two test processes never share.

use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use anyhow::{Context, Result, bail};

// Below the range from which Linux takes the ports of outgoing connections (32768 and up), so that no client sits on
// them.
const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

/// A reserved port of 127.0.0.1.
///
/// The reservation is a lock on a file. It stays while the server that listens there is down, so that the server can
/// come back to the same port, and the operating system ends it with this value or with the process.
#[derive(Debug)]
pub struct Port {
    number: u16,
    _lock: File,
}

impl Port {
    /// Reserves a port that nobody reserved and nobody listens on.
    ///
    /// # Errors
    /// When the folder of the reservations cannot be made, and when all ports are taken.
    pub fn reserve() -> Result<Self> {
        let folder = std::env::temp_dir().join("messaging-ports");
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let Some(port) = candidates().find_map(|number| Self::take(&folder, number)) else {
            bail!(
                "no free port from {FIRST} to {}: see who holds the locks in {}",
                FIRST + COUNT - 1,
                folder.display()
            );
        };
        Ok(port)
    }

    /// The number of the port.
    pub fn number(&self) -> u16 {
        self.number
    }

    fn take(folder: &Path, number: u16) -> Option<Self> {
        let lock = File::create(folder.join(format!("{number}.lock"))).ok()?;
        lock.try_lock().ok()?;
        TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
        Some(Self { number, _lock: lock })
    }
}

/// All ports, from a random one on: parallel processes then seldom meet.
fn candidates() -> impl Iterator<Item = u16> {
    let start = RandomState::new().hash_one(()) % u64::from(COUNT);
    (0..u64::from(COUNT)).filter_map(move |step| {
        let offset = u16::try_from((start + step) % u64::from(COUNT)).ok()?;
        Some(FIRST + offset)
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::wait::eventually;

    #[test]
    fn a_reserved_port_is_not_given_again_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let port = Port::reserve().unwrap();
        let first = Port::take(folder.path(), port.number()).unwrap();
        assert!(Port::take(folder.path(), port.number()).is_none());
        drop(first);
        given_at_last(folder.path(), port.number());
    }

    #[test]
    fn a_port_that_somebody_listens_on_is_not_given() {
        let folder = tempfile::tempdir().unwrap();
        let port = Port::reserve().unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.number())).unwrap();
        assert!(Port::take(folder.path(), port.number()).is_none());
        drop(listener);
        given_at_last(folder.path(), port.number());
    }

    // A program that another test starts at that moment holds copies of our locks and sockets from its fork to its
    // exec.
    fn given_at_last(folder: &Path, number: u16) {
        eventually(Duration::from_secs(10), "the port to be given again", || {
            Port::take(folder, number)
        })
        .unwrap();
    }

    #[test]
    fn every_port_of_the_range_is_a_candidate_once() {
        let mut all: Vec<u16> = candidates().collect();
        all.sort_unstable();
        assert_eq!(all, (FIRST..FIRST + COUNT).collect::<Vec<_>>());
    }
}
