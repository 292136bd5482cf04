use std::time::Duration;

use super::Resolved;
use crate::delivery::policy::{Backoff, RetryPolicy};
use crate::settings::{Settings, Sources};
use crate::spec::WorkerSpec;

const POLICY: RetryPolicy = RetryPolicy::linear()
    .max_retries(4)
    .delay(Duration::from_millis(200))
    .max_delay(Duration::from_millis(500))
    .jitter(0.5);

async fn handle(_: String) {}

/// What counts for a worker with the policy and a single key of its own, given what an operator says.
fn resolved(sources: Sources) -> RetryPolicy {
    let spec = WorkerSpec::of("charge", "in", handle)
        .retry_policy(POLICY)
        .retry_max_delay(Duration::from_secs(3));
    let settings = Settings::load(&sources.code([("message_broker", "memory")])).unwrap();
    Resolved::new(spec.subject(), &settings).rules(false).retry
}

#[test]
fn an_operators_single_keys_come_before_a_policy_and_leave_the_rest_of_it() {
    let in_source = RetryPolicy {
        max_delay: Duration::from_secs(3),
        ..POLICY
    };
    assert_eq!(resolved(Sources::default()), in_source);

    let file =
        "[messaging.workers.charge]\nmax_retries = 9\nretry_backoff = \"fixed\"\nretry_delay = \"1s\"\n";
    let sources = Sources::default().file("messaging.toml", file).environment([
        ("WORKER__CHARGE__RETRY_DELAY", "2s"),
        ("WORKER__CHARGE__RETRY_MAX_DELAY", "7s"),
    ]);
    let expected = RetryPolicy {
        max_retries: 9,
        backoff: Backoff::Fixed,
        delay: Duration::from_secs(2),
        max_delay: Duration::from_secs(7),
        jitter: 0.5,
    };
    assert_eq!(resolved(sources), expected);
}
