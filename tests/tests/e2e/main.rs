//! Whole programs against a real Kafka: started, fed, starved, killed. What goes in and what came out is written and
//! read by librdkafka alone, so that nothing of ours vouches for itself.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod absent_topics;
mod broker_down_at_start;
mod broker_killed;
mod consumers_by_hand;
mod ecommerce;
mod events;
mod examples;
mod failures;
mod fetched_once;
mod killed;
mod made_by_the_broker;
mod members;
mod memory;
mod on_exhausted_stop;
mod producers;
mod shutdown;
mod shutdown_in_rebalance;
mod shutdown_in_time;
mod slow_handlers;
mod small_dead_letters;
mod support;
mod two_brokers;
mod undecodable;
