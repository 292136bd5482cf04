//! A worker that is killed again and again loses nothing.

use std::env;
use std::io::Write;
use std::time::{Duration, SystemTime};

use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::{Program, Signal};
use messaging_tests::wait::eventually;

use crate::support::{SOON, Service, Tail, assert_order_of_first_copies, now, number};

const RECORDS: usize = 3_000;
const KEYS: usize = 60;
const PARTITIONS: i32 = 3;

/// With the worker's concurrency of 8, all records take at least 16.8 s of handlers.
const DELAY_MS: usize = 45;
const LEAST: Duration = Duration::from_secs(15);

/// The kills, and the seed of when: `MESSAGING_KILLS` and `MESSAGING_SEED`, else 3 and the time.
fn plan() -> (usize, u64) {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse().expect("a number"));
    let kills = number("MESSAGING_KILLS").map_or(3, |kills| usize::try_from(kills).expect("a small number"));
    (kills, number("MESSAGING_SEED").unwrap_or_else(time_as_seed))
}

#[allow(clippy::disallowed_methods, reason = "the seed is to be another each time")]
fn time_as_seed() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.expect("a clock past 1970").as_nanos() as u64
}

/// The counts of outputs at which it is killed: one from the first half of each of `kills` equal parts of 10 to 90 %.
/// The worker goes on while they are counted, and the kill is to come in the same part.
fn counts(kills: usize, mut seed: u64) -> Vec<usize> {
    let (first, part) = (RECORDS / 10, RECORDS * 8 / 10 / kills);
    let mut draw = || {
        // A linear congruence; its upper bits are random enough for this.
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % (part / 2)
    };
    (0..kills).map(|kill| first + kill * part + draw()).collect()
}

/// Tells it also where the test passes, so that every run can be had again: the harness keeps back only what the
/// printing macros write.
fn say(line: &str) {
    let told = std::io::stderr().write_all(format!("{line}\n").as_bytes());
    told.expect("standard error is open");
}

struct Run {
    service: Service,
    outputs: Tail,
    inputs: Tail,
}

impl Run {
    fn worker(&self) -> Program {
        self.service.start(&["transform"]).expect("the worker starts")
    }

    fn distinct(&mut self) -> usize {
        self.outputs.distinct().expect("the outputs can be read").len()
    }

    /// Waits until there are so many outputs, and some of this worker's.
    fn wait_for(&mut self, count: usize) -> usize {
        let before = self.distinct();
        let outputs = &mut self.outputs;
        let enough = || {
            let distinct = outputs.distinct().map_err(|error| error.to_string())?.len();
            if distinct >= count.max(before + 1) {
                Ok(distinct)
            } else {
                Err(format!("{distinct} outputs"))
            }
        };
        eventually(SOON, &format!("{count} outputs"), enough).unwrap()
    }

    /// Of every record below the committed offset the output is there. The worker is dead, so nothing is on its way
    /// but what the broker has already; and outputs that come only after its commit would be missed here, as they must.
    fn assert_committed_is_written(&mut self) {
        let written = self.outputs.distinct().unwrap();
        let topic = self.service.topic("in");
        let committed = self
            .service
            .raw()
            .committed(&self.service.group("transform"), &topic)
            .unwrap();
        println!("  committed {committed:?}, {} different outputs", written.len());
        for input in self.inputs.read().unwrap() {
            let below = input.offset < committed[input.partition as usize];
            let number = number(input);
            assert!(
                !below || written.contains(&number),
                "record {number} is committed, and its output is not there"
            );
        }
    }
}

#[test]
fn a_killed_worker_loses_nothing() {
    let (kills, seed) = plan();
    let counts = counts(kills, seed);
    say(&format!(
        "MESSAGING_KILLS={kills} MESSAGING_SEED={seed}: to be killed at {counts:?} of {RECORDS} outputs"
    ));
    let service = Service::new(KafkaServer::shared().unwrap(), "killed")
        .set("DELAY_MS", DELAY_MS)
        // Outputs are on their way for long, so that a commit which does not wait for them is seen at nearly every
        // kill.
        .set("KAFKA_LINGER_MS", 150)
        .set("KAFKA_SESSION_TIMEOUT_MS", 6_000)
        .set("KAFKA_HEARTBEAT_INTERVAL_MS", 1_000);
    service.fill(PARTITIONS, RECORDS, KEYS).unwrap();
    let tail = |topic| Tail::of(service.raw(), &service.topic(topic)).unwrap();
    let mut run = Run {
        outputs: tail("out"),
        inputs: tail("in"),
        service: service.clone(),
    };

    let start = now();
    let mut done = 0;
    for count in counts {
        let mut worker = run.worker();
        let seen = run.wait_for(count);
        worker.signal(Signal::SIGKILL).unwrap();
        worker.wait_timeout(SOON).unwrap().expect("it survived SIGKILL");
        say(&format!("killed at {seen} outputs, after {:?}", start.elapsed()));
        if seen * 10 <= RECORDS * 9 {
            done += 1;
        }
        run.assert_committed_is_written();
    }
    assert_eq!(
        done, kills,
        "the test is void: only {done} of {kills} kills came between 10 and 90 % of the outputs"
    );

    let _worker = run.worker();
    run.wait_for(RECORDS);
    assert!(
        start.elapsed() >= LEAST,
        "the test is void: it was over in {:?}",
        start.elapsed()
    );
    eventually(SOON, "all to be committed", || {
        service.all_committed("transform", "in")
    })
    .unwrap();
    let outputs = run.outputs.read().unwrap();
    println!(
        "{} outputs of {RECORDS} records in {:?}",
        outputs.len(),
        start.elapsed()
    );
    assert_order_of_first_copies(outputs);
}
