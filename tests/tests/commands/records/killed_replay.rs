//! `dlq replay` that is killed, or interrupted, and run again; and two at a time.

use std::collections::BTreeMap;

use anyhow::Result;
use messaging_tests::process::{Signal, ended_by};

use super::dead_letters::letter;
use super::support::{Expect, SOON, Shop};

const LETTERS: usize = 20_000;

/// The most that are on their way at once (`BUNDLE` in `cli/dlq/replay.rs`).
const BUNDLE: usize = 500;

#[test]
fn nothing_is_lost_and_one_bundle_is_sent_twice_at_most() -> Result<()> {
    let shop = Shop::new("killed")?;
    let (orders, letters) = filled(&shop)?;
    for signal in [Signal::SIGKILL, Signal::SIGTERM] {
        let mut program = shop.start(&["dlq", "replay", &letters, "--execute"])?;
        program.wait_for_line(|line| line.contains(" -> "), SOON)?;
        program.signal(signal)?;
        let status = program.wait_timeout(SOON)?.expect("it ends");
        if signal == Signal::SIGKILL {
            assert_eq!(ended_by(status), Some(signal));
        } else {
            let told = program.stderr()?;
            assert!(
                status.code() == Some(1) && told.contains("run it again"),
                "{told}"
            );
        }
    }
    let sent_before = shop.records(&orders)?.len();
    assert!(sent_before < LETTERS, "it was to end in the middle");
    shop.say(&["dlq", "replay", &letters, "--execute"])?.done()?;
    let again = sent_again(&shop, &orders)?;
    assert!(again <= 2 * BUNDLE, "{again} were sent again");
    Ok(())
}

#[test]
fn of_two_at_a_time_one_stops() -> Result<()> {
    let shop = Shop::new("two")?;
    let (orders, letters) = filled(&shop)?;
    let replay = ["dlq", "replay", &letters, "--execute"];
    let mut first = shop.start(&replay)?;
    first.wait_for_line(|line| line.contains(" -> "), SOON)?;
    let second = shop.start(&replay)?;
    let mut ends = Vec::new();
    for mut program in [first, second] {
        let status = program.wait_timeout(SOON)?.expect("it ends");
        let told = program.stderr()?;
        let is_told = told.contains("another replay of this topic runs");
        assert_eq!(is_told, status.code() == Some(1), "{told}");
        ends.push(status.code());
    }
    ends.sort_unstable();
    assert_eq!(ends, [Some(0), Some(1)]);
    let again = sent_again(&shop, &orders)?;
    assert!(again < LETTERS / 4, "{again} were sent again");
    Ok(())
}

/// The topics of the orders and of their dead letters, which are there.
fn filled(shop: &Shop) -> Result<(String, String)> {
    let (orders, letters) = (shop.topic("orders", 1)?, shop.topic("orders.dlq", 1)?);
    let all =
        (0..LETTERS).map(|n| letter(&orders, n as i64, "timeout", "charge", &n.to_string()).to_string());
    let lines = all.collect::<Vec<_>>().join("\n");
    shop.say_reading(&["publish", &letters, "--json-lines"], lines)?
        .done()?;
    Ok((orders, letters))
}

/// How many were sent more than once; all were sent.
fn sent_again(shop: &Shop, orders: &str) -> Result<usize> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for record in shop.records(orders)? {
        *times.entry(record["value"].to_string()).or_default() += 1;
    }
    assert_eq!(times.len(), LETTERS, "all of them");
    Ok(times.values().map(|times| times - 1).sum())
}
