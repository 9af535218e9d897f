//! Requests to the router over the desk in memory.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use crm_domain::ids::ImportId;
use crm_domain::import::Header;
use crm_domain::ports::{Outgoing, QueueName};
use crm_testing::{Answer, AtDesk, answer, cases, keys, send, send_event, token};
use serde_json::{Value, json};

use crate::http::{App, router};

fn crm() -> (Router, AtDesk) {
    let desk = AtDesk::default();
    let shared = Arc::new(desk.clone());
    (router(App { store: shared.clone(), uploads: shared.clone(), queues: shared }, keys()), desk)
}

async fn send_as(router: &Router, role: &str, method: &str, path: &str, body: &str) -> Answer {
    let request =
        Request::builder().method(method).uri(path).header("authorization", format!("Bearer {}", token(role, &json!({}))));
    answer(router, request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn every_event_of_the_folder_gets_its_answer() {
    for (case, event) in cases("admin-api") {
        let (router, _) = crm();
        let answer = send_event(&router, &event).await;
        if case.starts_with("bad-") {
            assert!((400..500).contains(&answer.status), "{case}: {answer:?}");
            assert!(answer.json["code"].is_string(), "{case}");
        } else {
            assert!((200..300).contains(&answer.status), "{case}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn queues_are_for_owners_and_administrators() {
    let (router, desk) = crm();
    desk.desk().dead.insert(QueueName::Orders, vec![Outgoing::default(), Outgoing::default()]);
    for role in ["marketer", "analyst"] {
        for (method, path) in [("GET", "/api/queues"), ("POST", "/api/queues/orders/redrive")] {
            let refused = send_as(&router, role, method, path, "").await;
            assert_eq!((refused.status, &refused.json["code"]), (403, &json!("forbidden")), "{role} {path}");
        }
    }
    let listed = send_as(&router, "admin", "GET", "/api/queues", "").await;
    let orders = listed.json["items"].as_array().unwrap().iter().find(|queue| queue["name"] == "orders").unwrap();
    let expected = json!({"name": "orders", "depth": 0, "inFlight": 0, "delayed": 0, "deadLetters": 2, "ageSeconds": null});
    assert_eq!(*orders, expected);
    let moved = send(&router, "POST", "/api/queues/orders/redrive", "").await;
    assert_eq!((moved.status, moved.json), (202, json!({"name": "orders", "moved": 2})));
    assert_eq!(desk.desk().queues[&QueueName::Orders].len(), 2);
}

#[tokio::test]
async fn an_import_is_started_and_found_where_location_says() {
    let (router, desk) = crm();
    let begun = send(&router, "POST", "/api/imports", r#"{"kind":"customers","mapping":{"name":"Full"}}"#).await;
    assert_eq!(begun.status, 201);
    let id = begun.json["id"].as_str().unwrap().to_owned();
    assert_eq!(
        begun.json["upload"],
        json!({"method": "PUT", "url": format!("http://files.test/imports/{id}/file.csv"), "headers": {}})
    );
    assert_eq!(begun.json["status"], "waiting");
    let location = begun.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(location, format!("/api/imports/{id}"));
    let id = ImportId::parse(&id).unwrap();
    {
        let mut desk = desk.desk();
        let (_, import) = desk.imports.get_mut(&id).unwrap();
        import.tag = Some("t".into());
        (import.bytes_total, import.bytes_read, import.rows, import.accepted, import.rejected) = (100, 100, 9, 7, 2);
        (import.parts, import.pending) = (3, [1].into());
        import.header = Some(Header { columns: vec![None], ignored: vec!["shoe size".into()], delimiter: ',', end: 9, line: 2 });
    }
    let found = send(&router, "GET", &location, "").await.json;
    assert_eq!((&found["status"], &found["pendingParts"], &found["parts"]), (&json!("applying"), &json!(1), &json!(3)));
    assert_eq!((&found["ignoredColumns"], found.get("error")), (&json!(["shoe size"]), None));
    desk.desk().imports.get_mut(&id).unwrap().1.error = Some("no column".into());
    let failed = send(&router, "GET", &location, "").await.json;
    assert_eq!((&failed["status"], &failed["error"]), (&json!("failed"), &json!("no column")));
    let listed = send(&router, "GET", "/api/imports", "").await.json;
    assert_eq!(listed["items"], Value::Array(vec![failed]));
}

#[tokio::test]
async fn an_import_that_makes_no_sense_is_refused_with_every_fault() {
    let (router, desk) = crm();
    for (body, fields) in [
        ("{}", vec!["kind"]),
        (r#"{"kind":"shoes"}"#, vec!["kind"]),
        (r#"{"kind":"orders","mapping":{"visits":"V","total":"\u0007"},"x":1}"#, vec!["mapping.total", "mapping.visits", "x"]),
        (r#"{"kind":"orders","mapping":{"total":1}}"#, vec!["mapping"]),
        (r#"{"kind":"orders","mapping":[]}"#, vec!["mapping"]),
        ("[]", vec![""]),
    ] {
        let refused = send(&router, "POST", "/api/imports", body).await;
        assert_eq!((refused.status, refused.fields()), (422, fields), "{body}");
    }
    assert_eq!(send_as(&router, "analyst", "POST", "/api/imports", r#"{"kind":"orders"}"#).await.status, 403);
    assert!(desk.desk().imports.is_empty());
    for path in ["/api/imports/x", "/api/imports/x/rejected", "/api/imports/019ab1c2-3d4e-7f50-8a61-b2c3d4e5f607/rejected"] {
        assert_eq!(send(&router, "GET", path, "").await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn rejected_rows_come_as_csv_and_say_what_is_missing() {
    let (router, desk) = crm();
    let begun = send(&router, "POST", "/api/imports", r#"{"kind":"orders"}"#).await;
    let path = begun.json["id"].as_str().map(|id| format!("/api/imports/{id}/rejected")).unwrap();
    assert_eq!(send(&router, "GET", &path, "").await.text, "line,reason,row\n");
    let id = ImportId::parse(begun.json["id"].as_str().unwrap()).unwrap();
    {
        let mut desk = desk.desk();
        desk.rejected.insert((id, 0), "3,bad,x\n".into());
        desk.rejected.insert((id, 900), "70,worse,y\n".into());
        desk.rejected.insert((id, 1_000), "z".repeat(5_000_000));
        desk.imports.get_mut(&id).unwrap().1.rejected = 12;
    }
    let answer = send(&router, "GET", &path, "").await;
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(answer.text, "line,reason,row\n3,bad,x\n70,worse,y\n,10 more rejected rows are not listed,\n");
}
