//! Request bodies: at most 1 MB of strict JSON.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use crm_domain::json::Json;
use crm_domain::limits;

use crate::problem::Problem;

/// Extracts the body as a JSON tree. Its content type does not matter: there is only JSON.
pub struct JsonBody(pub Json);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        Ok(Self(Json::parse(&bytes(request).await?)?))
    }
}

/// The raw body, for signatures over its bytes.
pub async fn bytes(request: Request) -> Result<Vec<u8>, Problem> {
    match to_bytes(request.into_body(), limits::BODY_BYTES).await {
        Ok(bytes) => Ok(bytes.to_vec()),
        Err(_) => Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body must be at most 1 MB.")),
    }
}
