//! Requests to the router over the ports in memory.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use crm_domain::event::Event;
use crm_domain::json::Json;
use crm_domain::time::Time;
use crm_lambda::api::App;
use crm_testing::{Memory, answer, cases, keys, send, send_event, settings, token, walk};
use serde_json::{Value, json};

use crate::http::router;

fn crm() -> Router {
    let memory = Arc::new(Memory::default());
    let events: Vec<Event> = (0..30)
        .map(|n| {
            let json = json!({
                "specversion": "1.0", "id": format!("{n}"), "source": "/t", "type": "crm.order.place.v1", "time": "2026-01-01T00:00:00Z",
                "data": {"email": format!("c{n}@x.in"), "orderId": format!("{n}"), "total": n * 100},
            });
            Event::parse(&Json::parse(json.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap()
        })
        .collect();
    memory.apply(&events);
    router(App { store: memory, queue: Arc::new(()), settings: settings() }, keys())
}

fn spent_over(amount: u32) -> Value {
    json!({"combinator": "and", "rules": [{"field": "totalSpend", "operator": ">", "value": amount}]})
}

#[tokio::test]
async fn every_event_of_the_folder_gets_its_answer() {
    for (case, event) in cases("segments-api") {
        let answer = send_event(&crm(), &event).await;
        let wanted = if case.starts_with("bad-") { 400..500 } else { 200..300 };
        assert!(wanted.contains(&answer.status), "{case}: {answer:?}");
    }
}

#[tokio::test]
async fn preview_counts_exactly_and_shows_at_most_twenty() {
    let router = crm();
    for (amount, count) in [(0, 29), (500, 24), (2_900, 0)] {
        let answer = send(&router, "POST", "/api/segments/preview", json!({"rules": spent_over(amount)}).to_string()).await;
        assert_eq!((answer.status, &answer.json["count"], &answer.json["total"]), (200, &json!(count), &json!(30)));
        assert_eq!(answer.json["sample"].as_array().unwrap().len(), count.min(20));
        assert!(answer.json["tookMs"].is_u64());
    }
}

#[tokio::test]
async fn members_are_paged_each_once() {
    let router = crm();
    let made = send(&router, "POST", "/api/segments", json!({"name": "S", "rules": spent_over(500)}).to_string()).await;
    let path = format!("/api/segments/{}", made.json["id"].as_str().unwrap());
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = send(&router, "GET", &format!("{path}/members?limit=7{cursor}"), "").await;
        assert_eq!(page.status, 200);
        seen.extend(page.json["items"].as_array().unwrap().iter().map(|item| item["email"].as_str().unwrap().to_owned()));
        match page.json["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    seen.sort();
    let mut expected: Vec<String> = (6..30).map(|n| format!("c{n}@x.in")).collect();
    expected.sort();
    assert_eq!(seen, expected);
    let why = send(&router, "GET", &format!("{path}/explain?email=c3@x.in"), "").await;
    assert_eq!((why.status, &why.json["holds"], &why.json["rules"][0]["seen"]), (200, &json!(false), &json!(300)));
    assert_eq!(send(&router, "GET", &format!("{path}/explain?email=nobody@x.in"), "").await.status, 404);
    assert_eq!(send(&router, "GET", &format!("{path}/explain"), "").await.status, 422);
}

#[tokio::test]
async fn a_segment_is_changed_only_by_who_knows_its_version() {
    let router = crm();
    let made = send(&router, "POST", "/api/segments", json!({"name": "S", "rules": spent_over(1)}).to_string()).await;
    assert_eq!(made.status, 201);
    let path = made.headers["location"].to_str().unwrap().to_owned();
    let change = async |tag: &str| {
        let request = Request::patch(&path)
            .header("authorization", format!("Bearer {}", token("marketer", &json!({}))))
            .header("if-match", tag);
        answer(&router, request.body(Body::from(r#"{"name":"T","description":null}"#)).unwrap()).await
    };
    assert_eq!(change("\"1\"").await.status, 200);
    assert_eq!(change("\"1\"").await.status, 412);
    assert_eq!(send(&router, "GET", &path, "").await.json["name"], "T");
    assert_eq!(send(&router, "PATCH", &path, r#"{"name":null}"#).await.status, 422);
    assert_eq!(send(&router, "DELETE", &path, "").await.status, 204);
    assert_eq!(send(&router, "GET", &path, "").await.status, 404);
}

#[tokio::test]
async fn analysts_read_but_do_not_write() {
    let router = crm();
    let post = |path: &str, body: Value| {
        Request::post(path)
            .header("authorization", format!("Bearer {}", token("analyst", &json!({}))))
            .body(Body::from(body.to_string()))
            .unwrap()
    };
    let body = json!({"name": "S", "rules": spent_over(1)});
    assert_eq!(answer(&router, post("/api/segments", body)).await.status, 403);
    assert_eq!(answer(&router, post("/api/segments/preview", json!({"rules": spent_over(1)}))).await.status, 200);
}

#[tokio::test]
async fn every_role_is_let_in_where_the_table_says() {
    assert_eq!(walk("segments-api", &crm()).await, 8 * 7);
}
