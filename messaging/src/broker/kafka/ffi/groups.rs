//! Groups, their members, and what they committed.
//!
//! rdkafka lists groups by a request that knows nothing of KIP-848, and has no call for what a group committed on all
//! topics, nor for setting it.

use std::ffi::CString;
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::bindings as rdsys;
use rdkafka::bindings::rd_kafka_admin_op_t as Operation;
use rdkafka::client::{Client, ClientContext};
use rdkafka::error::{IsError, KafkaError, KafkaResult};
use rdkafka::topic_partition_list::TopicPartitionList;

use super::ask::{array, ask, check, text};
use crate::broker::{GroupDescription, GroupListing, GroupMember, GroupProtocol, GroupState, TopicPartition};

/// All groups. Blocks.
pub(crate) fn list<C: ClientContext>(client: &Client<C>, limit: Duration) -> KafkaResult<Vec<GroupListing>> {
    let answer = ask(
        client,
        Operation::RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS,
        limit,
        // SAFETY: `ask` gives a client, options and a queue that are alive.
        &mut |client, options, queue| unsafe {
            rdsys::rd_kafka_ListConsumerGroups(client, options, queue);
        },
    )?;
    // SAFETY: the answer is one to this question, and what it shows lives as long as it does.
    unsafe {
        let result = rdsys::rd_kafka_event_ListConsumerGroups_result(answer.event());
        let errors = array(|count| rdsys::rd_kafka_ListConsumerGroups_result_errors(result, count));
        errors.iter().try_for_each(|&error| check(error))?;
        let groups = array(|count| rdsys::rd_kafka_ListConsumerGroups_result_valid(result, count));
        Ok(groups.iter().map(|&group| listing(group)).collect())
    }
}

/// # Safety
/// The group is alive.
unsafe fn listing(group: *const rdsys::rd_kafka_ConsumerGroupListing_t) -> GroupListing {
    // SAFETY: the caller's promise; its name ends with a zero.
    unsafe {
        GroupListing {
            name: text(rdsys::rd_kafka_ConsumerGroupListing_group_id(group)),
            state: state(rdsys::rd_kafka_ConsumerGroupListing_state(group)),
            protocol: protocol(rdsys::rd_kafka_ConsumerGroupListing_type(group)),
        }
    }
}

/// A group with its members; one that is not there is dead. Blocks.
pub(crate) fn describe<C: ClientContext>(
    client: &Client<C>,
    group: &str,
    limit: Duration,
) -> KafkaResult<Option<GroupDescription>> {
    let name = CString::new(group)?;
    let mut names = [name.as_ptr()];
    let answer = ask(
        client,
        Operation::RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS,
        limit,
        // SAFETY: as in `list`; there are as many names as are said, and each ends with a zero.
        &mut |client, options, queue| unsafe {
            rdsys::rd_kafka_DescribeConsumerGroups(client, names.as_mut_ptr(), names.len(), options, queue);
        },
    )?;
    // SAFETY: the answer is one to this question, and what it shows lives as long as it does.
    unsafe {
        let result = rdsys::rd_kafka_event_DescribeConsumerGroups_result(answer.event());
        let groups = array(|count| rdsys::rd_kafka_DescribeConsumerGroups_result_groups(result, count));
        groups.first().map(|&group| description(group)).transpose()
    }
}

/// # Safety
/// The group is alive.
unsafe fn description(
    group: *const rdsys::rd_kafka_ConsumerGroupDescription_t,
) -> KafkaResult<GroupDescription> {
    // SAFETY: the caller's promise; its texts end with a zero, and it has as many members as it counts.
    unsafe {
        check(rdsys::rd_kafka_ConsumerGroupDescription_error(group))?;
        let assignor = text(rdsys::rd_kafka_ConsumerGroupDescription_partition_assignor(group));
        let count = rdsys::rd_kafka_ConsumerGroupDescription_member_count(group);
        let member_at = |index| member(rdsys::rd_kafka_ConsumerGroupDescription_member(group, index));
        Ok(GroupDescription {
            name: text(rdsys::rd_kafka_ConsumerGroupDescription_group_id(group)),
            state: state(rdsys::rd_kafka_ConsumerGroupDescription_state(group)),
            protocol: protocol(rdsys::rd_kafka_ConsumerGroupDescription_type(group)),
            assignor: (!assignor.is_empty()).then_some(assignor),
            members: (0..count).map(member_at).collect(),
        })
    }
}

/// # Safety
/// The member is alive.
unsafe fn member(member: *const rdsys::rd_kafka_MemberDescription_t) -> GroupMember {
    // SAFETY: the caller's promise; its texts end with a zero, and its list is one of librdkafka's.
    unsafe {
        let instance = text(rdsys::rd_kafka_MemberDescription_group_instance_id(member));
        let assigned = rdsys::rd_kafka_MemberDescription_assignment(member);
        let partitions = if assigned.is_null() {
            ptr::null()
        } else {
            rdsys::rd_kafka_MemberAssignment_partitions(assigned)
        };
        GroupMember {
            id: text(rdsys::rd_kafka_MemberDescription_consumer_id(member)),
            client: text(rdsys::rd_kafka_MemberDescription_client_id(member)),
            host: text(rdsys::rd_kafka_MemberDescription_host(member)),
            instance: (!instance.is_empty()).then_some(instance),
            partitions: elements(partitions).iter().map(|at| partition(at)).collect(),
        }
    }
}

/// What the group committed on all topics. Blocks.
pub(crate) fn offsets<C: ClientContext>(
    client: &Client<C>,
    group: &str,
    limit: Duration,
) -> KafkaResult<Vec<(TopicPartition, i64)>> {
    let name = CString::new(group)?;
    // SAFETY: the name ends with a zero; a list that is null means all partitions. The answer is ours to destroy.
    let asked = unsafe { rdsys::rd_kafka_ListConsumerGroupOffsets_new(name.as_ptr(), ptr::null()) };
    let mut asked = [asked];
    let answer = ask(
        client,
        Operation::RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS,
        limit,
        // SAFETY: as in `list`; there are as many questions as are said.
        &mut |client, options, queue| unsafe {
            rdsys::rd_kafka_ListConsumerGroupOffsets(client, asked.as_mut_ptr(), asked.len(), options, queue);
        },
    );
    // SAFETY: it was made above, and librdkafka has copied it.
    unsafe { rdsys::rd_kafka_ListConsumerGroupOffsets_destroy(asked[0]) };
    let answer = answer?;
    // SAFETY: the answer is one to this question, and what it shows lives as long as it does.
    unsafe {
        let result = rdsys::rd_kafka_event_ListConsumerGroupOffsets_result(answer.event());
        let groups = array(|count| rdsys::rd_kafka_ListConsumerGroupOffsets_result_groups(result, count));
        groups.first().map_or(Ok(Vec::new()), |&group| committed(group))
    }
}

/// # Safety
/// The group is alive.
unsafe fn committed(group: *const rdsys::rd_kafka_group_result_t) -> KafkaResult<Vec<(TopicPartition, i64)>> {
    // SAFETY: the caller's promise, and its list is one of librdkafka's.
    unsafe {
        check(rdsys::rd_kafka_group_result_error(group))?;
        let all = elements(rdsys::rd_kafka_group_result_partitions(group));
        let failed = all.iter().find(|element| element.err.is_error());
        if let Some(failed) = failed {
            return Err(KafkaError::AdminOp(failed.err.into()));
        }
        // A partition of which nothing was committed has a negative offset.
        let kept = all.iter().filter(|element| element.offset >= 0);
        Ok(kept.map(|element| (partition(element), element.offset)).collect())
    }
}

/// Sets what the group committed. Blocks.
pub(crate) fn set_offsets<C: ClientContext>(
    client: &Client<C>,
    group: &str,
    offsets: &TopicPartitionList,
    limit: Duration,
) -> KafkaResult<()> {
    let name = CString::new(group)?;
    // SAFETY: the name ends with a zero, and the list is alive and copied. The answer is ours to destroy.
    let asked = unsafe { rdsys::rd_kafka_AlterConsumerGroupOffsets_new(name.as_ptr(), offsets.ptr()) };
    let mut asked = [asked];
    let answer = ask(
        client,
        Operation::RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS,
        limit,
        // SAFETY: as in `list`; there are as many questions as are said.
        &mut |client, options, queue| unsafe {
            rdsys::rd_kafka_AlterConsumerGroupOffsets(
                client,
                asked.as_mut_ptr(),
                asked.len(),
                options,
                queue,
            );
        },
    );
    // SAFETY: it was made above, and librdkafka has copied it.
    unsafe { rdsys::rd_kafka_AlterConsumerGroupOffsets_destroy(asked[0]) };
    let answer = answer?;
    // SAFETY: the answer is one to this question, and what it shows lives as long as it does.
    unsafe {
        let result = rdsys::rd_kafka_event_AlterConsumerGroupOffsets_result(answer.event());
        let groups = array(|count| rdsys::rd_kafka_AlterConsumerGroupOffsets_result_groups(result, count));
        groups.iter().try_for_each(|&group| committed(group).map(drop))
    }
}

/// The elements of a list; null has none.
///
/// # Safety
/// Unless it is null, the list is alive for as long as `'a`.
unsafe fn elements<'a>(
    list: *const rdsys::rd_kafka_topic_partition_list_t,
) -> &'a [rdsys::rd_kafka_topic_partition_t] {
    // SAFETY: the caller's promise.
    let Some(list) = (unsafe { list.as_ref() }) else {
        return &[];
    };
    let count = usize::try_from(list.cnt).unwrap_or(0);
    NonNull::new(list.elems).map_or(&[], |start| {
        // SAFETY: a list has as many elements as it counts.
        unsafe { slice::from_raw_parts(start.as_ptr(), count) }
    })
}

/// # Safety
/// Its topic ends with a zero.
unsafe fn partition(element: &rdsys::rd_kafka_topic_partition_t) -> TopicPartition {
    TopicPartition {
        // SAFETY: the caller's promise.
        topic: Arc::from(unsafe { text(element.topic) }),
        partition: element.partition,
    }
}

fn state(state: rdsys::rd_kafka_consumer_group_state_t) -> GroupState {
    use rdsys::rd_kafka_consumer_group_state_t as Native;
    match state {
        Native::RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY => GroupState::Empty,
        Native::RD_KAFKA_CONSUMER_GROUP_STATE_PREPARING_REBALANCE => GroupState::PreparingRebalance,
        Native::RD_KAFKA_CONSUMER_GROUP_STATE_COMPLETING_REBALANCE => GroupState::CompletingRebalance,
        Native::RD_KAFKA_CONSUMER_GROUP_STATE_STABLE => GroupState::Stable,
        Native::RD_KAFKA_CONSUMER_GROUP_STATE_DEAD => GroupState::Dead,
        _ => GroupState::Unknown,
    }
}

fn protocol(kind: rdsys::rd_kafka_consumer_group_type_t) -> GroupProtocol {
    use rdsys::rd_kafka_consumer_group_type_t as Native;
    match kind {
        Native::RD_KAFKA_CONSUMER_GROUP_TYPE_CONSUMER => GroupProtocol::Consumer,
        Native::RD_KAFKA_CONSUMER_GROUP_TYPE_CLASSIC => GroupProtocol::Classic,
        _ => GroupProtocol::Unknown,
    }
}
