//! Requests to the router over the desk in memory.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use crm_domain::domain_event::Teller;
use crm_domain::email::Email;
use crm_domain::erasure::Erased;
use crm_domain::ids::{CustomerId, ImportId};
use crm_domain::import::Header;
use crm_domain::ports::{EditCustomers, Outgoing, QueueName};
use crm_domain::time::Time;
use crm_domain::webhook::Targets;
use crm_lambda::addresses::Addresses;
use crm_lambda::config::Telling;
use crm_testing::{
    Answer, AtDesk, Memory, answer, audit, carry_request, cases, fuzz_requests, keys, send, send_event, settings, token, walk,
};
use serde_json::{Value, json};

use crate::http::{App, router};

mod costs;
mod queues;
mod repeats;
mod settings;
mod webhooks;

fn crm() -> (Router, AtDesk) {
    let (router, desk, _) = house();
    (router, desk)
}

/// With the memory that keeps users, keys and the audit log.
fn house() -> (Router, AtDesk, Arc<Memory>) {
    let (desk, memory) = (AtDesk::default(), Arc::new(Memory::default()));
    let shared = Arc::new(desk.clone());
    let telling = Telling { targets: Targets::Public, teller: Teller::of_stage("test", settings().currency.clone()) };
    let app = App {
        store: memory.clone(),
        imports: shared.clone(),
        uploads: shared.clone(),
        queues: shared,
        settings: settings(),
        telling: Arc::new(telling),
    };
    (router(app, keys(), Addresses::new(memory.clone(), memory.clone())), desk, memory)
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
async fn whoever_was_erased_is_erased_again_for_the_request_that_asks_for_it() {
    let (router, desk, memory) = house();
    let id = CustomerId::of(&Email::parse("a@x.in").unwrap());
    let erased = Erased { id, identities: vec![id], at: Time::now(), by: audit().actor, finished_at: None };
    memory.edit(&memory.hold(&[id]).await.unwrap(), None, Some(&erased)).await.unwrap();
    let replayed = send(&router, "POST", "/api/erasures/replay", "").await;
    assert_eq!((replayed.status, &replayed.json["erasures"]), (202, &json!(1)));
    let queued = desk.desk().queues[&QueueName::Erasures].clone();
    assert!(queued.len() == 1 && carry_request(&queued), "{queued:?}");
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

#[tokio::test]
async fn a_query_that_cannot_be_read_is_a_problem_like_others() {
    for path in [
        "/api/suppressions?reason=bounce&reason=bounce",
        "/api/audit?actor=a&actor=b",
        "/api/costs?month=2026-10&month=2026-11",
        "/api/suppressions/file?channel=sms&channel=sms",
    ] {
        let refused = send(&crm().0, "GET", path, "").await;
        assert_eq!((refused.status, &refused.json["code"]), (400, &json!("malformed_query")), "{path}: {refused:?}");
        assert_eq!(refused.headers["content-type"], "application/problem+json");
    }
}

#[tokio::test]
async fn every_role_is_let_in_where_the_table_says() {
    assert_eq!(walk("admin-api", &crm().0).await, 39 * 7);
}

#[tokio::test]
async fn somebody_is_invited_changed_disabled_and_let_in_again() {
    let (router, _, memory) = house();
    let invited = send(&router, "POST", "/api/users", r#"{"email":"New@example.com","role":"analyst"}"#).await;
    assert_eq!(
        (invited.status, &invited.json["status"], &invited.json["email"]),
        (201, &json!("invited"), &json!("new@example.com"))
    );
    let again = send(&router, "POST", "/api/users", r#"{"email":"new@example.com","role":"admin"}"#).await;
    assert_eq!((again.status, &again.json["code"]), (409, &json!("conflict")));
    let path = invited.headers["location"].to_str().unwrap().to_owned();
    let changed = send(&router, "PATCH", &path, r#"{"role":"marketer"}"#).await;
    assert_eq!(
        (changed.status, &changed.json["role"], &changed.headers["etag"]),
        (200, &json!("marketer"), &"\"2\"".parse().unwrap())
    );
    assert_eq!(send(&router, "DELETE", &path, "").await.status, 204);
    assert_eq!(send(&router, "GET", &path, "").await.status, 404);

    for (disabled, status) in [(true, "disabled"), (false, "active")] {
        let changed = send(&router, "PATCH", "/api/users/u-analyst", json!({"disabled": disabled}).to_string()).await;
        assert_eq!((changed.status, &changed.json["status"]), (200, &json!(status)));
    }
    assert_eq!(send(&router, "DELETE", "/api/users/u-analyst", "").await.status, 409);
    let actions: Vec<String> = memory.told().into_iter().map(|(actor, action, _)| format!("{actor} {action}")).collect();
    let expected = ["invite_user", "change_user", "withdraw_invitation", "change_user", "change_user"];
    assert_eq!(actions, expected.map(|action| format!("u-owner {action}")));
}

#[tokio::test]
async fn only_owners_touch_owners_and_nobody_themselves() {
    let (router, ..) = house();
    for (role, method, path, body) in [
        ("admin", "POST", "/api/users", r#"{"email":"x@example.com","role":"owner"}"#),
        ("admin", "PATCH", "/api/users/u-owner", r#"{"role":"analyst"}"#),
        ("admin", "PATCH", "/api/users/u-owner", r#"{"disabled":true}"#),
        ("admin", "PATCH", "/api/users/u-marketer", r#"{"role":"owner"}"#),
        ("admin", "PATCH", "/api/users/u-admin", r#"{"role":"analyst"}"#),
        ("owner", "PATCH", "/api/users/u-owner", r#"{"role":"analyst"}"#),
        ("owner", "PATCH", "/api/users/u-owner", r#"{"disabled":true}"#),
    ] {
        let refused = send_as(&router, role, method, path, body).await;
        assert_eq!((refused.status, &refused.json["code"]), (403, &json!("forbidden")), "{role} {path} {body}");
    }
    assert_eq!(send_as(&router, "admin", "PATCH", "/api/users/u-marketer", r#"{"role":"admin"}"#).await.status, 200);
    assert_eq!(send_as(&router, "owner", "PATCH", "/api/users/u-admin", r#"{"role":"owner"}"#).await.status, 200);
}

#[tokio::test]
async fn a_key_is_shown_once_opens_its_scope_and_is_revoked() {
    let (router, _, memory) = house();
    for (body, fields) in [
        ("{}", vec!["name", "scopes"]),
        (r#"{"name":"x","scopes":[]}"#, vec!["scopes"]),
        (r#"{"name":"x","scopes":["admin"],"expiresAt":"2020-01-01","more":1}"#, vec!["scopes", "expiresAt", "more"]),
    ] {
        let refused = send(&router, "POST", "/api/keys", body).await;
        assert_eq!((refused.status, refused.fields()), (422, fields), "{body}");
    }
    let made = send(&router, "POST", "/api/keys", r#"{"name":"Shop","scopes":["read","read"]}"#).await;
    assert_eq!((made.status, &made.json["scopes"]), (201, &json!(["read"])));
    let key = made.json["key"].as_str().unwrap().to_owned();
    let with_key = async || {
        let request = Request::get("/api/imports").header("authorization", format!("Bearer {key}"));
        answer(&router, request.body(Body::empty()).unwrap()).await.status
    };
    assert_eq!(with_key().await, 200);
    let listed = send(&router, "GET", "/api/keys", "").await;
    let own = listed.json["items"].as_array().unwrap().iter().find(|one| one["id"] == made.json["id"]).unwrap().clone();
    assert!(own["lastUsedAt"].is_string() && own.get("key").is_none(), "{own}");
    assert!(!listed.text.contains(&key) && !listed.text.to_lowercase().contains("secret"), "{}", listed.text);
    let path = made.headers["location"].to_str().unwrap().to_owned();
    for _ in 0..2 {
        assert_eq!(send(&router, "DELETE", &path, "").await.status, 204);
    }
    let actions: Vec<String> = memory.told().into_iter().map(|(_, action, _)| action).collect();
    assert_eq!(actions, ["create_key", "revoke_key"], "revoked once");
}

#[tokio::test]
async fn the_audit_log_is_read_by_actor_object_and_time() {
    let (router, ..) = house();
    send_as(&router, "owner", "PATCH", "/api/users/u-analyst", r#"{"role":"marketer"}"#).await;
    send_as(&router, "admin", "POST", "/api/users", r#"{"email":"ann@example.com","role":"analyst"}"#).await;
    send_as(&router, "admin", "POST", "/api/queues/orders/redrive", "").await;
    let read = async |query: &str| send(&router, "GET", &format!("/api/audit{query}"), "").await.json["items"].clone();
    let all = read("").await;
    let actions: Vec<&str> = all.as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["redrive_queue", "invite_user", "change_user"]);
    assert_eq!(all[1]["after"]["email"], "a***@example.com");
    assert_eq!((&all[2]["before"], &all[2]["after"]), (&json!({"role": "analyst"}), &json!({"role": "marketer"})));
    assert_eq!(read("?actor=u-admin").await.as_array().unwrap().len(), 2);
    assert_eq!(read("?object=queues/orders&actor=u-admin").await.as_array().unwrap().len(), 1);
    assert_eq!(read("?until=2020-01-01").await, json!([]));
    assert_eq!(read("?since=2020-01-01&limit=1").await.as_array().unwrap().len(), 1);
    let refused = send(&router, "GET", "/api/audit?since=yesterday&actor=", "").await;
    assert_eq!((refused.status, refused.fields()), (422, vec!["actor", "since"]));
}

#[tokio::test]
async fn suppressions_are_added_seen_looked_up_and_removed_and_all_of_it_is_told() {
    let (router, _, memory) = house();
    let add = json!({"items": [{"address": "Asha@x.in"}, {"channel": "sms", "address": "+91 98450 12345"}]}).to_string();
    for added in [2, 0] {
        let answer = send_as(&router, "marketer", "POST", "/api/suppressions", &add).await;
        assert_eq!((answer.status, answer.json), (200, json!({"added": added, "rejected": []})));
    }
    let list = async |query: &str| send_as(&router, "analyst", "GET", &format!("/api/suppressions{query}"), "").await;
    let all = list("").await.json["items"].clone();
    assert_eq!(all.as_array().unwrap().len(), 2);
    let sms = list("?channel=sms&reason=manual").await.json["items"].clone();
    assert_eq!((&sms[0]["address"], sms.as_array().unwrap().len()), (&json!("***45"), 1));
    assert_eq!(list("?reason=complaint").await.json["items"], json!([]));
    let found = list("?address=asha%40X.in").await.json["items"].clone();
    assert_eq!((&found[0]["address"], &found[0]["channel"]), (&json!("a***@x.in"), &json!("email")));
    assert!(!found.to_string().contains("asha"));
    assert_eq!(list("?address=usha%40x.in").await.json["items"], json!([]));
    for wrong in ["?channel=fax", "?reason=none", "?address=nobody"] {
        assert_eq!(list(wrong).await.status, 422, "{wrong}");
    }
    let one = format!("/api/suppressions/{}", found[0]["id"].as_str().unwrap());
    assert_eq!(send_as(&router, "marketer", "DELETE", &one, "").await.status, 403);
    assert_eq!(send(&router, "DELETE", &one, "").await.status, 204);
    assert_eq!(send(&router, "DELETE", &one, "").await.status, 404);
    assert_eq!(list("?address=asha%40x.in").await.json["items"], json!([]));
    let told: Vec<_> = memory.told().into_iter().map(|(_, action, object)| (action, object)).collect();
    assert_eq!(told[0], ("add_suppressions".into(), "suppressions".into()));
    assert_eq!(told[2], ("remove_suppression".into(), one.trim_start_matches("/api/").to_owned()));
}

#[tokio::test]
async fn the_suppression_list_goes_out_as_a_file_and_comes_back() {
    let (router, _) = crm();
    let file = "email,reason\nasha@x.in,complaint\nnobody,\n";
    let answer = send(&router, "POST", "/api/suppressions/file", file).await;
    assert_eq!(
        (answer.status, &answer.json["added"], &answer.json["rejected"][0]["field"]),
        (200, &json!(1), &json!("lines[3]"))
    );
    let exported = send(&router, "GET", "/api/suppressions/file", "").await;
    assert!(
        exported.text.starts_with("id,channel,address,reason,at\r\n") && exported.text.contains(",email,a***@x.in,complaint,")
    );
    let (other, _) = crm();
    assert_eq!(send(&other, "POST", "/api/suppressions/file", exported.text.clone()).await.json["added"], 1);
    assert_eq!(send(&other, "GET", "/api/suppressions/file", "").await.text, exported.text);
    assert_eq!(send(&router, "GET", "/api/suppressions/file?reason=manual", "").await.text.lines().count(), 1);
    for bad in ["", "email\n", "nobody"] {
        assert_eq!(send(&router, "POST", "/api/suppressions/file", bad).await.status, 422, "{bad:?}");
    }
}

#[test]
fn requests_of_any_form_get_an_answer_that_can_be_read() {
    fuzz_requests("admin-api", 60, || crm().0);
}
