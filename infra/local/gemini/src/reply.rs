//! The shapes of answers: `GenerateContentResponse`, and the error envelope of Google's APIs.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use serde_json::{Value, json};

use crate::request::Request;

/// An answer, whose body may fail on the way.
pub(crate) type Reply = Response<BoxBody<Bytes, io::Error>>;

/// JSON with a status.
pub(crate) fn json(status: u16, body: &Value) -> Reply {
    bytes(status, body.to_string())
}

pub(crate) fn bytes(status: u16, body: impl Into<Bytes>) -> Reply {
    let body = Full::new(body.into()).map_err(|never: Infallible| match never {}).boxed();
    headed(status, body)
}

fn headed(status: u16, body: BoxBody<Bytes, io::Error>) -> Reply {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=UTF-8"));
    response
}

/// A complete answer.
pub(crate) fn said(request: &Request, text: &str) -> Reply {
    candidate(request, &json!({ "parts": [{ "text": text }], "role": "model" }), "STOP")
}

/// An answer that ends for `reason`.
pub(crate) fn candidate(request: &Request, content: &Value, reason: &str) -> Reply {
    let length = content.pointer("/parts/0/text").and_then(Value::as_str).map_or(0, |text| text.chars().count());
    let candidate = json!({ "content": content, "finishReason": reason, "index": 0 });
    envelope(request, json!({ "candidates": [candidate] }), length)
}

/// The rest of an answer around `body`, whose text has `length` characters.
pub(crate) fn envelope(request: &Request, mut body: Value, length: usize) -> Reply {
    // About four characters to a token.
    let (prompt, candidates) = (request.length().div_ceil(4), length.div_ceil(4));
    let thoughts = if request.thinks() && length > 0 { 16 } else { 0 };
    let mut usage = json!({ "promptTokenCount": prompt, "totalTokenCount": prompt + candidates + thoughts });
    if candidates > 0 {
        usage["candidatesTokenCount"] = json!(candidates);
    }
    if thoughts > 0 {
        usage["thoughtsTokenCount"] = json!(thoughts);
    }
    body["usageMetadata"] = usage;
    body["modelVersion"] = json!("local");
    json(200, &body)
}

/// An error, with what else is known of it.
pub(crate) fn error(status: u16, message: &str, details: &[Value]) -> Reply {
    let word = match status {
        400 => "INVALID_ARGUMENT",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => "INTERNAL",
    };
    let mut error = json!({ "code": status, "message": message, "status": word });
    if !details.is_empty() {
        error["details"] = json!(details);
    }
    json(status, &json!({ "error": error }))
}

pub(crate) fn key_refused() -> Reply {
    let info = json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": { "service": "generativelanguage.googleapis.com" },
    });
    error(400, "API key not valid. Please pass a valid API key.", &[info])
}

pub(crate) fn model_unknown(model: &str) -> Reply {
    let message = format!("models/{model} is not found for API version v1beta, or is not supported for generateContent.");
    error(404, &message, &[])
}

pub(crate) fn over_quota(retry_after: Option<u64>, retry_info: Option<&str>) -> Reply {
    let quota = json!({
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{ "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests" }],
    });
    let kind = "type.googleapis.com/google.rpc.RetryInfo";
    let retry = retry_info.map(|delay| json!({ "@type": kind, "retryDelay": delay }));
    let details: Vec<Value> = [quota].into_iter().chain(retry).collect();
    let mut reply = error(429, "You exceeded your current quota, please check your plan and billing details.", &details);
    if let Some(seconds) = retry_after {
        reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    reply
}

/// The head of an answer and the beginning of its body, and then the connection ends.
pub(crate) fn torn() -> Reply {
    let begun = stream::iter([Ok(Frame::data(Bytes::from_static(b"{\"candidates\":")))]);
    let torn = stream::once(async {
        // So that what came before is on its way.
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(io::ErrorKind::ConnectionReset.into())
    });
    headed(200, BodyExt::boxed(StreamBody::new(begun.chain(torn))))
}
