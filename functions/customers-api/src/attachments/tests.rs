//! Files on a customer, over the ports in memory.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use crm_domain::event::Event;
use crm_domain::ids::{AttachmentId, CustomerId};
use crm_domain::json::Json;
use crm_domain::ports::{KeepAttachedFiles, KeepAttachments};
use crm_domain::time::{HOUR, Time};
use crm_lambda::api::App;
use crm_testing::{Answer, Memory, answer, keys, settings, token};
use serde_json::{Value, json};

use crate::http::router;

struct Crm {
    router: Router,
    memory: Arc<Memory>,
    customer: CustomerId,
}

impl Crm {
    fn new() -> Self {
        let memory = Arc::new(Memory::default());
        let app = App { store: memory.clone(), queue: memory.clone(), settings: settings() };
        let customer = upsert(&memory, 1);
        Self { router: router(app, memory.clone(), keys()), memory, customer }
    }

    async fn send(&self, role: &str, method: &str, below: &str, body: &Value) -> Answer {
        let path = format!("/api/customers/{}/attachments{below}", self.customer);
        let request = Request::builder().method(method).uri(path);
        let request = request.header("authorization", format!("Bearer {}", token(role, &json!({}))));
        answer(&self.router, request.body(Body::from(if body.is_null() { String::new() } else { body.to_string() })).unwrap())
            .await
    }

    async fn add(&self, role: &str) -> Answer {
        self.send(role, "POST", "", &offer()).await
    }

    async fn list(&self, role: &str) -> Vec<Value> {
        let list = self.send(role, "GET", "", &Value::Null).await;
        assert_eq!((list.status, &list.json["nextCursor"]), (200, &Value::Null));
        list.json["items"].as_array().unwrap().clone()
    }

    fn upload(&self, added: &Answer) {
        self.memory.attach(self.customer, AttachmentId::parse(added.json["id"].as_str().unwrap()).unwrap(), b"%PDF-");
    }
}

/// The customer, for the `n`th time.
fn upsert(memory: &Memory, n: u32) -> CustomerId {
    let event = json!({
        "specversion": "1.0", "id": n.to_string(), "source": "/t", "type": "crm.customer.upsert.v1", "time": "2026-01-01T00:00:00Z",
        "data": {"email": "asha@x.in", "visits": n},
    });
    let event = Event::parse(&Json::parse(event.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap();
    memory.apply(std::slice::from_ref(&event));
    event.customer().unwrap()
}

fn offer() -> Value {
    json!({"name": "Offer \"7\".pdf", "contentType": "application/pdf", "size": 5})
}

fn path(answer: &Answer) -> String {
    format!("/{}", answer.json["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_file_is_announced_uploaded_and_downloaded() {
    let crm = Crm::new();
    let added = crm.add("marketer").await;
    assert_eq!(added.status, 201, "{added:?}");
    assert_eq!(
        added.headers["location"].to_str().unwrap(),
        format!("/api/customers/{}/attachments{}", crm.customer, path(&added))
    );
    let told = &added.json;
    assert_eq!(
        (&told["name"], &told["size"], &told["state"], &told["mayDownload"]),
        (&json!("Offer \"7\".pdf"), &json!(5), &json!("waiting"), &json!(true))
    );
    assert_eq!(told["uploadedBy"], json!({"id": "u-marketer", "name": "marketer@example.com"}));
    assert_eq!(
        (&told["upload"]["method"], &told["upload"]["headers"]["content-type"]),
        (&json!("PUT"), &json!("application/pdf"))
    );
    assert!(told["upload"]["url"].is_string() && told["upload"]["expiresAt"].is_string());
    let early = crm.send("marketer", "GET", &path(&added), &Value::Null).await;
    assert_eq!((early.status, &early.json["code"]), (409, &json!("attachment_waiting")));
    crm.upload(&added);
    assert_eq!(crm.list("analyst").await[0]["state"], "stored");
    let found = crm.send("marketer", "GET", &path(&added), &Value::Null).await;
    assert_eq!((found.status, &found.json["state"]), (200, &json!("stored")));
    assert!(found.json["url"].as_str().unwrap().contains("attachment; filename=\"Offer _7_.pdf\""));
    assert!(found.json["expiresAt"].is_string() && found.json.get("upload").is_none());
}

#[tokio::test]
async fn only_who_uploaded_a_file_and_owners_have_it() {
    let crm = Crm::new();
    let added = crm.add("marketer").await;
    crm.upload(&added);
    for (role, may) in [("analyst", false), ("admin", false), ("marketer", true), ("owner", true)] {
        assert_eq!(crm.list(role).await[0]["mayDownload"], may, "{role}");
        let got = crm.send(role, "GET", &path(&added), &Value::Null).await;
        assert_eq!(got.status, if may { 200 } else { 403 }, "{role}");
        assert!(may || got.json["code"] == "forbidden" && !got.text.contains("files.test"), "{role}");
        if !may {
            assert_eq!(crm.send(role, "DELETE", &path(&added), &Value::Null).await.status, 403, "{role}");
        }
    }
    assert_eq!(crm.memory.attached(), 1);
    assert_eq!(crm.send("owner", "DELETE", &path(&added), &Value::Null).await.status, 204);
    assert_eq!((crm.memory.attached(), crm.list("owner").await.len()), (0, 0));
    assert_eq!(crm.send("owner", "DELETE", &path(&added), &Value::Null).await.status, 404);
    let object = format!("customers/{}/attachments{}", crm.customer, path(&added));
    let told = |actor: &str, action: &str| (actor.to_owned(), action.to_owned(), object.clone());
    assert_eq!(crm.memory.told(), [told("u-marketer", "add_attachment"), told("u-owner", "delete_attachment")]);
}

#[tokio::test]
async fn all_faults_are_named_and_nothing_is_kept_of_a_refused_file() {
    let crm = Crm::new();
    let body = json!({"name": "a/b", "contentType": "text/html", "size": 10_485_761, "more": 1});
    let answer = crm.send("owner", "POST", "", &body).await;
    let mut fields = answer.fields();
    fields.sort_unstable();
    assert_eq!((answer.status, fields), (422, vec!["contentType", "more", "name", "size"]));
    assert!(crm.list("owner").await.is_empty() && crm.memory.told().is_empty());
}

#[tokio::test]
async fn unknown_customers_and_files_are_not_found() {
    let mut crm = Crm::new();
    let added = crm.add("owner").await;
    assert_eq!(crm.send("owner", "GET", "/7", &Value::Null).await.status, 404);
    assert_eq!(crm.send("owner", "GET", &format!("/{}", AttachmentId::generate()), &Value::Null).await.status, 404);
    crm.customer = CustomerId::parse("5b7f2c1e-8f0a-5c1d-9e2f-1a2b3c4d5e6f").unwrap();
    for (method, below) in [("GET", String::new()), ("POST", String::new()), ("GET", path(&added)), ("DELETE", path(&added))] {
        assert_eq!(crm.send("owner", method, &below, &offer()).await.status, 404, "{method} {below}");
    }
}

#[tokio::test]
async fn a_file_that_never_comes_is_hidden_after_an_hour_and_one_that_came_is_not() {
    let crm = Crm::new();
    let (never, came) = (crm.add("owner").await, crm.add("owner").await);
    crm.upload(&came);
    // Nobody looks for two hours.
    crm.memory.age_attachments(crm.customer, 2 * HOUR);
    let list = crm.list("owner").await;
    assert_eq!(list.iter().map(|file| (&file["id"], &file["state"])).collect::<Vec<_>>(), [(&came.json["id"], &json!("stored"))]);
    assert_eq!(crm.send("owner", "GET", &path(&never), &Value::Null).await.status, 404);
    assert_eq!(crm.memory.attachments(crm.customer).await.unwrap().record.files.len(), 1);
}

#[tokio::test]
async fn the_fifty_first_file_is_refused_until_one_is_gone_or_given_up() {
    let crm = Crm::new();
    for _ in 0..50 {
        assert_eq!(crm.add("owner").await.status, 201);
    }
    let refused = crm.add("owner").await;
    assert_eq!((refused.status, &refused.json["code"]), (409, &json!("too_many_attachments")));
    crm.memory.age_attachments(crm.customer, HOUR);
    assert_eq!(crm.add("owner").await.status, 201);
    assert_eq!(crm.list("owner").await.len(), 1);
}

#[tokio::test]
async fn a_repeated_request_announces_one_file() {
    let crm = Crm::new();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let request = Request::post(format!("/api/customers/{}/attachments", crm.customer))
            .header("authorization", format!("Bearer {}", token("owner", &json!({}))))
            .header("idempotency-key", "k1");
        let added = answer(&crm.router, request.body(Body::from(offer().to_string())).unwrap()).await;
        assert_eq!(added.status, 201);
        ids.push(added.json["id"].clone());
    }
    assert_eq!((ids[0] == ids[1], crm.list("owner").await.len(), crm.memory.told().len()), (true, 1, 1));
}

#[tokio::test]
async fn whoever_is_erased_gets_no_file_and_keeps_none() {
    let crm = Crm::new();
    crm.upload(&crm.add("owner").await);
    let held = crm.memory.attachments(crm.customer).await.unwrap();
    // Somebody has read the customer, who then changes.
    upsert(&crm.memory, 2);
    assert!(crm.memory.put_attachments(held.version, &held.record, Some(1), None).await.is_err());
    assert_eq!(crm.add("owner").await.status, 201, "asked again, it rests on the customer as they are");
    for _ in 0..2 {
        crm.memory.forget_attached(crm.customer, &[]).await.unwrap();
        crm.memory.forget_attachments(crm.customer).await.unwrap();
        assert_eq!((crm.memory.attached(), crm.memory.attachments(crm.customer).await.unwrap().version), (0, 0));
    }
    // A late note of one who had read the records before.
    assert!(crm.memory.put_attachments(held.version, &held.record, None, None).await.is_err());
}
