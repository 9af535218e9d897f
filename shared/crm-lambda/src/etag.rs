//! `ETag` and `If-Match` (RFC 9110): a version number in quotes.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::problem::Problem;

/// The tag of a version.
#[must_use]
pub fn etag(version: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Refuses the request when it has an `If-Match` that does not name `version`.
pub fn check_match(headers: &HeaderMap, version: u64) -> Result<(), Problem> {
    let Some(wanted) = headers.get(header::IF_MATCH) else { return Ok(()) };
    let wanted = wanted.to_str().unwrap_or_default();
    let current = format!("\"{version}\"");
    if wanted.split(',').map(str::trim).any(|tag| tag == "*" || tag == current) {
        Ok(())
    } else {
        Err(Problem::precondition_failed())
    }
}
