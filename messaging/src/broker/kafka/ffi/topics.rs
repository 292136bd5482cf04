//! Topics made, grown and configured.
//!
//! rdkafka makes and grows topics as well, without what the broker says of a refusal; and it sets a configuration as a
//! whole, so that the keys that are not named go back to their defaults.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::ptr::{self, NonNull};
use std::time::Duration;

use rdkafka::bindings as rdsys;
use rdkafka::bindings::rd_kafka_admin_op_t as Operation;
use rdkafka::client::{Client, ClientContext};
use rdkafka::error::{IsError, KafkaError, KafkaResult, RDKafkaErrorCode};

use super::ask::{array, ask, check, text};
use crate::broker::NewTopic;

/// The broker's own numbers of partitions and replicas (KIP-464).
const BROKERS_DEFAULT: i32 = -1;

/// Why the broker did not do it, in its own words.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: RDKafkaErrorCode,
    pub(crate) why: String,
}

/// What became of one topic.
pub(crate) type Done = Result<(), Refusal>;

/// Makes topics; says of each what became of it. Blocks.
pub(crate) fn create<C: ClientContext>(
    client: &Client<C>,
    topics: &[NewTopic],
    limit: Duration,
) -> KafkaResult<Vec<(String, Done)>> {
    let made: Vec<Made> = topics.iter().map(Made::of).collect::<KafkaResult<_>>()?;
    let mut asked: Vec<_> = made.iter().map(|topic| topic.0.as_ptr()).collect();
    let answer = ask(
        client,
        Operation::RD_KAFKA_ADMIN_OP_CREATETOPICS,
        limit,
        // SAFETY: `ask` gives a client, options and a queue that are alive; there are as many topics as are said.
        &mut |client, options, queue| unsafe {
            rdsys::rd_kafka_CreateTopics(client, asked.as_mut_ptr(), asked.len(), options, queue);
        },
    )?;
    // SAFETY: the answer is one to this question, and what it shows lives as long as it does.
    unsafe {
        let result = rdsys::rd_kafka_event_CreateTopics_result(answer.event());
        let topics = array(|count| rdsys::rd_kafka_CreateTopics_result_topics(result, count));
        Ok(topics.iter().map(|&topic| done(topic)).collect())
    }
}

/// Gives a topic more partitions, so that it has `total`. Blocks.
pub(crate) fn grow<C: ClientContext>(
    client: &Client<C>,
    topic: &str,
    total: usize,
    limit: Duration,
) -> KafkaResult<Done> {
    let grown = Grown::of(topic, total)?;
    let mut asked = [grown.0.as_ptr()];
    let answer = ask(
        client,
        Operation::RD_KAFKA_ADMIN_OP_CREATEPARTITIONS,
        limit,
        // SAFETY: as in `create`.
        &mut |client, options, queue| unsafe {
            rdsys::rd_kafka_CreatePartitions(client, asked.as_mut_ptr(), asked.len(), options, queue);
        },
    )?;
    // SAFETY: as in `create`.
    unsafe {
        let result = rdsys::rd_kafka_event_CreatePartitions_result(answer.event());
        let topics = array(|count| rdsys::rd_kafka_CreatePartitions_result_topics(result, count));
        Ok(topics.first().map_or(Ok(()), |&topic| done(topic).1))
    }
}

/// Sets keys of a topic's configuration; the others stay as they are. Blocks.
pub(crate) fn configure<C: ClientContext>(
    client: &Client<C>,
    topic: &str,
    config: &BTreeMap<String, String>,
    limit: Duration,
) -> KafkaResult<Done> {
    let configured = Configured::of(topic, config)?;
    let mut asked = [configured.0.as_ptr()];
    let answer = ask(
        client,
        Operation::RD_KAFKA_ADMIN_OP_INCREMENTALALTERCONFIGS,
        limit,
        // SAFETY: as in `create`.
        &mut |client, options, queue| unsafe {
            rdsys::rd_kafka_IncrementalAlterConfigs(client, asked.as_mut_ptr(), asked.len(), options, queue);
        },
    )?;
    // SAFETY: as in `create`.
    unsafe {
        let result = rdsys::rd_kafka_event_IncrementalAlterConfigs_result(answer.event());
        let all = array(|count| rdsys::rd_kafka_IncrementalAlterConfigs_result_resources(result, count));
        let said = |&resource| {
            refused(
                rdsys::rd_kafka_ConfigResource_error(resource),
                text(rdsys::rd_kafka_ConfigResource_error_string(resource)),
            )
        };
        Ok(all.first().map_or(Ok(()), said))
    }
}

/// # Safety
/// The topic is alive.
unsafe fn done(topic: *const rdsys::rd_kafka_topic_result_t) -> (String, Done) {
    // SAFETY: the caller's promise; its texts end with a zero.
    unsafe {
        let code = rdsys::rd_kafka_topic_result_error(topic);
        let why = text(rdsys::rd_kafka_topic_result_error_string(topic));
        (text(rdsys::rd_kafka_topic_result_name(topic)), refused(code, why))
    }
}

fn refused(code: rdsys::rd_kafka_resp_err_t, why: String) -> Done {
    if !code.is_error() {
        return Ok(());
    }
    let code = RDKafkaErrorCode::from(code);
    let why = if why.is_empty() { code.to_string() } else { why };
    Err(Refusal { code, why })
}

/// A topic that is asked for.
struct Made(NonNull<rdsys::rd_kafka_NewTopic_t>);

impl Made {
    fn of(topic: &NewTopic) -> KafkaResult<Made> {
        let name = CString::new(topic.name.as_str())?;
        let partitions = topic.partitions.unwrap_or(BROKERS_DEFAULT);
        let replicas = topic.replication.unwrap_or(BROKERS_DEFAULT);
        // SAFETY: the name ends with a zero and is copied. The answer is ours to destroy.
        let made =
            unsafe { rdsys::rd_kafka_NewTopic_new(name.as_ptr(), partitions, replicas, ptr::null_mut(), 0) };
        let made = NonNull::new(made)
            .map(Made)
            .ok_or_else(|| not_asked(&topic.name))?;
        for (key, value) in &topic.config {
            let (key, value) = (CString::new(key.as_str())?, CString::new(value.as_str())?);
            // SAFETY: the topic is alive; both texts end with a zero and are copied.
            let code =
                unsafe { rdsys::rd_kafka_NewTopic_set_config(made.0.as_ptr(), key.as_ptr(), value.as_ptr()) };
            if code.is_error() {
                return Err(KafkaError::AdminOp(code.into()));
            }
        }
        Ok(made)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        // SAFETY: it was made by `of`; librdkafka has copied it into the question.
        unsafe { rdsys::rd_kafka_NewTopic_destroy(self.0.as_ptr()) };
    }
}

/// Partitions that are asked for.
struct Grown(NonNull<rdsys::rd_kafka_NewPartitions_t>);

impl Grown {
    fn of(topic: &str, total: usize) -> KafkaResult<Grown> {
        let name = CString::new(topic)?;
        // SAFETY: the name ends with a zero and is copied. The answer is ours to destroy.
        let grown = unsafe { rdsys::rd_kafka_NewPartitions_new(name.as_ptr(), total, ptr::null_mut(), 0) };
        NonNull::new(grown).map(Grown).ok_or_else(|| not_asked(topic))
    }
}

impl Drop for Grown {
    fn drop(&mut self) {
        // SAFETY: as for `Made`.
        unsafe { rdsys::rd_kafka_NewPartitions_destroy(self.0.as_ptr()) };
    }
}

/// A configuration that is asked for.
struct Configured(NonNull<rdsys::rd_kafka_ConfigResource_t>);

impl Configured {
    fn of(topic: &str, config: &BTreeMap<String, String>) -> KafkaResult<Configured> {
        let name = CString::new(topic)?;
        let kind = rdsys::rd_kafka_ResourceType_t::RD_KAFKA_RESOURCE_TOPIC;
        // SAFETY: the name ends with a zero and is copied. The answer is ours to destroy.
        let configured = unsafe { rdsys::rd_kafka_ConfigResource_new(kind, name.as_ptr()) };
        let configured = NonNull::new(configured).map(Configured);
        let configured = configured.ok_or_else(|| not_asked(topic))?;
        config
            .iter()
            .try_for_each(|(key, value)| configured.set(key, value))?;
        Ok(configured)
    }

    fn set(&self, key: &str, value: &str) -> KafkaResult<()> {
        let (key, value) = (CString::new(key)?, CString::new(value)?);
        let set = rdsys::rd_kafka_AlterConfigOpType_t::RD_KAFKA_ALTER_CONFIG_OP_TYPE_SET;
        // SAFETY: the resource is alive; both texts end with a zero and are copied. The error is ours to destroy.
        unsafe {
            let error = rdsys::rd_kafka_ConfigResource_add_incremental_config(
                self.0.as_ptr(),
                key.as_ptr(),
                set,
                value.as_ptr(),
            );
            let checked = check(error);
            if !error.is_null() {
                rdsys::rd_kafka_error_destroy(error);
            }
            checked
        }
    }
}

impl Drop for Configured {
    fn drop(&mut self) {
        // SAFETY: as for `Made`.
        unsafe { rdsys::rd_kafka_ConfigResource_destroy(self.0.as_ptr()) };
    }
}

/// librdkafka does not take the question.
fn not_asked(topic: &str) -> KafkaError {
    KafkaError::AdminOpCreation(format!(
        "librdkafka does not take what is asked of the topic \"{topic}\""
    ))
}
