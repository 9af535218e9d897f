//! Health, and signatures of receipts.

mod recipients;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crm_domain::ports::QueueName;
use crm_domain::time::Time;
use crm_lambda::addresses::Addresses;
use crm_lambda::auth::sign;
use crm_lambda::routes;
use crm_testing::{Answer, Memory, answer, cases, fuzz_requests, keys, send_event, settings};

use crate::http::{App, router};

fn crm() -> (Router, Arc<Memory>) {
    let memory = Arc::new(Memory::default());
    let addresses = Addresses::new(memory.clone(), memory.clone());
    let app = App { store: memory.clone(), queue: memory.clone(), keys: keys(), addresses, settings: settings() };
    (router(app), memory)
}

const RECEIPT: &str = r#"{"messageId":"01900000-0000-7000-8000-000000000000.00000000-0000-5000-8000-000000000000","status":"delivered","at":"2026-01-01"}"#;

async fn post(router: &Router, key: &str, provider: &str, age: i64, body: &str) -> Answer {
    let timestamp = (Time::now().micros() / 1_000_000 - age).to_string();
    let tag = sign(key, &format!("receipts/{provider}"), format!("m1.{timestamp}.{body}").as_bytes());
    let request = Request::post("/api/receipts/sim")
        .header("webhook-id", "m1")
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", format!("v1,AAAA v1,{}", STANDARD.encode(tag)));
    answer(router, request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn every_event_of_the_folder_gets_its_answer() {
    for (case, event) in cases("public-api") {
        let answer = send_event(&crm().0, &event).await;
        let refused = if case.contains("receipt") { 401 } else { 404 };
        assert_eq!(answer.status, if case.starts_with("bad-") { refused } else { 200 }, "{case}");
    }
}

#[tokio::test]
async fn signed_receipts_are_queued_and_others_are_not() {
    let (router, memory) = crm();
    let key = "current-key-of-the-tests";
    for (refused, status) in [
        (post(&router, "wrong", "sim", 0, RECEIPT).await, 401),
        (post(&router, key, "other", 0, RECEIPT).await, 401),
        (post(&router, key, "sim", 3_600, RECEIPT).await, 401),
        (post(&router, key, "sim", 0, r#"{"messageId":"x"}"#).await, 422),
    ] {
        assert_eq!(refused.status, status, "{refused:?}");
    }
    assert!(memory.drain(QueueName::Receipts).is_empty());
    assert_eq!(post(&router, key, "sim", 0, RECEIPT).await.status, 202);
    assert_eq!(memory.drain(QueueName::Receipts).len(), 1);
}

#[tokio::test]
async fn a_path_that_is_no_text_is_a_problem_like_others() {
    let own = routes::ALL.iter().filter(|one| one.function == "public-api");
    for (method, path) in own.filter_map(|one| Some((one.verb.as_str(), one.path.split_once('{')?.0))) {
        let request = Request::builder().method(method).uri(format!("{path}%ff")).body(Body::empty()).unwrap();
        let refused = answer(&crm().0, request).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (400, Some("malformed_path")), "{path}: {refused:?}");
        assert_eq!(refused.headers["content-type"], "application/problem+json", "{path}");
    }
}

#[test]
fn requests_of_any_form_get_an_answer_that_can_be_read() {
    fuzz_requests("public-api", 60, || crm().0);
}
