//! Exports over the ports in memory, as far as the API goes.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use crm_domain::export::ExportStatus;
use crm_domain::ids::ExportId;
use crm_domain::membership::{Step, Task};
use crm_domain::ports::{KeepExportFiles, KeepExports, QueueName, Versioned};
use crm_domain::time::{DAY, Time};
use crm_lambda::api::App;
use crm_testing::{Answer, Memory, answer, keys, settings, token};
use serde_json::{Value, json};

use crate::http::router;

const ID: &str = "01900000-0000-7000-8000-00000000000a";

fn crm() -> (Router, Arc<Memory>) {
    let memory = Arc::new(Memory::default());
    let rules = json!({"combinator": "and", "rules": [{"field": "city", "operator": "=", "value": "Pune"}]});
    memory.keep_segment(ID, "Pune", &rules);
    let app = App { store: memory.clone(), queue: memory.clone(), settings: settings() };
    (router(app, memory.clone(), keys()), memory)
}

async fn ask(router: &Router, role: &str, method: &str, path: &str, key: Option<&str>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    request = request.header("authorization", format!("Bearer {}", token(role, &json!({}))));
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    answer(router, request.body(Body::empty()).unwrap()).await
}

async fn begin(router: &Router, role: &str) -> String {
    let begun = ask(router, role, "POST", &format!("/api/segments/{ID}/exports"), None).await;
    assert_eq!((begun.status, &begun.json["status"]), (202, &json!("queued")), "{begun:?}");
    let location = begun.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(location, format!("/api/exports/{}", begun.json["id"].as_str().unwrap()));
    location
}

/// Ends an export as the worker does.
async fn finish(memory: &Memory, location: &str) {
    let id = ExportId::parse(location.rsplit('/').next().unwrap()).unwrap();
    let Versioned { version, record } = memory.export(id).await.unwrap().unwrap();
    let upload = memory.begin_export_file(id).await.unwrap();
    let part = memory.put_export_part(id, &upload, 1, b"id\r\n".to_vec()).await.unwrap();
    memory.finish_export_file(id, &upload, &[part]).await.unwrap();
    memory.update_export(version, &record.done(Time::now())).await.unwrap();
}

#[tokio::test]
async fn an_export_is_queued_and_then_downloaded() {
    let (router, memory) = crm();
    let location = begin(&router, "marketer").await;
    let queued = memory.drain(QueueName::Segments);
    assert!(crm_testing::carry_request(&queued), "{queued:?}");
    let Task::Export(call) = Step::parse(&queued[0].body).unwrap().task else { panic!("no export") };
    assert_eq!((queued.len(), call.version, location.ends_with(&call.export.to_string())), (1, 1, true));
    let running = ask(&router, "marketer", "GET", &location, None).await;
    assert_eq!(
        (running.status, &running.json["status"], &running.json["rows"], &running.json["segmentId"]),
        (200, &json!("running"), &json!(0), &json!(ID))
    );
    assert!(running.json.get("url").is_none());
    finish(&memory, &location).await;
    let done = ask(&router, "marketer", "GET", &location, None).await.json;
    assert!(done["url"].as_str().unwrap().contains("filename=\"Pune 2"), "{done}");
    assert!(done["urlExpiresAt"].is_string() && done["finishedAt"].is_string() && done.get("error").is_none());
    assert_eq!(memory.told(), [("u-marketer".to_owned(), "export_segment".to_owned(), format!("segments/{ID}"))]);
}

#[tokio::test]
async fn an_export_is_for_who_asked_for_it_and_for_owners() {
    let (router, memory) = crm();
    let location = begin(&router, "marketer").await;
    finish(&memory, &location).await;
    for (role, status) in [("owner", 200), ("marketer", 200), ("admin", 403), ("analyst", 403)] {
        assert_eq!(ask(&router, role, "GET", &location, None).await.status, status, "{role}");
    }
    assert_eq!(ask(&router, "analyst", "POST", &format!("/api/segments/{ID}/exports"), None).await.status, 403);
}

#[tokio::test]
async fn a_file_that_is_old_or_gone_has_no_url() {
    let (router, memory) = crm();
    let (old, gone) = (begin(&router, "owner").await, begin(&router, "owner").await);
    finish(&memory, &old).await;
    let id = ExportId::parse(old.rsplit('/').next().unwrap()).unwrap();
    let held = memory.export(id).await.unwrap().unwrap();
    memory.update_export(held.version, &held.record.clone().done(Time::now().plus(-DAY))).await.unwrap();
    let answer = ask(&router, "owner", "GET", &old, None).await.json;
    assert_eq!((&answer["status"], answer.get("url")), (&json!("done"), None::<&Value>));
    finish(&memory, &gone).await;
    assert!(ask(&router, "owner", "GET", &gone, None).await.json.get("url").is_some());
    memory.forget_exports().await.unwrap();
    let answer = ask(&router, "owner", "GET", &gone, None).await.json;
    assert_eq!((&answer["status"], answer.get("url")), (&json!("done"), None::<&Value>));
}

#[tokio::test]
async fn what_cannot_be_exported_is_refused() {
    let (router, memory) = crm();
    for (path, status) in [("/api/segments/01900000-0000-7000-8000-00000000000b/exports", 404), ("/api/segments/7/exports", 404)]
    {
        assert_eq!(ask(&router, "owner", "POST", path, None).await.status, status);
    }
    assert_eq!(ask(&router, "owner", "GET", "/api/exports/7", None).await.status, 404);
    memory.unbuild_segments();
    let building = ask(&router, "owner", "POST", &format!("/api/segments/{ID}/exports"), None).await;
    assert_eq!((building.status, &building.json["code"]), (409, &json!("segment_building")));
    assert!(memory.drain(QueueName::Segments).is_empty());
}

#[tokio::test]
async fn a_repeated_request_begins_one_export() {
    let (router, memory) = crm();
    let path = format!("/api/segments/{ID}/exports");
    let first = ask(&router, "owner", "POST", &path, Some("k")).await;
    let again = ask(&router, "owner", "POST", &path, Some("k")).await;
    assert_eq!((first.status, again.status, &first.json["id"]), (202, 202, &again.json["id"]));
    let id = ExportId::parse(first.json["id"].as_str().unwrap()).unwrap();
    assert_eq!(memory.export(id).await.unwrap().unwrap().record.status(), ExportStatus::Running);
    assert_eq!(memory.told().len(), 1);
}
