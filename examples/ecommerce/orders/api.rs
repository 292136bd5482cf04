//! The routes.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use serde::Serialize;

use super::body::Body;
use super::error::Problem;
use super::order::Order;
use super::requests::{NewClient, NewOrder, NewProduct, NewStatus};
use super::{Orders, SERVICE, book, catalog, tell};

pub(super) fn router(orders: Orders) -> Router {
    Router::new()
        .route("/v1/clients", post(add_client))
        .route("/v1/products", post(add_product))
        .route("/v1/orders", post(place_order))
        .route("/v1/orders/{id}", patch(change_order).get(show_order))
        .route("/health", get(show_health))
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .with_state(orders)
}

/// 201, with the id of what was made.
type Created = (StatusCode, Json<Id>);

#[derive(Serialize)]
struct Id {
    id: String,
}

fn created(id: String) -> Created {
    (StatusCode::CREATED, Json(Id { id }))
}

async fn add_client(State(orders): State<Orders>, Body(client): Body<NewClient>) -> Result<Created, Problem> {
    orders
        .store
        .transaction(move |store| catalog::add_client(store, &client))
        .await
        .map(created)
}

async fn add_product(
    State(orders): State<Orders>,
    Body(product): Body<NewProduct>,
) -> Result<Created, Problem> {
    orders
        .store
        .transaction(move |store| catalog::add_product(store, &product))
        .await
        .map(created)
}

async fn place_order(State(orders): State<Orders>, Body(new): Body<NewOrder>) -> Result<Created, Problem> {
    to_its_end(async move {
        let producer = orders.kafka.producer().await?;
        let order = orders.store.transaction(|store| book::place(store, new)).await?;
        tell::created(&producer, &order).await?;
        Ok(created(order.id))
    })
    .await
}

async fn change_order(
    State(orders): State<Orders>,
    Path(id): Path<String>,
    Body(new): Body<NewStatus>,
) -> Result<Json<Order>, Problem> {
    to_its_end(async move {
        let producer = orders.kafka.producer().await?;
        let order = orders
            .store
            .transaction(move |store| book::change(store, &id, new.status))
            .await?;
        tell::closed(&producer, &order).await?;
        Ok(Json(order))
    })
    .await
}

async fn show_order(State(orders): State<Orders>, Path(id): Path<String>) -> Result<Json<Order>, Problem> {
    orders
        .store
        .transaction(move |store| book::find(store, &id))
        .await
        .map(Json)
}

#[derive(Serialize)]
struct Health {
    service: &'static str,
    kafka: &'static str,
}

/// It is 200 without Kafka as well, for this service answers.
async fn show_health(State(orders): State<Orders>) -> Json<Health> {
    let kafka = match orders.kafka.is_connected().await {
        true => "connected",
        false => "disconnected",
    };
    Json(Health {
        service: SERVICE,
        kafka,
    })
}

async fn unknown_path() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "there is nothing at this path")
}

async fn unknown_method() -> Problem {
    let error = "this path does not take this method";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, error)
}

/// Goes on although the client hangs up, which drops the future of its request: what was kept is told to others, too.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    tokio::spawn(work).await.map_err(Problem::internal)?
}
