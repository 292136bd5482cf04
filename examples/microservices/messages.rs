//! What the services share. Each could have its own copy: only the JSON has to fit.

use messaging::prelude::*;
use serde::{Deserialize, Serialize};

pub(crate) const TOPICS: [&str; 3] = ["user.commands.create", "user.events", "welcome.orders"];

/// Asks Users to make a user. The sender chooses the id, so that a command that is handled twice makes one user.
#[derive(Debug, Serialize, Deserialize, Payload)]
pub(crate) struct CreateUser {
    pub(crate) user_id: String,
    pub(crate) name: String,
}

#[topic(name = "user.commands.create", schema = CreateUser, key = user_id)]
pub(crate) struct CreateUserCommands;

/// Something happened to a user; `event` says what.
#[derive(Debug, Serialize, Deserialize, Payload)]
pub(crate) struct UserEvent {
    pub(crate) event: String,
    pub(crate) user_id: String,
}

#[topic(name = "user.events", schema = UserEvent, key = user_id)]
pub(crate) struct UserEvents;

/// An order was made.
#[derive(Debug, Serialize, Deserialize, Payload)]
pub(crate) struct OrderCreated {
    pub(crate) order_id: String,
    pub(crate) user_id: String,
    pub(crate) item: String,
}

#[topic(name = "welcome.orders", schema = OrderCreated, key = order_id)]
pub(crate) struct OrdersCreated;
