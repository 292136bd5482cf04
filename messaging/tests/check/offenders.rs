//! Workers with one mistake each. `#[worker]` leaves the place of its own line.

use messaging::extract::StateHandle;
use messaging::{Context, Delivery, FromDelivery, Missing, Rejection, State, worker};

use crate::Gateway;

/// A user's extractor that wants something.
struct Tenant;

impl FromDelivery for Tenant {
    type Setup = StateHandle<u64>;
    fn setup(context: &Context) -> Result<Self::Setup, Missing> {
        context.state::<u64>().map_err(|_| {
            Missing::new(
                "`Tenant` has no salt",
                "add `.state(salt)` with a `u64` to the App",
            )
        })
    }
    fn from_delivery(_: &Self::Setup, _: &Delivery) -> Result<Tenant, Rejection> {
        Ok(Tenant)
    }
}

#[worker(topic = "orders", name = "twin", group_id = "twin-1")]
pub(crate) async fn twin_one(_: String) {}

#[worker(topic = "orders", name = "twin", group_id = "twin-2")]
async fn twin_two(_: String) {}

#[worker(topic = "parcels", group_id = "post")]
async fn left(_: String) {}

#[worker(topic = "parcels", group_id = "post")]
async fn right(_: String) {}

#[worker(topic = "payments")]
pub(crate) async fn stateless(_: String, _: State<Gateway>, _: State<i8>) {}

#[worker(topic = "tenants")]
async fn for_tenant(_: String, _: Tenant) {}

#[worker(topic = "letters", dlq_topic = "letters.bad")]
pub(crate) async fn looping(_: String) {}

#[worker(topic = "letters.bad", dlq_topic = "letters")]
async fn looping_back(_: String) {}

const BAD_NAME: &str = "no good";

#[worker(topic = BAD_NAME)]
async fn misnamed(_: String) {}

#[worker(topic = "first", group_id = "readers", auto_offset_reset = "earliest")]
async fn from_first(_: String) {}

#[worker(topic = "second", group_id = "readers", auto_offset_reset = "latest")]
async fn from_last(_: String) {}

#[worker(topic = "questions")]
async fn answers_nowhere(text: String) -> String {
    text
}

const NONE: usize = 0;

#[worker(topic = "idle", concurrency = NONE)]
async fn idle(_: String) {}

#[worker(topic = "fine", output_topic = "fine.too")]
pub(crate) async fn fine(text: String) -> String {
    text
}

/// `file:line` of the attribute on a function of this file.
pub(crate) fn place(function: &str) -> String {
    let lines: Vec<&str> = include_str!("offenders.rs").lines().collect();
    let start = format!("async fn {function}(");
    let at = lines
        .iter()
        .position(|line| line.trim_start_matches("pub(crate) ").starts_with(&start))
        .unwrap();
    let attribute = lines[..at]
        .iter()
        .rposition(|line| line.starts_with("#[worker("))
        .unwrap();
    format!("{}:{}", file!(), attribute + 1)
}
