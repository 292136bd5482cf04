//! A slow handler does not make the client fetch its backlog again and again.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::Program;
use messaging_tests::wait::eventually;

use crate::support::{PAYLOAD, SOON, Service, Tail, now, write_backlog};

/// One partition, several times what is fetched ahead of one.
const RECORDS: usize = 200_000;
const SLOWER: u32 = 10;
/// The handlers that run at a time.
const CONCURRENCY: u32 = 100;

/// How long the client alone takes for all records.
fn time_of_a_fetch(service: &Service) -> Duration {
    let start = now();
    let mut tail = Tail::of(service.raw(), &service.topic("in")).unwrap();
    assert_eq!(tail.read().unwrap().len(), RECORDS);
    start.elapsed()
}

/// The last figures that the program printed: fetched and delivered.
fn figures(program: &Program) -> Result<(usize, usize)> {
    let lines = program.stdout()?;
    let line = lines
        .lines()
        .rfind(|line| line.starts_with("fetched "))
        .context("no figures yet")?;
    let words: Vec<&str> = line.split(' ').collect();
    ensure!(words.len() == 4, "{line}");
    Ok((words[1].parse()?, words[3].parse()?))
}

#[test]
fn a_slow_handler_has_its_backlog_fetched_once() {
    let bytes = RECORDS * PAYLOAD / 1024;
    let ahead = messaging::broker::kafka::PREFETCH_KIB as usize;
    assert!(
        bytes > 3 * ahead,
        "a backlog of {bytes} KiB says nothing about {ahead} KiB fetched ahead"
    );
    let service = Service::new(KafkaServer::shared().unwrap(), "fetched");
    service.create_topics(&[("in", 1)]).unwrap();
    write_backlog(service.raw(), &service.topic("in"), RECORDS).unwrap();
    let fetch = time_of_a_fetch(&service);
    let each = fetch * SLOWER * CONCURRENCY / u32::try_from(RECORDS).unwrap();
    let delay = each.as_millis() + 1;
    println!("the client alone takes {fetch:?}; each handler {delay} ms");

    let start = now();
    let program = service.set("DELAY_MS", delay).start(&["counts"]).unwrap();
    let all = || {
        let (fetched, delivered) = figures(&program)?;
        ensure!(delivered >= RECORDS, "fetched {fetched}, delivered {delivered}");
        Ok(fetched)
    };
    let fetched = eventually(SOON * 3, "all to be delivered", all).unwrap();
    let took = start.elapsed();
    println!("fetched {fetched} to deliver {RECORDS} in {took:?}");
    assert!(
        took >= fetch * SLOWER,
        "the test is void: the handler was not {SLOWER} times slower than the fetch"
    );
    assert!(fetched >= RECORDS, "the statistics miss records");
    assert!(
        fetched * 10 <= RECORDS * 12,
        "{fetched} records were fetched to deliver {RECORDS}"
    );
}
