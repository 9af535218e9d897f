//! Errors as callers see them: `application/problem+json` (RFC 9457) with a stable `code`.
//!
//! The text for the caller never holds internal names; the cause goes to the log, once, when the problem is made.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use crm_domain::error::chain;
use crm_domain::faults::{Fault, Faults};
use crm_domain::json::JsonError;
use crm_domain::ports::{QueueError, StoreError};
use serde::Serialize;
use serde_json::Value;

/// A failed request.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<Fault>,
    retry_after: Option<u32>,
}

/// The answer of a request that failed (RFC 9457).
#[derive(schemars::JsonSchema)]
#[schemars(rename = "Problem")]
#[allow(dead_code, reason = "describes `Wire` in the document")]
pub(crate) struct Shape {
    r#type: String,
    title: String,
    status: u16,
    /// What programs go by.
    code: String,
    #[schemars(default)]
    detail: Option<String>,
    /// Every fault of the input.
    #[schemars(default)]
    errors: Vec<Fault>,
}

#[derive(Serialize)]
struct Wire<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    code: &'static str,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    errors: &'a [Fault],
}

impl Problem {
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("There is no such {what}."))
    }

    /// Always the same answer, whatever is wrong with the token.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "A valid bearer token is required.")
    }

    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Your role does not allow this.")
    }

    #[must_use]
    pub fn conflict(detail: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", detail)
    }

    #[must_use]
    pub fn precondition_failed() -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "precondition_failed",
            "The resource has changed: If-Match names an older version.",
        )
    }

    #[must_use]
    pub fn invalid(faults: Faults) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_input", "The request has faults; see errors.");
        problem.errors = faults.0;
        problem
    }

    #[must_use]
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// The same `Idempotency-Key` came with another body, or asked for something else.
    #[must_use]
    pub fn key_reused() -> Self {
        let detail = "This Idempotency-Key was used for another request.";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail)
    }

    /// The first request with this `Idempotency-Key` has not been answered yet.
    #[must_use]
    pub fn still_running(seconds: u32) -> Self {
        let detail = "A request with this Idempotency-Key is still being worked on.";
        Self { retry_after: Some(seconds), ..Self::new(StatusCode::CONFLICT, "still_running", detail) }
    }

    /// Too much in too short a time; worth another try after so many seconds.
    #[must_use]
    pub fn too_many_requests(seconds: u32) -> Self {
        let detail = "Too many requests; try again later.";
        Self { retry_after: Some(seconds), ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail) }
    }

    /// The same, with the faults that it is about.
    #[must_use]
    pub fn with(self, faults: Faults) -> Self {
        Self { errors: faults.0, ..self }
    }

    /// Its body.
    #[must_use]
    pub fn body(&self) -> Value {
        // Texts and numbers: this cannot fail.
        serde_json::to_value(self.wire()).unwrap_or_default()
    }

    fn wire(&self) -> Wire<'_> {
        Wire {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            errors: &self.errors,
        }
    }

    /// The same, worth another try after so many seconds.
    #[must_use]
    pub fn after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    pub(crate) fn unavailable(cause: &dyn std::error::Error) -> Self {
        tracing::error!(cause = %chain(cause), "dependency failed");
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "A service behind the API does not answer; try again shortly.",
        );
        problem.retry_after = Some(1);
        problem
    }

    pub(crate) fn internal(cause: &dyn std::error::Error) -> Self {
        tracing::error!(cause = %chain(cause), "internal error");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side.")
    }
}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        Self::invalid(faults)
    }
}

impl From<JsonError> for Problem {
    fn from(error: JsonError) -> Self {
        Self::bad_request("malformed_json", format!("The body is not acceptable JSON: {error}."))
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Conflict => Self::conflict("The resource was changed at the same moment; read it again."),
            StoreError::Throttled | StoreError::Unavailable(_) => Self::unavailable(&error),
            StoreError::Corrupt(_) | StoreError::Rejected(_) => Self::internal(&error),
        }
    }
}

impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        Self::unavailable(&error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.wire())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
