//! Requests to the router over the ports in memory.

mod care;
mod tags;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use crm_domain::event::Event;
use crm_domain::ids::CustomerId;
use crm_domain::json::Json;
use crm_domain::membership::Cause;
use crm_domain::ports::QueueName;
use crm_domain::time::Time;
use crm_lambda::api::App;
use crm_lambda::memberships::Keeper;
use crm_testing::{Memory, answer, cases, fuzz_requests, keys, send, send_event, settings, token, walk};
use serde_json::{Value, json};

use crate::http::router;

fn crm() -> (Router, Arc<Memory>) {
    let memory = Arc::new(Memory::default());
    let app = App { store: memory.clone(), queue: memory.clone(), settings: settings() };
    (router(app, memory.clone(), keys()), memory)
}

/// Applies what the API has queued, as the worker would.
fn apply_queued(memory: &Memory, queue: QueueName) {
    let events: Vec<Event> = memory.drain(queue).iter().flat_map(|message| events(&message.body)).collect();
    memory.apply(&events);
}

fn events(body: &str) -> Vec<Event> {
    let items = match Json::parse(body.as_bytes()).unwrap() {
        Json::List(items) => items,
        one => vec![one],
    };
    items.iter().map(|item| Event::parse(item, &settings().currency, Time::now()).unwrap()).collect()
}

#[tokio::test]
async fn nobody_is_changed_by_hand_before_the_audit_log_has_been_told() {
    let (router, memory) = crm();
    let body = r#"{"email":"a@x.in","name":"Asha"}"#;
    memory.set_audit_down(true);
    assert_eq!(send(&router, "POST", "/api/customers", body).await.status, 503);
    assert!(memory.drain(QueueName::Customers).is_empty() && memory.told().is_empty());
    memory.set_audit_down(false);
    assert_eq!(send(&router, "POST", "/api/customers", r#"{"email":"a@x.in","name":7}"#).await.status, 422);
    assert!(memory.told().is_empty(), "what is refused is no change");
    for _ in 0..2 {
        let keyed = Request::post("/api/customers")
            .header("authorization", format!("Bearer {}", token("owner", &json!({}))))
            .header("idempotency-key", "k");
        let accepted = answer(&router, keyed.body(Body::from(body)).unwrap()).await;
        assert_eq!((accepted.status, &accepted.json["status"]), (202, &json!("queued")));
        assert_eq!((memory.drain(QueueName::Customers).len(), memory.told().len()), (1, 1), "who asks again is not noted again");
    }
}

#[tokio::test]
async fn every_event_of_the_folder_gets_its_answer() {
    for (case, event) in cases("customers-api") {
        let (router, memory) = crm();
        let answer = send_event(&router, &event).await;
        if case.starts_with("bad-") {
            assert!((400..500).contains(&answer.status), "{case}: {answer:?}");
            assert_eq!(answer.json["status"], answer.status, "{case}");
            assert!(answer.json["code"].is_string(), "{case}");
            assert!(memory.drain(QueueName::Customers).is_empty(), "{case} queued something");
        } else {
            assert!((200..300).contains(&answer.status), "{case}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn an_upsert_is_queued_and_then_readable_where_location_says() {
    let (router, memory) = crm();
    let answer = send(&router, "POST", "/api/customers", r#"{"email":" Asha@Example.in ","tags":["vip"]}"#).await;
    assert_eq!(answer.status, 202);
    assert_eq!(answer.json["status"], "queued");
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(send(&router, "GET", &location, "").await.status, 404);
    apply_queued(&memory, QueueName::Customers);
    let found = send(&router, "GET", &location, "").await;
    assert_eq!((found.status, &found.json["email"], &found.json["id"]), (200, &json!("asha@example.in"), &answer.json["id"]));
    assert_eq!(found.json["totalSpend"], 0);
    assert_eq!((&found.json["emailConsent"], &found.json["smsConsent"]), (&json!(true), &json!(false)));
    assert!(found.headers.contains_key("etag"));
}

#[tokio::test]
async fn all_faults_of_a_body_are_named_at_once() {
    let (router, _) = crm();
    let body = json!({
        "email": "x", "name": "a\u{7}", "phone": 5, "city": "", "tags": ["ok", 1], "attributes": {"k": [1], "": 2}, "visits": 1.5,
        "lastActiveAt": "yesterday", "smsConsent": 1, "timeZone": "Nowhere", "nope": true, "orderCount": 1,
    });
    let answer = send(&router, "POST", "/api/customers", body.to_string()).await;
    assert_eq!(answer.status, 422);
    let mut fields = answer.fields();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "attributes.",
            "attributes.k",
            "city",
            "email",
            "lastActiveAt",
            "name",
            "nope",
            "orderCount",
            "phone",
            "smsConsent",
            "tags[1]",
            "timeZone",
            "visits",
        ]
    );
}

#[tokio::test]
async fn hostile_bodies_are_refused_and_nothing_is_queued() {
    let (router, memory) = crm();
    let deep = format!(r#"{{"email":"a@x.in","attributes":{}1{}}}"#, "{\"a\":".repeat(40), "}".repeat(40));
    let long_name = json!({"email": "a@x.in", "name": "n".repeat(201)}).to_string();
    let many_tags = json!({"email": "a@x.in", "tags": vec!["t"; 51]}).to_string();
    let bodies: Vec<(Vec<u8>, u16)> = vec![
        (b"".to_vec(), 400),
        (b"{".to_vec(), 400),
        (b"[]".to_vec(), 422),
        (b"null".to_vec(), 422),
        (b"{\"email\":\"\xff\"}".to_vec(), 400),
        (br#"{"email":"a@x.in","visits":NaN}"#.to_vec(), 400),
        (br#"{"email":"a@x.in","email":"a@x.in"}"#.to_vec(), 400),
        (deep.into_bytes(), 400),
        (long_name.into_bytes(), 422),
        (many_tags.into_bytes(), 422),
        (br#"{"items":[]}"#.to_vec(), 422),
        (br#"{"items":[{"email":"bad"}]}"#.to_vec(), 422),
        (format!(r#"{{"items":[{}]}}"#, vec![r#"{"email":"a@x.in"}"#; 501].join(",")).into_bytes(), 422),
        (vec![b' '; 1_048_577], 413),
    ];
    for (body, status) in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = send(&router, "POST", "/api/customers", body).await;
        assert_eq!(answer.status, status, "{shown}");
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{shown}");
    }
    assert!(memory.drain(QueueName::Customers).is_empty());
}

#[tokio::test]
async fn a_bulk_answer_has_one_result_per_item_in_order() {
    let (router, memory) = crm();
    let body = json!({"items": [{"email": "a@x.in"}, {"email": "nope"}, {"email": "b@x.in"}]}).to_string();
    let answer = send(&router, "POST", "/api/customers", body).await;
    assert_eq!(answer.status, 202);
    let states: Vec<&Value> = answer.json["items"].as_array().unwrap().iter().map(|item| &item["status"]).collect();
    assert_eq!(states, ["queued", "rejected", "queued"]);
    assert_eq!(answer.json["items"][1]["errors"][0]["field"], "items[1].email");
    apply_queued(&memory, QueueName::Customers);
    assert_eq!(send(&router, "GET", "/api/customers", "").await.json["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn lists_page_through_everything_once_and_refuse_foreign_cursors() {
    let (router, memory) = crm();
    let items: Vec<Value> = (0..7).map(|n| json!({"email": format!("c{n}@x.in"), "name": format!("Case {n}")})).collect();
    send(&router, "POST", "/api/customers", json!({"items": items}).to_string()).await;
    apply_queued(&memory, QueueName::Customers);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = send(&router, "GET", &format!("/api/customers?limit=3{cursor}"), "").await;
        seen.extend(page.json["items"].as_array().unwrap().iter().map(|item| item["email"].as_str().unwrap().to_owned()));
        match page.json["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    seen.sort();
    assert_eq!(seen, (0..7).map(|n| format!("c{n}@x.in")).collect::<Vec<_>>());
    // The cursor belongs to the list without a search.
    assert_eq!(send(&router, "GET", &format!("/api/customers?search=case{cursor}"), "").await.status, 400);
    for bad in ["limit=0", "limit=101", "limit=x"] {
        assert_eq!(send(&router, "GET", &format!("/api/customers?{bad}"), "").await.status, 422, "{bad}");
    }
}

#[tokio::test]
async fn unknown_routes_and_methods_are_problems_too() {
    let (router, _) = crm();
    assert_eq!(send(&router, "DELETE", "/api/customers", "").await.json["code"], "method_not_allowed");
    assert_eq!(send(&router, "GET", "/api/nothing", "").await.json["code"], "route_not_found");
}

#[tokio::test]
async fn every_role_is_let_in_where_the_table_says() {
    assert_eq!(walk("customers-api", &crm().0).await, 16 * 7);
}

#[tokio::test]
async fn numbers_that_storage_cannot_hold_are_refused_and_not_queued() {
    let (router, memory) = crm();
    for (number, status) in
        [("1e-130", 422), ("-1e-101", 422), ("1.1e15", 422), ("1e-100", 202), ("0", 202), ("-0.0", 202), ("-1e15", 202)]
    {
        let body = format!(r#"{{"email":"a@x.in","attributes":{{"n":{number}}}}}"#);
        let answer = send(&router, "POST", "/api/customers", body).await;
        assert_eq!(answer.status, status, "{number}");
        assert_eq!(memory.drain(QueueName::Customers).len(), usize::from(status == 202), "{number}");
    }
}

/// Sends an upsert under an idempotency key.
async fn keyed(router: &Router, key: &str, body: &str) -> u16 {
    let request = Request::post("/api/customers")
        .header("authorization", format!("Bearer {}", token("owner", &json!({}))))
        .header("idempotency-key", key);
    answer(router, request.body(Body::from(body.to_owned())).unwrap()).await.status
}

#[tokio::test]
async fn an_upsert_sent_again_is_the_same_event_and_overwrites_nothing() {
    let (router, memory) = crm();
    let (pune, delhi) = (r#"{"email":"a@x.in","city":"Pune"}"#, r#"{"email":"a@x.in","city":"Delhi"}"#);
    assert_eq!(keyed(&router, "k1", pune).await, 202);
    assert_eq!(keyed(&router, "k2", delhi).await, 202);
    assert_eq!(keyed(&router, "k1", pune).await, 202);
    assert_eq!(keyed(&router, "k1", delhi).await, 422, "another body");
    apply_queued(&memory, QueueName::Customers);
    assert_eq!(send(&router, "GET", "/api/customers", "").await.json["items"][0]["city"], "Delhi");
}

#[tokio::test]
async fn a_profile_tells_its_segments_and_how_it_came_to_them() {
    let (router, memory) = crm();
    let rules = |city: &str| json!({"combinator": "and", "rules": [{"field": "city", "operator": "=", "value": city}]});
    memory.keep_segment("01900000-0000-7000-8000-00000000000a", "Pune", &rules("Pune"));
    memory.keep_segment("01900000-0000-7000-8000-00000000000b", "Goa", &rules("Goa"));
    let keeper = Keeper::new(memory.clone(), settings().consent_defaults);
    let mut path = String::new();
    for city in ["Pune", "Goa"] {
        let answer = send(&router, "POST", "/api/customers", json!({"email": "a@x.in", "city": city}).to_string()).await;
        path = format!("{}/segments", answer.headers["location"].to_str().unwrap());
        apply_queued(&memory, QueueName::Customers);
        let id = CustomerId::parse(answer.json["id"].as_str().unwrap()).unwrap();
        keeper.settle(&[id], Cause::Data, Time::now()).await.unwrap();
    }
    let now = send(&router, "GET", &path, "").await;
    let names: Vec<_> = now.json["items"].as_array().unwrap().iter().map(|item| item["name"].clone()).collect();
    assert_eq!(names, ["Goa"]);
    let history = send(&router, "GET", &format!("{path}/history"), "").await;
    let told: Vec<_> =
        history.json["items"].as_array().unwrap().iter().map(|item| (item["event"].clone(), item["name"].clone())).collect();
    assert_eq!(told.len(), 3);
    assert_eq!(told[2], (json!("entered"), json!("Pune")), "newest first");
    assert!(history.json["items"].as_array().unwrap().iter().all(|item| item["cause"] == "data" && item["at"].is_string()));
    // A stranger belongs nowhere.
    let stranger = "/api/customers/5b7f2c1e-8f0a-5c1d-9e2f-1a2b3c4d5e6f/segments";
    assert_eq!(send(&router, "GET", stranger, "").await.json["items"], json!([]));
    assert_eq!(send(&router, "GET", "/api/customers/7/segments", "").await.status, 404);
}

#[test]
fn requests_of_any_form_get_an_answer_that_can_be_read() {
    fuzz_requests("customers-api", 60, || crm().0);
}
