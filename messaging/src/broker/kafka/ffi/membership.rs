//! Whether a client is a member of its group.

use std::ptr::NonNull;

use rdkafka::bindings as rdsys;
use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::broker::kafka::rebalance::Member;

/// Whether the coordinator has let the client in. rdkafka hands on what librdkafka knows of that, and not what it says.
pub(crate) fn is_member(consumer: &BaseConsumer<Member>) -> bool {
    // SAFETY: the client lives through this call. The answer is a copy, ours to destroy.
    let metadata = unsafe { rdsys::rd_kafka_consumer_group_metadata(consumer.client().native_ptr()) };
    let Some(metadata) = NonNull::new(metadata) else {
        return false;
    };
    // SAFETY: it is not destroyed yet.
    let generation = unsafe { rdsys::rd_kafka_consumer_group_metadata_generation_id(metadata.as_ptr()) };
    // SAFETY: it is ours, and nothing uses it from here on.
    unsafe { rdsys::rd_kafka_consumer_group_metadata_destroy(metadata.as_ptr()) };
    generation > 0
}
