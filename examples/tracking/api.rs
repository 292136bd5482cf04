//! `POST /tracking/track {"events": […]}` → `{"queued": n}`.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use messaging::Producer;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// Where the events go.
pub(crate) const TOPIC: &str = "tracking.events";

/// The largest request: some 10,000 events.
const MOST_BYTES: usize = 8 << 20;

pub(crate) fn router(producer: Producer) -> Router {
    Router::new()
        .route("/tracking/track", post(track))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(producer)
}

/// The events stay the JSON that they are: checked, but never built and written again.
#[derive(Deserialize)]
struct Track<'a> {
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

type Answer = (StatusCode, Json<Value>);

async fn track(State(producer): State<Producer>, body: Bytes) -> Answer {
    let events = match events(&body) {
        Ok(events) => events,
        Err(reason) => return (StatusCode::BAD_REQUEST, Json(json!({"error": reason}))),
    };
    match producer.send_batch_fire_and_forget(TOPIC, events).await {
        Ok(queued) => (StatusCode::OK, Json(json!({"queued": queued}))),
        Err(error) => unavailable(&error),
    }
}

/// Each event as the part of the body that it is; or why there are none.
fn events(body: &Bytes) -> Result<Vec<Bytes>, String> {
    let track: Track<'_> = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let events = track.events.into_iter().enumerate();
    events
        .map(|(index, event)| match event.get() {
            object if object.starts_with('{') => Ok(body.slice_ref(object.as_bytes())),
            other => Err(format!("events[{index}] is {other}, and not an object")),
        })
        .collect()
}

/// Some were not queued, or none: the answer says how many were, so that nothing has to be guessed.
fn unavailable(error: &messaging::Error) -> Answer {
    let body = json!({"queued": error.sent_messages(), "error": error.report()});
    (StatusCode::SERVICE_UNAVAILABLE, Json(body))
}
