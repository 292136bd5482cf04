//! The memory of a process, as Linux counts it.

use std::fs;

use anyhow::{Context, Result};

/// Bytes of real memory that a process holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Now.
    pub resident: u64,
    /// The most it ever held.
    pub peak: u64,
}

impl Memory {
    /// Reads them from `/proc`.
    ///
    /// # Errors
    /// When there is no such process (a finished one holds no memory either).
    pub fn of(pid: u32) -> Result<Self> {
        let path = format!("/proc/{pid}/status");
        let status = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        Self::parse(&status).with_context(|| format!("{path} tells no memory: the process has ended"))
    }

    fn parse(status: &str) -> Option<Self> {
        Some(Self {
            resident: bytes(status, "VmRSS:")?,
            peak: bytes(status, "VmHWM:")?,
        })
    }
}

fn bytes(status: &str, name: &str) -> Option<u64> {
    let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = rest.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_figures_are_read_in_bytes() {
        let status = "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\nThreads:\t1\n";
        assert_eq!(
            Memory::parse(status),
            Some(Memory {
                resident: 1 << 20,
                peak: 2 << 20
            })
        );
    }

    #[test]
    fn a_finished_process_has_none() {
        assert_eq!(Memory::parse("Name:\tx\nState:\tZ (zombie)\n"), None);
    }
}
