//! Many records of 1 KiB, quickly.

use anyhow::Result;

use super::{Raw, Record};

/// The bytes of each value.
pub(crate) const PAYLOAD: usize = 1024;

const CHUNK: usize = 50_000;

/// Writes `count` records without keys, spread over the topic's partitions.
pub(crate) fn write_backlog(raw: &Raw, topic: &str, count: usize) -> Result<()> {
    let record = Record {
        value: Some(vec![b'x'; PAYLOAD]),
        ..Record::default()
    };
    let chunk = vec![record; CHUNK];
    let mut left = count;
    while left > 0 {
        let now = left.min(CHUNK);
        raw.write(topic, &chunk[..now])?;
        left -= now;
    }
    Ok(())
}
