//! The shell around the delivery core: one driver per subscription carries the core's commands out.
//!
//! | file | what it does |
//! |---|---|
//! | `driver` | the loop: broker events in, starts and commands out |
//! | `unit` | a worker as it runs: its names, rules and handler |
//! | `inbox` | records of a partition that the core has no room for yet |
//! | `turns` | which partition of a worker is offered to the core next |
//! | `outbox` | outputs and dead letters on their way to the producer |
//! | `run` | a run of records at its handler, with all that may panic in it |
//! | `parked` | runs whose handler is pending |
//! | `pace`, `blocked` | which record is at its handler, and the thread that tells when one blocks |
//! | `dead_letter` | what a dead letter looks like |
//! | `unknown` | events that no handler is for |
//! | `timers`, `clock`, `rng`, `weight` | time, chance, and how heavy a handler is |
//! | `health` | what readiness and liveness probes ask |
//! | `observer` | what is told to whoever watches |

mod blocked;
pub(crate) mod clock;
mod dead_letter;
#[cfg(test)]
mod double;
pub(crate) mod driver;
pub(crate) mod health;
mod hooks;
mod inbox;
pub(crate) mod observer;
mod outbox;
mod pace;
mod parked;
pub(crate) mod rng;
mod run;
mod timers;
mod turns;
pub(crate) mod unit;
mod unknown;
mod weight;
