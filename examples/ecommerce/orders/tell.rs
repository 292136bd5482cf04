//! Orders' events.
//!
//! Each is published after its row is committed: two writes, and the process may die, or Kafka be away, between them.
//! Then the row is there and nobody was told. The caller gets an error and may repeat a PATCH, which publishes again; a
//! program that must not depend on its callers writes the event into a table of the same transaction, the outbox, from
//! which a task of its own publishes. The other order would be worse: an event of an order that was never kept.

use messaging::Producer;

use super::error::Problem;
use super::order::Order;
use crate::events::{OrdersCreated, OrdersFailed, OrdersPaid, Status};

/// Waits until the broker has it, so that whoever placed the order knows.
pub(super) async fn created(producer: &Producer, order: &Order) -> Result<(), Problem> {
    let sent = producer.send(OrdersCreated, &order.created()).await;
    sent.map(drop)
        .map_err(|error| Problem::not_told(&order.id, &error))
}

/// The status decides the topic.
pub(super) async fn closed(producer: &Producer, order: &Order) -> Result<(), Problem> {
    let event = order.closed();
    let sent = match order.status {
        Status::Pendente => return Ok(()),
        Status::Pago => producer.send(OrdersPaid, &event).await,
        Status::Cancelado | Status::Falha => producer.send(OrdersFailed, &event).await,
    };
    sent.map(drop)
        .map_err(|error| Problem::not_told(&order.id, &error))
}
