//! What librdkafka's errors mean here: the one place that decides whether to try again.

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use crate::broker::BrokerError;

/// What to make of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nobody answers, or not in time: it may by itself.
    Unreachable,
    /// The topic, or that partition of it, is not there yet.
    UnknownTopic,
    /// Credentials or rights.
    Denied,
    /// This message will never be taken.
    Refused,
    /// The message's time is over.
    TimedOut,
    /// The client was told to drop it.
    Dropped,
    /// The broker lost count of the producer's messages, and does not take this one.
    Desynchronised,
    /// The group is between two assignments.
    Rebalancing,
    /// The client is of no use any more.
    Fatal,
    /// Something else.
    Other,
}

/// Sorts a code. What is not named here librdkafka tries again by itself, or nobody can mend.
pub(super) fn meaning(code: Code) -> Meaning {
    match code {
        // The network, a broker on its way down or up, a leader or coordinator that moves.
        Code::AllBrokersDown
        | Code::BrokerTransportFailure
        | Code::Resolve
        | Code::OperationTimedOut
        | Code::TimedOutQueue
        | Code::WaitingForCoordinator
        | Code::RequestTimedOut
        | Code::NetworkException
        | Code::BrokerNotAvailable
        | Code::LeaderNotAvailable
        | Code::NotLeaderForPartition
        | Code::CoordinatorLoadInProgress
        | Code::CoordinatorNotAvailable
        | Code::NotCoordinator
        | Code::NotController => Meaning::Unreachable,
        // The broker says the positive code; librdkafka the negative ones, once it looked long enough.
        Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition => Meaning::UnknownTopic,
        Code::Authentication
        | Code::SSL
        | Code::SaslAuthenticationFailed
        | Code::UnsupportedSASLMechanism
        | Code::IllegalSASLState
        | Code::TopicAuthorizationFailed
        | Code::GroupAuthorizationFailed
        | Code::ClusterAuthorizationFailed
        | Code::TransactionalIdAuthorizationFailed => Meaning::Denied,
        Code::MessageSizeTooLarge
        | Code::MessageBatchTooLarge
        | Code::InvalidMessage
        | Code::InvalidMessageSize
        | Code::InvalidRecord
        | Code::InvalidTopic
        | Code::InvalidTimestamp
        | Code::UnsupportedForMessageFormat
        | Code::UnsupportedCompressionType
        | Code::PolicyViolation => Meaning::Refused,
        Code::MessageTimedOut => Meaning::TimedOut,
        Code::PurgeQueue | Code::PurgeInflight | Code::BrokerDestroy => Meaning::Dropped,
        Code::OutOfOrderSequenceNumber
        | Code::UnknownProducerId
        | Code::InvalidProducerEpoch
        | Code::InvalidProducerIdMapping => Meaning::Desynchronised,
        Code::IllegalGeneration | Code::RebalanceInProgress => Meaning::Rebalancing,
        Code::Fatal | Code::GaplessGuarantee | Code::Fenced | Code::FencedInstanceId => Meaning::Fatal,
        _ => Meaning::Other,
    }
}

/// The code inside an error, also where rdkafka does not give it.
pub(super) fn code(error: &KafkaError) -> Option<Code> {
    match error {
        KafkaError::AdminOp(code) => Some(*code),
        other => other.rdkafka_error_code(),
    }
}

/// The meaning of an error.
pub(super) fn meaning_of(error: &KafkaError) -> Meaning {
    code(error).map_or(Meaning::Other, meaning)
}

/// Where an error happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// What was tried: "creating the topic \"orders\"".
    pub(super) what: &'a str,
    /// The topic, where one was named.
    pub(super) topic: Option<&'a str>,
    /// The bootstrap servers.
    pub(super) address: &'a str,
}

/// Our error for one of librdkafka's; `why` is what the client said beside the code.
pub(super) fn broker_error(place: Place<'_>, error: &KafkaError, why: Option<&str>) -> BrokerError {
    let why = why.map_or_else(|| said(error), |why| without_state(why).to_owned());
    match (meaning_of(error), place.topic) {
        (Meaning::Unreachable, _) => unreachable(place.address, why),
        (Meaning::UnknownTopic, Some(topic)) => BrokerError::UnknownTopic {
            topic: topic.to_owned(),
        },
        (Meaning::Denied, _) if code(error) == Some(Code::SSL) => BrokerError::Setting(format!(
            "no TLS connection to kafka at {}: {why}; kafka_ssl_cafile names the certificates to trust, kafka_ssl_certfile \
             and kafka_ssl_keyfile prove who we are, and a server's certificate must have the name it is addressed by",
            place.address
        )),
        (Meaning::Denied, _) => BrokerError::Denied {
            what: place.what.to_owned(),
            why: with_right(code(error), why),
        },
        (Meaning::Refused, Some(topic)) => BrokerError::Refused {
            topic: topic.to_owned(),
            why,
        },
        (Meaning::Dropped, _) => BrokerError::Closed,
        _ => BrokerError::Failed {
            what: place.what.to_owned(),
            why,
        },
    }
}

/// librdkafka's text without what only its developers want: `(after 0ms in state CONNECT, 1 identical error(s)
/// suppressed)`.
fn without_state(why: &str) -> &str {
    match why.rfind(" (after ") {
        Some(start) if why.ends_with(')') && why[start..].contains("ms in state ") => &why[..start],
        _ => why,
    }
}

/// What the broker said, with the right in its access control list that would do, or where the credentials come from.
fn with_right(code: Option<Code>, why: String) -> String {
    let right = match code {
        Some(Code::TopicAuthorizationFailed) => {
            "on the topic, Write is needed to publish, Read to consume, Create to make it"
        }
        Some(Code::GroupAuthorizationFailed) => "on the group, Read is needed to consume with it",
        Some(Code::ClusterAuthorizationFailed) => "on the cluster, IdempotentWrite or Create is needed",
        Some(Code::TransactionalIdAuthorizationFailed) => "on the transactional id, Write is needed",
        Some(Code::Authentication | Code::SaslAuthenticationFailed) => {
            "who we are is proved by kafka_sasl_username and kafka_sasl_password, with OAUTHBEARER by the token that the program gives"
        }
        _ => return why,
    };
    format!("{why} ({right})")
}

/// Nobody answers at `address`.
pub(super) fn unreachable(address: &str, why: impl Into<String>) -> BrokerError {
    BrokerError::Unreachable {
        broker: "kafka",
        address: address.to_owned(),
        why: why.into(),
    }
}

/// The client could not be made: a property it refuses, or a system without threads or memory.
pub(super) fn not_made(error: &KafkaError) -> BrokerError {
    match error {
        KafkaError::ClientConfig(_, why, name, value) => BrokerError::Setting(format!(
            "librdkafka refuses {name} = {value:?}: {why}; see its CONFIGURATION.md for what is allowed"
        )),
        KafkaError::ClientCreation(why) => {
            BrokerError::Setting(format!("librdkafka refuses the settings: {why}"))
        }
        other => BrokerError::Failed {
            what: "making the kafka client".to_owned(),
            why: said(other),
        },
    }
}

/// The description without rdkafka's own words around it, where there is one.
fn said(error: &KafkaError) -> String {
    code(error).map_or_else(|| error.to_string(), |code| code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(topic: Option<&str>) -> Place<'_> {
        Place {
            what: "sending",
            topic,
            address: "b:9092",
        }
    }

    #[test]
    fn says_what_and_where() {
        let error = KafkaError::MessageProduction(Code::MessageSizeTooLarge);
        let error = broker_error(place(Some("t")), &error, None);
        assert!(
            matches!(&error, BrokerError::Refused { topic, .. } if topic == "t"),
            "{error}"
        );
        let error = broker_error(
            place(None),
            &KafkaError::AdminOp(Code::ClusterAuthorizationFailed),
            None,
        );
        assert!(
            matches!(&error, BrokerError::Denied { what, .. } if what == "sending"),
            "{error}"
        );
        let error = KafkaError::Global(Code::AllBrokersDown);
        let error = broker_error(place(None), &error, Some("connection refused"));
        assert_eq!(
            error.to_string(),
            "kafka at b:9092 does not answer: connection refused"
        );
        assert!(error.is_retriable());
    }

    #[test]
    fn the_state_of_the_connection_is_left_out() {
        let refused = "b:9092/bootstrap: Connect to ipv4#127.0.0.1:9092 failed: Connection refused";
        for state in [
            " (after 0ms in state CONNECT)",
            " (after 12ms in state CONNECT, 1 identical error(s) suppressed)",
        ] {
            assert_eq!(without_state(&format!("{refused}{state}")), refused);
        }
        for whole in ["", refused, "it was late (after 5 tries)"] {
            assert_eq!(without_state(whole), whole);
        }
    }

    #[test]
    fn what_is_denied_is_told_with_the_right_that_is_needed() {
        for (code, right) in [
            (
                Code::TopicAuthorizationFailed,
                "Write is needed to publish, Read to consume",
            ),
            (Code::GroupAuthorizationFailed, "on the group, Read"),
            (Code::ClusterAuthorizationFailed, "on the cluster, "),
            (
                Code::TransactionalIdAuthorizationFailed,
                "on the transactional id, Write",
            ),
        ] {
            let error = broker_error(place(Some("t")), &KafkaError::Global(code), None);
            let text = error.to_string();
            assert!(
                text.starts_with("sending is not allowed: ") && text.contains(right),
                "{text}"
            );
            assert!(
                text.ends_with("; give the principal that right, or set other credentials"),
                "{text}"
            );
            assert!(!error.is_retriable());
        }
    }

    #[test]
    fn a_certificate_that_is_not_trusted_names_the_settings() {
        let error = broker_error(
            place(None),
            &KafkaError::Global(Code::SSL),
            Some("certificate verify failed"),
        );
        let text = error.to_string();
        assert!(
            text.starts_with(
                "no TLS connection to kafka at b:9092: certificate verify failed; kafka_ssl_cafile"
            ),
            "{text}"
        );
        assert!(!error.is_retriable());
    }

    #[test]
    fn an_unknown_topic_may_come_and_a_refused_message_may_not() {
        let unknown = KafkaError::MessageProduction(Code::UnknownTopic);
        assert!(broker_error(place(Some("t")), &unknown, None).is_retriable());
        let refused = KafkaError::MessageProduction(Code::InvalidTopic);
        assert!(!broker_error(place(Some("t")), &refused, None).is_retriable());
    }
}
