//! SIGTERM while the group waits for a member that has died: until that one is given up the coordinator answers no
//! commit. What is finished is committed all the same, for a shutdown has the time to wait for it.

use messaging_tests::kafka::KafkaServer;
use messaging_tests::process::{Program, Signal};
use messaging_tests::wait::eventually;

use crate::support::{SOON, Service, Tail};

const RECORDS: usize = 6_000;

/// With a concurrency of 8, a second is good for 160 records.
const DELAY_MS: u64 = 50;
const A_SECONDS_WORK: usize = 160;
const AN_HOUR_MS: u64 = 3_600_000;

/// The group waits for so long for a member that has died; a shutdown has 25 s.
const SESSION_MS: u64 = 10_000;

struct Run {
    service: Service,
    outputs: Tail,
}

impl Run {
    /// A member that never finishes a record, so that all outputs and all commits are the other one's.
    fn idler(&self) -> Program {
        let service = self.service.clone().set("DELAY_MS", AN_HOUR_MS);
        service.start(&["transform"]).unwrap()
    }

    fn committed(&self) -> i64 {
        let (group, topic) = (self.service.group("transform"), self.service.topic("in"));
        let committed = self.service.raw().committed(&group, &topic).unwrap();
        committed.iter().sum()
    }

    fn finished(&mut self) -> usize {
        self.outputs.distinct().unwrap().len()
    }

    /// Work goes on, and no commit comes: the member has joined again, and its connection waits for the answer.
    fn wait_until_commits_wait(&mut self) {
        let stand_still = || {
            let before = self.committed();
            let finished = self.finished();
            self.outputs.wait_for(finished + A_SECONDS_WORK).unwrap();
            self.committed() == before
        };
        eventually(SOON, "a rebalance that holds up commits", stand_still).unwrap();
    }
}

/// Its log.
fn ended_well(program: &mut Program) -> String {
    let status = program.wait_timeout(SOON).unwrap().expect("it does not end");
    let log = program.stderr().unwrap();
    assert_eq!(status.code(), Some(0), "{log}");
    log
}

#[test]
fn what_is_finished_is_committed_though_the_group_waits_for_a_dead_member() {
    let service = Service::new(KafkaServer::shared().unwrap(), "in-rebalance")
        .set("DELAY_MS", DELAY_MS)
        .set("KAFKA_SESSION_TIMEOUT_MS", SESSION_MS)
        .set("KAFKA_HEARTBEAT_INTERVAL_MS", 300);
    // Each record has a key of its own, so that records end in their order and nothing done is left uncommitted.
    service.fill(2, RECORDS, RECORDS).unwrap();
    let mut run = Run {
        outputs: Tail::of(service.raw(), &service.topic("out")).unwrap(),
        service: service.clone(),
    };
    let assigned = |line: &str| line.contains("partition assigned");

    let mut program = service.start(&["transform"]).unwrap();
    program.wait_for_line(assigned, SOON).unwrap();
    let mut dead = run.idler();
    dead.wait_for_line(assigned, SOON).unwrap();
    dead.signal(Signal::SIGKILL).unwrap();
    let mut joins = run.idler();
    run.wait_until_commits_wait();

    joins.signal(Signal::SIGTERM).unwrap();
    program.signal(Signal::SIGTERM).unwrap();
    let log = ended_well(&mut joins);
    assert!(
        log.contains("stopping"),
        "the test is void: it had not joined: {log}"
    );
    let log = ended_well(&mut program);
    let finished = run.finished();
    assert!(finished < RECORDS, "the test is void: nothing was left to do");
    assert_eq!(run.committed(), finished as i64, "{log}");
}
