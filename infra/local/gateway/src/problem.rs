//! The answers that API Gateway and `CloudFront` would give themselves, as problem details (RFC 9457).

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::json;

/// No function serves the path.
pub fn route_not_found() -> Response<Full<Bytes>> {
    problem(StatusCode::NOT_FOUND, "route_not_found")
}

/// The path is served with other methods only.
pub fn method_not_allowed(methods: &[&str]) -> Response<Full<Bytes>> {
    let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed");
    if let Ok(value) = HeaderValue::try_from(methods.join(", ")) {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}

/// Over the 10 MB that API Gateway takes.
pub fn body_too_large() -> Response<Full<Bytes>> {
    problem(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large")
}

/// Over the 8 KB of address that are taken here.
pub fn uri_too_long() -> Response<Full<Bytes>> {
    problem(StatusCode::URI_TOO_LONG, "uri_too_long")
}

/// The local identity provider cannot make anything of the body.
pub fn invalid_input() -> Response<Full<Bytes>> {
    problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid_input")
}

/// The client's body broke off.
pub fn body_unreadable() -> Response<Full<Bytes>> {
    problem(StatusCode::BAD_REQUEST, "body_unreadable")
}

/// The function failed, answered nonsense or is not there.
pub fn function_failed() -> Response<Full<Bytes>> {
    problem(StatusCode::BAD_GATEWAY, "function_failed")
}

/// The function took longer than API Gateway waits.
pub fn function_timed_out() -> Response<Full<Bytes>> {
    problem(StatusCode::GATEWAY_TIMEOUT, "function_timed_out")
}

fn problem(status: StatusCode, code: &str) -> Response<Full<Bytes>> {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = json!({"type": "about:blank", "title": title, "status": status.as_u16(), "code": code});
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}
