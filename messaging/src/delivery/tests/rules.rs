//! One example for each rule of the design.

use std::time::Duration;

use super::bench::{Said, bench, done, failed, made, offsets, record, rejected, rules};
use super::load::Id;
use crate::delivery::policy::{OnExhausted, Order};
use crate::delivery::{Disposition, Finish, Offer, Rules, Settlement};
use crate::outcome::Reason;

mod batches;
mod bounds;
mod commits;
mod endings;
mod lanes;
mod retries;
mod transactions;

const SOON: Duration = Duration::from_secs(1);

fn with(change: impl FnOnce(&mut Rules)) -> Rules {
    let mut rules = rules();
    change(&mut rules);
    rules
}
