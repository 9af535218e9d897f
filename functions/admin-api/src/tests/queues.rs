//! Dead letters one by one.

use crm_domain::dead_letter::set_aside;
use crm_domain::ports::QueueName;
use crm_testing::{AtDesk, send};
use serde_json::{Value, json};

use super::{crm, house, send_as};

const LETTERS: &str = "/api/queues/orders/dead-letters";

/// Two letters: one of a worker, one of an import that came to nothing.
fn fill(desk: &AtDesk) {
    let event = json!({
        "specversion": "1.0", "id": "e-1", "source": "shop", "type": "crm.order.place.v1", "time": "2026-11-25T09:00:00Z",
        "data": {"email": "asha@x.in", "orderId": "n-1", "total": -1, "items": [{"name": "Silk saree"}]},
    });
    let carried = [("import-id".to_owned(), "i".to_owned())];
    let letters = vec![
        set_aside(QueueName::Orders, event.to_string(), "data.total: asha@x.in must pay", 1, &[]),
        set_aside(QueueName::Orders, "[]".to_owned(), "storage is unavailable", 10, &carried),
    ];
    desk.desk().dead.insert(QueueName::Orders, letters);
}

fn named<'a>(listed: &'a Value, reason: &str) -> &'a Value {
    let items = listed["items"].as_array().unwrap();
    items.iter().find(|item| item["reason"].as_str().unwrap().contains(reason)).unwrap()
}

#[tokio::test]
async fn a_dead_letter_says_why_it_is_one_and_nothing_of_a_person() {
    let (router, desk) = crm();
    fill(&desk);
    let listed = send_as(&router, "admin", "GET", LETTERS, "").await;
    assert_eq!((listed.status, &listed.json["total"]), (200, &json!(2)));
    let letter = named(&listed.json, "data.total");
    assert_eq!(letter["reason"], "data.total: …@x.in must pay");
    assert_eq!((&letter["cause"], &letter["tries"], &letter["events"]), (&json!("setAside"), &json!(1), &json!(1)));
    assert_eq!((&letter["kind"], &letter["eventId"]), (&json!("crm.order.place.v1"), &json!("e-1")));
    assert_eq!(letter["fields"], json!(["email", "orderId", "total", "items"]));
    assert_eq!((&letter["subjects"][0]["kind"], &letter["subjects"][0]["number"]), (&json!("order"), &json!("n-1")));
    assert!(!listed.text.contains("asha") && !listed.text.contains("saree"), "{}", listed.text);
    assert_eq!(desk.desk().dead[&QueueName::Orders].len(), 2, "looking takes nothing away");
    let none = send(&router, "GET", "/api/queues/customers/dead-letters", "").await.json;
    assert_eq!(none, json!({"items": [], "total": 0}));
}

#[tokio::test]
async fn one_letter_is_redriven_as_it_was_and_told() {
    let (router, desk, memory) = house();
    fill(&desk);
    let listed = send(&router, "GET", LETTERS, "").await.json;
    let path = format!("{LETTERS}/{}/redrive", named(&listed, "storage")["id"].as_str().unwrap());
    let moved = send(&router, "POST", &path, "").await;
    assert_eq!((moved.status, moved.json), (202, json!({"name": "orders", "moved": 1})));
    let message = desk.desk().queues[&QueueName::Orders][0].clone();
    assert_eq!((message.body.as_str(), message.attributes), ("[]", vec![("import-id", "i".to_owned())]));
    assert_eq!(desk.desk().dead[&QueueName::Orders].len(), 1);
    assert_eq!(send(&router, "POST", &path, "").await.status, 404, "it is not there any more");
    let told = memory.told();
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].1.as_str(), told[0].2.as_str()),
        ("redrive_letter", path.trim_start_matches("/api/").trim_end_matches("/redrive"))
    );
}

#[tokio::test]
async fn a_letter_is_thrown_away_with_its_reason_in_the_log() {
    let (router, desk, memory) = house();
    fill(&desk);
    let listed = send(&router, "GET", LETTERS, "").await.json;
    let path = format!("{LETTERS}/{}/discard", named(&listed, "data.total")["id"].as_str().unwrap());
    for (body, fields) in [("{}", vec!["reason"]), (r#"{"reason":""}"#, vec!["reason"]), (r#"{"reason":"x","y":1}"#, vec!["y"])] {
        let refused = send(&router, "POST", &path, body).await;
        assert_eq!((refused.status, refused.fields()), (422, fields), "{body}");
    }
    assert_eq!(desk.desk().dead[&QueueName::Orders].len(), 2);
    assert_eq!(send(&router, "POST", &path, r#"{"reason":"A test of the shop's"}"#).await.status, 204);
    assert_eq!(desk.desk().dead[&QueueName::Orders].len(), 1);
    assert!(desk.desk().queues.get(&QueueName::Orders).is_none_or(Vec::is_empty));
    assert_eq!(memory.told().len(), 1);
    let entry = send(&router, "GET", "/api/audit", "").await.json["items"][0].clone();
    assert_eq!((&entry["action"], &entry["after"]["why"]), (&json!("discard_letter"), &json!("A test of the shop's")));
    assert_eq!(entry["before"]["failedReason"], "data.total: …@x.in must pay");
    assert_eq!(
        (&entry["before"]["kind"], &entry["before"]["subjects"][0]["number"]),
        (&json!("crm.order.place.v1"), &json!("n-1"))
    );
}
