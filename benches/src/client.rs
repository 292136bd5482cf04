//! The client settings of the loops written by hand: the same tuning that `messaging` brings.

use rdkafka::ClientConfig;

/// How long a batch of outputs fills, on both sides.
pub(crate) const LINGER_MS: &str = "5";
/// How often watermarks are committed, on both sides.
pub(crate) const COMMIT_MS: u64 = 100;

pub(crate) fn consumer(brokers: &str, group: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", brokers)
        .set("group.id", group)
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "earliest")
        .set("isolation.level", "read_committed")
        .set("partition.assignment.strategy", "cooperative-sticky")
        .set("fetch.queue.backoff.ms", "5")
        .set("queued.min.messages", "1000000");
    config
}

pub(crate) fn producer(brokers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", brokers)
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("partitioner", "murmur2_random")
        .set("linger.ms", LINGER_MS)
        .set("queue.buffering.max.messages", "1000000");
    config
}
