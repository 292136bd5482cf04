//! What a client is told when its request cannot be done: a status, and a JSON body that names the field.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// The body is `{"error": "what is wrong", "field": "items[0].quantity"}`; `field` only where one is to blame.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    body: Body,
}

#[derive(Debug, Serialize)]
struct Body {
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, error: impl Into<String>) -> Problem {
        let error = error.into();
        Problem {
            status,
            body: Body { error, field: None },
        }
    }

    /// 422: the JSON is fine, the value of this field is not.
    pub(super) fn field(field: impl Into<String>, error: impl Into<String>) -> Problem {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error).at(field)
    }

    /// 409: the request does not fit what there is now.
    pub(super) fn conflict(field: impl Into<String>, error: impl Into<String>) -> Problem {
        Problem::new(StatusCode::CONFLICT, error).at(field)
    }

    pub(super) fn at(mut self, field: impl Into<String>) -> Problem {
        self.body.field = Some(field.into());
        self
    }

    /// 503: the order is kept, but nobody was told.
    pub(super) fn not_told(order_id: &str, error: &messaging::Error) -> Problem {
        tracing::error!(order_id, error = %error.report(), "the event of an order was not published");
        let text = format!("the order {order_id} is kept, but its event was not published; the log says why");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, text)
    }

    /// 500: why is for the log, not for the client.
    pub(super) fn internal(error: impl std::fmt::Display) -> Problem {
        tracing::error!(%error, "a request failed");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the service failed; its log says why",
        )
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Problem {
        Problem::internal(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}
