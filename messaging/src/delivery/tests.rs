//! The core's tests: examples of each rule, the known races, and random sequences against a model.
//!
//! | file | what it holds |
//! |---|---|
//! | `rules` | one example per rule of the design |
//! | `races` | the races that other frameworks lost, by name |
//! | `sequences` | 100,000 random sequences of events, with their coverage |
//! | `regressions` | sequences that failed once |
//! | `model` | the shell and broker around the core, and what must hold after every step |
//! | `bench` | a bare shell for the examples |

mod bench;
mod coverage;
mod events;
mod load;
mod model;
mod races;
mod regressions;
mod rules;
mod sequences;
