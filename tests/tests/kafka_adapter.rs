//! The Kafka adapter behind the broker contract, against real servers.

#[path = "kafka_adapter/groups.rs"]
mod groups;
#[path = "kafka_adapter/member.rs"]
mod member;
#[path = "kafka_adapter/outages.rs"]
mod outages;
#[path = "kafka_adapter/publishing.rs"]
mod publishing;
#[path = "kafka_adapter/reading.rs"]
mod reading;
#[path = "kafka_adapter/rights.rs"]
mod rights;
#[path = "kafka_adapter/topics.rs"]
mod topics;
