//! Requests to a router, among them those of `events/`: API Gateway events just as AWS sends them.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use crm_domain::ports::SigningKeys;
use crm_domain::suppression::AddressKey;
use crm_domain::time::Time;
use crm_lambda::auth::{AUDIENCE, ISSUER, Keys};
use crm_lambda::config::Settings;
use crm_lambda::serve::finished;
use http_body_util::BodyExt as _;
use jsonwebtoken::{EncodingKey, Header};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use lambda_http::request::RequestContext;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::memory::Memory;

/// By which API Gateway knows the requests of tests.
pub(crate) const REQUEST: &str = "api-7";

/// What a router answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: axum::http::HeaderMap,
    /// `Null` where the body is not JSON.
    pub json: Value,
    pub text: String,
}

impl Answer {
    /// Paths of the fields that a problem names.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        self.json["errors"]
            .as_array()
            .map(|errors| errors.iter().filter_map(|e| e["field"].as_str()).collect())
            .unwrap_or_default()
    }
}

pub(crate) fn signing_keys() -> SigningKeys {
    SigningKeys(vec!["current-key-of-the-tests".into(), "previous-key-of-the-tests".into()])
}

/// The settings of a default deployment.
#[must_use]
pub fn settings() -> Arc<Settings> {
    let currency = crm_domain::money::Currency::parse("INR").unwrap();
    Arc::new(Settings { currency, consent_defaults: crm_domain::customer::ConsentDefaults::default() })
}

/// The keys that check [`token`]s.
#[must_use]
pub fn keys() -> Keys {
    Keys::new(Arc::new(Memory::default()))
}

/// The key of the suppression list in the tests' [`Memory`].
#[must_use]
pub fn addresses() -> AddressKey {
    AddressKey::of_secret(&signing_keys().0[0])
}

/// A token for a user of `role`, good for an hour; `changes` replaces claims (`null` removes one).
#[must_use]
pub fn token(role: &str, changes: &Value) -> String {
    let now = Time::now().micros() / 1_000_000;
    let mut claims = json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": format!("u-{role}"), "iat": now, "exp": now + 3_600,
    });
    for (name, value) in changes.as_object().into_iter().flatten() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    jsonwebtoken::encode(&Header::default(), &claims, &EncodingKey::from_secret(signing_keys().0[0].as_bytes())).unwrap()
}

/// Sends a request as an owner; `body` is sent as it is.
pub async fn send(router: &Router, method: &str, path: &str, body: impl Into<Vec<u8>>) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {}", token("owner", &json!({}))))
        .body(Body::from(body.into()))
        .unwrap();
    answer(router, request).await
}

/// Sends any request, under an id of API Gateway as all requests have one.
pub async fn answer(router: &Router, mut request: Request<Body>) -> Answer {
    if request.extensions().get::<RequestContext>().is_none() {
        let mut context = ApiGatewayV2httpRequestContext::default();
        context.request_id = Some(REQUEST.to_owned());
        request.extensions_mut().insert(RequestContext::ApiGatewayV2(context));
    }
    let response = finished(router.clone()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
    let json = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { status: parts.status.as_u16(), headers: parts.headers, json, text }
}

/// The names and texts of `events/FUNCTION/*.json`; there must be a good and a bad one (`bad-...`).
#[must_use]
pub fn cases(function: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events").join(function);
    let mut cases: Vec<(String, String)> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    cases.sort();
    assert!(cases.iter().any(|(name, _)| name.starts_with("bad-")), "{function} has no bad case");
    assert!(cases.iter().any(|(name, _)| !name.starts_with("bad-")), "{function} has no good case");
    cases
}

/// Sends an API Gateway event (payload 2.0) through the same conversion as in Lambda, with a real token for `TOKEN`.
pub async fn send_event(router: &Router, event: &str) -> Answer {
    let event = event.replace("Bearer TOKEN", &format!("Bearer {}", token("owner", &json!({}))));
    let request = lambda_http::request::from_str(&event).unwrap();
    let (parts, body) = request.into_parts();
    let bytes: Vec<u8> = body.as_ref().to_vec();
    answer(router, Request::from_parts(parts, Body::from(bytes))).await
}
