//! Requests that come again, and what an earlier attempt has left.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use crm_domain::limits;
use crm_testing::{Answer, answer, send, token};
use serde_json::json;

use super::house;

/// Sends a request as an owner under an idempotency key.
async fn keyed(router: &Router, key: &str, path: &str, body: &str) -> Answer {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {}", token("owner", &json!({}))))
        .header("idempotency-key", key);
    answer(router, request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn the_same_request_again_gets_the_first_answer_and_does_nothing() {
    let (router, _, memory) = house();
    let body = r#"{"name":"Shop","scopes":["ingest"]}"#;
    let first = keyed(&router, "k1", "/api/keys", body).await;
    let again = keyed(&router, "k1", "/api/keys", body).await;
    assert_eq!((first.status, &first.text), (again.status, &again.text), "even what is shown once");
    assert_eq!(
        (&again.headers["location"], &again.headers["idempotent-replayed"]),
        (&first.headers["location"], &"true".parse().unwrap())
    );
    assert_eq!(memory.told().len(), 1);
    let other = keyed(&router, "k1", "/api/keys", r#"{"name":"Other","scopes":["ingest"]}"#).await;
    assert_eq!((other.status, &other.json["code"]), (422, &json!("idempotency_key_reused")));
    assert_eq!(
        keyed(&router, "k1", "/api/users", r#"{"email":"z@example.com","role":"analyst"}"#).await.status,
        201,
        "another route"
    );
    assert_eq!(keyed(&router, "k2", "/api/keys", body).await.status, 201);
    for bad in ["", "a\tb", &"k".repeat(151)] {
        assert_eq!(keyed(&router, bad, "/api/keys", body).await.fields(), ["Idempotency-Key"], "{bad:?}");
    }
}

#[tokio::test]
async fn an_invitation_whose_answer_was_lost_is_answered_when_it_is_asked_for_again() {
    let (router, _, memory) = house();
    let body = r#"{"email":"z@example.com","role":"analyst"}"#;
    let first = keyed(&router, "k", "/api/users", body).await;
    memory.end_leases();
    let again = keyed(&router, "k", "/api/users", body).await;
    assert_eq!((again.status, &again.text), (201, &first.text));
    for name in ["location", "etag"] {
        assert_eq!(again.headers[name], first.headers[name]);
    }
    assert_eq!(memory.told().len(), 1, "invited once");
    assert_eq!(keyed(&router, "other", "/api/users", body).await.status, 409, "another request");
}

#[tokio::test]
async fn there_are_no_more_valid_keys_than_there_may_be_however_many_were_revoked() {
    let (router, _, memory) = house();
    let body = r#"{"name":"Shop","scopes":["read"]}"#;
    let make = async || send(&router, "POST", "/api/keys", body).await;
    // Two are there from the beginning.
    for _ in 2..limits::API_KEYS - 1 {
        assert_eq!(make().await.status, 201);
    }
    for _ in 0..limits::PAGE {
        let path = make().await.headers["location"].to_str().unwrap().to_owned();
        assert_eq!(send(&router, "DELETE", &path, "").await.status, 204);
    }
    assert_eq!(keyed(&router, "last", "/api/keys", body).await.status, 201);
    assert_eq!((make().await.status, &make().await.json["code"]), (409, &json!("conflict")));
    // The last one's answer was lost: it is not one too many itself.
    memory.end_leases();
    assert_eq!(keyed(&router, "last", "/api/keys", body).await.status, 201);
    assert_eq!(make().await.status, 409);
}

#[tokio::test]
async fn a_key_that_was_revoked_stays_so_when_the_request_for_it_comes_again() {
    let (router, _, memory) = house();
    let body = r#"{"name":"Shop","scopes":["read"]}"#;
    let path = keyed(&router, "k", "/api/keys", body).await.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(send(&router, "DELETE", &path, "").await.status, 204);
    // Its answer was lost, and who revoked it is somebody else.
    memory.end_leases();
    assert_eq!(keyed(&router, "k", "/api/keys", body).await.status, 409);
    let keys = send(&router, "GET", "/api/keys", "").await.json["items"].clone();
    let id = path.rsplit_once('/').unwrap().1;
    assert!(keys.as_array().unwrap().iter().any(|key| key["id"] == id && !key["revokedAt"].is_null()), "{keys}");
}

#[tokio::test]
async fn a_refused_request_frees_its_key() {
    let (router, ..) = house();
    assert_eq!(keyed(&router, "k", "/api/keys", "{}").await.status, 422);
    assert_eq!(keyed(&router, "k", "/api/keys", r#"{"name":"Shop","scopes":["ingest"]}"#).await.status, 201);
}

#[tokio::test]
async fn a_refusal_does_not_undo_what_the_attempt_before_it_did_and_frees_no_key() {
    let (router, _, memory) = house();
    let made = send(&router, "POST", "/api/webhooks", r#"{"url":"https://shop.example.com/crm"}"#).await;
    let path = made.headers["location"].to_str().unwrap().to_owned();
    let enable = async |enabled: bool| send(&router, "PATCH", &path, json!({"enabled": enabled}).to_string()).await;
    let test = format!("{path}/test");
    let first = keyed(&router, "k", &test, "").await;
    assert_eq!(first.status, 202);
    memory.end_leases();
    enable(false).await;
    assert_eq!(keyed(&router, "k", &test, "").await.status, 409);
    enable(true).await;
    let again = keyed(&router, "k", &test, "").await;
    assert_eq!((again.status, &again.text), (202, &first.text), "at once, and the same event");
}

#[tokio::test]
async fn who_takes_over_from_a_dead_holder_makes_the_same_thing() {
    let (router, desk, memory) = house();
    let first = keyed(&router, "k", "/api/imports", r#"{"kind":"orders"}"#).await;
    memory.end_leases();
    let second = keyed(&router, "k", "/api/imports", r#"{"kind":"orders"}"#).await;
    assert_eq!((second.status, &second.json["id"]), (201, &first.json["id"]));
    assert_eq!(desk.desk().imports.len(), 1);
}
