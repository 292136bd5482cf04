//! Users: makes users by command, and tells others.

use messaging::prelude::*;

use crate::messages::{CreateUser, CreateUserCommands, UserEvent, UserEvents};

#[worker(topic = CreateUserCommands, output_topic = UserEvents, group_id = "users")]
async fn create_user(command: CreateUser) -> Result<UserEvent, HandlerError> {
    if command.name.trim().is_empty() {
        return Err(HandlerError::reject("a user needs a name"));
    }
    println!("users:  {} is {}", command.user_id, command.name);
    Ok(UserEvent {
        event: "user.created".into(),
        user_id: command.user_id,
    })
}

/// The service as a process of its own.
pub(crate) fn app() -> App {
    App::only(["create_user"]).defaults([("service", "users"), ("kafka_client_id", "users")])
}
