//! Requests to the router over the ports in memory.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use crm_domain::email::Email;
use crm_domain::event::Event;
use crm_domain::ids::CustomerId;
use crm_domain::json::Json;
use crm_domain::ports::{ForgetTraces as _, QueueName};
use crm_domain::time::Time;
use crm_lambda::api::App;
use crm_testing::{Memory, answer, cases, fuzz_requests, keys, send, send_event, settings, token, walk};
use serde_json::json;

use crate::http::router;

fn crm() -> (Router, Arc<Memory>) {
    let memory = Arc::new(Memory::default());
    let app = App { store: memory.clone(), queue: memory.clone(), settings: settings() };
    (router(app, keys()), memory)
}

fn apply_queued(memory: &Memory) {
    for message in memory.drain(QueueName::Orders) {
        let items = match Json::parse(message.body.as_bytes()).unwrap() {
            Json::List(items) => items,
            one => vec![one],
        };
        let events: Vec<Event> =
            items.iter().map(|item| Event::parse(item, &settings().currency, Time::now()).unwrap()).collect();
        memory.apply(&events);
    }
}

#[tokio::test]
async fn every_event_of_the_folder_gets_its_answer() {
    for (case, event) in cases("orders-api") {
        let (router, memory) = crm();
        let answer = send_event(&router, &event).await;
        if case.starts_with("bad-") {
            assert!((400..500).contains(&answer.status), "{case}: {answer:?}");
            assert!(answer.json["code"].is_string(), "{case}");
            assert!(memory.drain(QueueName::Orders).is_empty(), "{case} queued something");
        } else {
            assert!((200..300).contains(&answer.status), "{case}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn replayed_order_counts_once() {
    let (router, memory) = crm();
    let body = r#"{"email":"a@x.in","orderId":"7","total":12.5}"#;
    let first = send(&router, "POST", "/api/orders", body).await;
    let again = send(&router, "POST", "/api/orders", body).await;
    assert_eq!((first.status, &first.json["id"]), (202, &again.json["id"]));
    apply_queued(&memory);
    let list = send(&router, "GET", "/api/orders", "").await;
    assert_eq!(list.json["items"].as_array().unwrap().len(), 1);
    assert_eq!(list.json["items"][0]["total"], 12.5);
    assert_eq!(list.json["nextCursor"], json!(null));
}

#[tokio::test]
async fn an_order_names_its_customer_until_they_are_erased() {
    let (router, memory) = crm();
    let placed = send(&router, "POST", "/api/orders", r#"{"email":"A@x.in ","orderId":"7","total":1}"#).await;
    apply_queued(&memory);
    let id = CustomerId::of(&Email::parse("a@x.in").unwrap());
    let path = format!("/api/orders/{}", placed.json["id"].as_str().unwrap());
    let named = async || {
        let (one, list) = (send(&router, "GET", &path, "").await.json, send(&router, "GET", "/api/orders", "").await.json);
        [one.get("customerId").cloned(), list["items"][0].get("customerId").cloned()]
    };
    assert_eq!(named().await, [Some(json!(id.to_string())), Some(json!(id.to_string()))]);
    assert_eq!(memory.forget_orders(id, Time::now()).await.unwrap(), 1);
    assert_eq!(named().await, [None, None]);
}

#[tokio::test]
async fn an_idempotency_key_is_an_identity() {
    let (router, _) = crm();
    let post = async |key: Option<&str>| {
        let mut request = Request::post("/api/orders").header("authorization", format!("Bearer {}", token("owner", &json!({}))));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        answer(&router, request.body(Body::from(r#"{"email":"a@x.in","total":1}"#)).unwrap()).await.json["id"].clone()
    };
    assert_eq!(post(Some("k1")).await, post(Some("k1")).await);
    assert_ne!(post(Some("k1")).await, post(Some("k2")).await);
    assert_ne!(post(None).await, post(None).await);
}

#[tokio::test]
async fn a_change_of_status_is_queued_and_guarded_by_if_match() {
    let (router, memory) = crm();
    let placed = send(&router, "POST", "/api/orders", r#"{"email":"a@x.in","orderId":"7","total":1}"#).await;
    let path = format!("/api/orders/{}", placed.json["id"].as_str().unwrap());
    assert_eq!(send(&router, "PATCH", &path, r#"{"status":"refunded"}"#).await.status, 404, "not applied yet");
    apply_queued(&memory);
    let stale = Request::patch(&path)
        .header("authorization", format!("Bearer {}", token("owner", &json!({}))))
        .header("if-match", "\"99\"")
        .body(Body::from(r#"{"status":"refunded"}"#))
        .unwrap();
    assert_eq!(answer(&router, stale).await.status, 412);
    assert_eq!(send(&router, "PATCH", &path, r#"{"status":"refunded"}"#).await.status, 202);
    apply_queued(&memory);
    assert_eq!(send(&router, "GET", &path, "").await.json["status"], "refunded");
}

#[tokio::test]
async fn no_status_changes_that_the_audit_log_has_not_been_told_of() {
    let (router, memory) = crm();
    let placed = send(&router, "POST", "/api/orders", r#"{"email":"a@x.in","orderId":"7","total":1}"#).await;
    let path = format!("/api/orders/{}", placed.json["id"].as_str().unwrap());
    apply_queued(&memory);
    memory.set_audit_down(true);
    assert_eq!(send(&router, "PATCH", &path, r#"{"status":"refunded"}"#).await.status, 503);
    assert!(memory.drain(QueueName::Orders).is_empty() && memory.told().is_empty());
    memory.set_audit_down(false);
    assert_eq!(send(&router, "PATCH", &path, r#"{"status":"refunded"}"#).await.status, 202);
    assert_eq!((memory.drain(QueueName::Orders).len(), memory.told().len()), (1, 1));
}

#[tokio::test]
async fn every_field_is_held_to_its_limits() {
    let (router, memory) = crm();
    let item = |sku: &str, quantity: serde_json::Value, price: serde_json::Value| json!({"email": "a@x.in", "items": [{"sku": sku, "name": "n", "quantity": quantity, "unitPrice": price}]});
    let refused = [
        (json!({"email": "a@x.in"}), "total"),
        (json!({"total": 1}), "email"),
        (json!({"email": "a@x.in", "items": null}), "total"),
        (json!({"email": "a@x.in", "items": []}), "items"),
        (json!({"email": "a@x.in", "items": [], "total": 1}), "items"),
        (item("", json!(1), json!(1)), "items[0].sku"),
        (item(&"s".repeat(101), json!(1), json!(1)), "items[0].sku"),
        (item("s", json!(0), json!(1)), "items[0].quantity"),
        (item("s", json!(1_000_001), json!(1)), "items[0].quantity"),
        (item("s", json!("1"), json!(1)), "items[0].quantity"),
        (item("s", json!(1), json!(-0.01)), "items[0].unitPrice"),
        (item("s", json!(1), json!(0.001)), "items[0].unitPrice"),
        (item("s", json!(1_000_000), json!(1_000_000_000)), "items"),
        (json!({"email": "a@x.in", "total": 1e15}), "total"),
        (json!({"email": "a@x.in", "total": "12"}), "total"),
        (json!({"email": "a@x.in", "total": 1, "currency": "USD"}), "currency"),
        (json!({"email": "a@x.in", "total": 1, "placedAt": "0000-01-01"}), "placedAt"),
        (json!({"email": "a@x.in", "total": 1, "placedAt": "9999-12-31T00:00:00Z"}), "placedAt"),
        (json!({"email": "a@x.in", "total": 1, "placedAt": "2190-01-01"}), "placedAt"),
        (json!({"email": "a@x.in", "total": 1, "placedAt": "2026-01-01T00:00:00+99:00"}), "placedAt"),
        (json!({"email": "a@x.in", "total": 1, "orderId": ""}), "orderId"),
        (json!({"email": "a@x.in", "total": 1, "orderId": "a\nb"}), "orderId"),
        (json!({"email": "a@x.in", "total": 1, "status": "lost"}), "status"),
        (json!({"email": "a@x.in", "total": 1, "extra": 1}), "extra"),
        (json!({"email": "a@x.in", "total": 1, "quantity": 0}), "quantity"),
    ];
    for (body, field) in refused {
        let answer = send(&router, "POST", "/api/orders", body.to_string()).await;
        assert_eq!((answer.status, answer.fields()), (422, vec![field]), "{body}");
    }
    assert!(memory.drain(QueueName::Orders).is_empty());
    for body in [
        json!({"email": "a@x.in", "total": 0}),
        item("s", json!(1.0), json!(0)),
        json!({"email": "a@x.in", "total": 1_000_000_000_000_i64, "orderId": null}),
    ] {
        assert_eq!(send(&router, "POST", "/api/orders", body.to_string()).await.status, 202, "{body}");
    }
}

#[tokio::test]
async fn every_role_is_let_in_where_the_table_says() {
    assert_eq!(walk("orders-api", &crm().0).await, 5 * 7);
}

#[test]
fn requests_of_any_form_get_an_answer_that_can_be_read() {
    fuzz_requests("orders-api", 60, || crm().0);
}
