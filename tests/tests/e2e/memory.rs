//! A million records behind a slow handler do not fill the memory.

use messaging::broker::kafka::PREFETCH_KIB;
use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::{Program, Signal};
use messaging_tests::wait::eventually;

use crate::support::{SOON, Service, write_backlog};

const RECORDS: usize = 1_000_000;
const PARTITIONS: u64 = 3;
/// 100 at a time: 500 records a second.
const DELAY_MS: u64 = 200;
/// Enough for every buffer to have filled long ago.
const DELIVERED: usize = 7_500;

const MIB: u64 = 1 << 20;
/// The default of a worker's `max_bytes`.
const MAX_BYTES: u64 = 64 * MIB;

fn start(service: &Service) -> Program {
    let mut program = service.start(&["counts"]).unwrap();
    program
        .wait_for_line(|line| line.contains("partition assigned"), SOON)
        .unwrap();
    program
}

fn delivered(program: &Program) -> usize {
    let lines = program.stdout().unwrap();
    let last = lines
        .lines()
        .rev()
        .find_map(|line| line.split_once(" delivered "));
    last.map_or(0, |(_, delivered)| delivered.parse().unwrap_or(0))
}

#[test]
fn a_million_records_behind_a_slow_handler_stay_in_bounds() {
    let service = Service::new(KafkaServer::shared().unwrap(), "memory").set("DELAY_MS", DELAY_MS);
    service.create_topics(&[("in", PARTITIONS as i32)]).unwrap();
    let idle = {
        let mut program = start(&service);
        program
            .wait_for_line(|line| line.starts_with("fetched 0 "), SOON)
            .unwrap();
        let idle = program.memory().unwrap().resident;
        program.signal(Signal::SIGTERM).unwrap();
        program.wait_timeout(SOON).unwrap().expect("it does not end");
        idle
    };
    write_backlog(service.raw(), &service.topic("in"), RECORDS).unwrap();

    let program = start(&service);
    let enough = || {
        let delivered = delivered(&program);
        if delivered >= DELIVERED {
            Ok(())
        } else {
            Err(format!("{delivered} delivered"))
        }
    };
    eventually(SOON, "the handler to have worked for a while", enough).unwrap();
    let peak = program.memory().unwrap().peak;
    let prefetch = PARTITIONS * u64::from(PREFETCH_KIB) * 1024;
    let limit = idle + 2 * (MAX_BYTES + prefetch) + 64 * MIB;
    let mib = |bytes: u64| bytes / MIB;
    println!(
        "idle {} MiB, peak {} MiB, limit {} MiB",
        mib(idle),
        mib(peak),
        mib(limit)
    );
    assert!(
        peak > idle + prefetch / 2,
        "the test is void: nothing was fetched ahead"
    );
    assert!(
        peak < limit,
        "the peak is {} MiB, allowed are {} MiB",
        mib(peak),
        mib(limit)
    );
}
