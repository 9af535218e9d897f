//! Requests to the router over the ports in memory.

use std::sync::Arc;

use axum::Router;
use crm_domain::event::Event;
use crm_domain::json::Json;
use crm_domain::time::Time;
use crm_lambda::api::App;
use crm_testing::{Memory, cases, fuzz_requests, keys, send, send_event, settings, walk};
use serde_json::json;

use crate::http;

fn router(memory: Arc<Memory>) -> Router {
    http::router(App { store: memory, queue: Arc::new(()), settings: settings() }, keys())
}

#[tokio::test]
async fn every_event_of_the_folder_gets_its_answer() {
    let router = router(Arc::default());
    for (case, event) in cases("dashboard-api") {
        let answer = send_event(&router, &event).await;
        assert_eq!(answer.status, if case.starts_with("bad-") { 401 } else { 200 }, "{case}");
    }
}

#[tokio::test]
async fn figures_follow_orders_and_their_cancellation() {
    let memory = Arc::new(Memory::default());
    let router = router(memory.clone());
    let event = |kind: &str, id: u32, data| {
        let json = json!({"specversion": "1.0", "id": id.to_string(), "source": "/t", "type": kind, "time": "2026-01-05T00:00:00Z", "data": data});
        Event::parse(&Json::parse(json.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap()
    };
    memory.apply(&[
        event("crm.order.place.v1", 1, json!({"email": "a@x.in", "orderId": "1", "total": 10.25, "placedAt": "2025-12-31"})),
        event("crm.order.place.v1", 2, json!({"email": "a@x.in", "orderId": "2", "total": 5})),
        event("crm.order.status.v1", 3, json!({"orderId": "2", "status": "cancelled"})),
    ]);
    let stats = send(&router, "GET", "/api/stats", "").await.json;
    assert_eq!((&stats["customers"], &stats["orders"], &stats["revenue"]), (&json!(1), &json!(1), &json!(10.25)));
    assert_eq!(stats["daily"][0], json!({"date": "2025-12-31", "orders": 1, "revenue": 10.25, "customers": 0}));
}

#[tokio::test]
async fn every_role_is_let_in_where_the_table_says() {
    assert_eq!(walk("dashboard-api", &router(Arc::default())).await, 7);
}

#[test]
fn requests_of_any_form_get_an_answer_that_can_be_read() {
    fuzz_requests("dashboard-api", 60, || router(Arc::default()));
}
