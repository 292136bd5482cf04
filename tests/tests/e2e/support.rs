//! What the tests share.

mod backlog;
mod raw;
mod service;
mod tail;

pub(crate) use backlog::{PAYLOAD, write_backlog};
pub(crate) use raw::{Raw, Record};
pub(crate) use service::Service;
pub(crate) use tail::Tail;

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// For what takes a moment; a machine that does other things may take long over it.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// Real processes live in real time.
#[allow(clippy::disallowed_methods, reason = "the one clock of these tests")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The keyed records `k0 0`, `k1 1`, …: `count` of them over `keys` keys.
pub(crate) fn numbered(count: usize, keys: usize) -> Vec<Record> {
    let record = |number: usize| Record::new(Some(&format!("k{}", number % keys)), &number.to_string());
    (0..count).map(record).collect()
}

/// The number in a record's value.
pub(crate) fn number(record: &Record) -> usize {
    let value = record.value.as_deref().unwrap_or_default();
    std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse().ok())
        .expect("the value is a number")
}

/// Asserts that for each key the first copies of all records stand in the order in which they were written.
pub(crate) fn assert_order_of_first_copies(outputs: &[Record]) {
    let mut last: HashMap<&[u8], usize> = HashMap::new();
    let mut seen = std::collections::HashSet::new();
    for output in outputs {
        let (key, number) = (
            output.key.as_deref().expect("every record has a key"),
            number(output),
        );
        if !seen.insert(number) {
            continue;
        }
        if let Some(before) = last.insert(key, number) {
            let key = String::from_utf8_lossy(key);
            assert!(
                before < number,
                "key {key}: the first copy of {number} came after that of {before}"
            );
        }
    }
}
