//! The extractor of a request's body: JSON that was read and checked.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::error::Problem;

/// What a type alone cannot say about a request.
pub(super) trait Check {
    /// The first thing that is wrong.
    fn check(&self) -> Result<(), Problem>;
}

/// Reads as axum's `Json`, but says in JSON what is wrong and where, and asks for no `Content-Type`.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned + Check, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Problem> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))?;
        let value: T = read(&bytes)?;
        value.check()?;
        Ok(Body(value))
    }
}

fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| refusal(error.path(), error.inner()))?;
    deserializer.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn refusal(path: &serde_path_to_error::Path, error: &serde_json::Error) -> Problem {
    if error.classify() != Category::Data {
        return not_json(error);
    }
    let text = error.to_string();
    let parent = path.to_string();
    // The path of a field that is absent is where it should be: its name is in the text.
    let absent = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    let field = match (parent.as_str(), absent) {
        (".", Some(name)) => name.to_owned(),
        (parent, Some(name)) => format!("{parent}.{name}"),
        (".", None) => return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, text),
        (parent, None) => parent.to_owned(),
    };
    Problem::field(field, text)
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        format!("the body is not valid JSON: {error}"),
    )
}
