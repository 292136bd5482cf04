//! Real servers and real processes for tests, and the one place where a test may wait.
//!
//! | to have | take |
//! |---|---|
//! | an Apache Kafka of one's own, to kill and to restart | [`kafka::KafkaServer::start`] |
//! | an Apache Kafka that the tests of one process share | [`kafka::KafkaServer::shared`] |
//! | a program of ours as a child, its output, its signals, its memory | [`process::Program`] |
//! | a condition that becomes true | [`wait::eventually`], [`wait::eventually_async`] |
//! | what every broker must do | [`conformance!`] |
//! | a token for a Kafka that asks for one | [`token::unsigned`] |
//! | a free port that stays ours | [`ports::Port`] |
//!
//! Nothing here outlives the test process, however that ends: see [`guard::Guard`].

pub mod conformance;
pub mod guard;
pub mod kafka;
pub mod ports;
pub mod process;
pub mod said;
mod tail;
pub mod token;
pub mod wait;
