//! Webhooks: made, changed, shown their secret, tried, and their deliveries sent once more.

use crm_domain::access::{UserId, UserStatus};
use crm_domain::domain_event::{DomainEvent, EventType};
use crm_domain::ids::WebhookId;
use crm_domain::ports::{AccessChange, KeepAccess, KeepDeliveries, KeepHealth, KeepWebhooks, ReadAccess, Versioned};
use crm_domain::signature;
use crm_domain::time::Time;
use crm_domain::webhook::delivery::{Answer as Answered, Delivery, Outcome, Task};
use crm_domain::webhook::health::Health;
use crm_domain::webhook::{DisabledReason, MOST};

use crm_testing::audit;

use super::*;

const PATH: &str = "/api/webhooks";
const BODY: &str = r#"{"url":"https://shop.example.com/crm","types":["crm.order.applied.v1"],"description":"Shop"}"#;

async fn made(router: &Router) -> (String, Answer) {
    let made = send(router, "POST", PATH, BODY).await;
    assert_eq!((made.status, &made.headers["etag"]), (201, &"\"1\"".parse().unwrap()), "{made:?}");
    (made.headers["location"].to_str().unwrap().to_owned(), made)
}

/// The webhook of a path, and a delivery of it that has failed.
async fn failed_delivery(memory: &Memory, path: &str) -> (WebhookId, Delivery) {
    let webhook = WebhookId::parse(path.rsplit('/').next().unwrap()).unwrap();
    let data = json!({"customerId": "5a1d7c1e-0000-5000-8000-000000000001", "email": "asha@x.in"});
    let now = Time::now();
    let event = DomainEvent::new(EventType::OrderApplied, &["a"], "/crm/test", "orders/a".into(), now, &data);
    let fresh = Delivery::of(webhook, &event, now);
    let answer = Answered { status: Some(500), excerpt: Some("oops".into()), millis: 7, ..Answered::default() };
    let delivery = Delivery { outcome: Outcome::Failed, ..fresh.tried(&answer, now, 0.5) };
    memory.put_delivery(0, &delivery).await.unwrap();
    (webhook, delivery)
}

#[tokio::test]
async fn a_webhook_is_made_listed_changed_and_deleted_and_the_log_tells() {
    let (router, _, memory) = house();
    let (path, made) = made(&router).await;
    let secret = made.json["secret"].as_str().unwrap().to_owned();
    assert_eq!(signature::read(&secret).map(|key| key.len()), Some(32));
    assert_eq!(
        (&made.json["state"], &made.json["failures"], &made.json["secretVersion"]),
        (&json!("enabled"), &json!(0), &json!(1))
    );
    let found = send_as(&router, "admin", "GET", &path, "").await;
    assert_eq!((found.json.get("secret"), &found.json["url"]), (None, &json!("https://shop.example.com/crm")));
    assert_eq!(send(&router, "GET", PATH, "").await.json["items"], json!([found.json]));
    let seen = send(&router, "GET", &format!("{path}/secret"), "").await;
    assert_eq!(
        (seen.json["secret"].as_str(), &seen.headers["cache-control"]),
        (Some(secret.as_str()), &"no-store".parse().unwrap())
    );

    let changed = send(&router, "PATCH", &path, r#"{"types":null,"description":null,"enabled":false}"#).await;
    assert_eq!((changed.status, &changed.headers["etag"]), (200, &"\"2\"".parse().unwrap()));
    assert_eq!((changed.json.get("types"), &changed.json["disabledReason"]), (None, &json!("manual")));
    assert_eq!(send(&router, "PATCH", &path, "{}").await.headers["etag"], "\"2\"", "nothing has changed");
    assert_eq!(send(&router, "DELETE", &path, "").await.status, 204);
    assert_eq!(send(&router, "GET", &path, "").await.status, 404);
    let told: Vec<String> = memory.told().into_iter().map(|(_, action, _)| action).collect();
    assert_eq!(told, ["create_webhook", "show_webhook_secret", "change_webhook", "delete_webhook"]);
    let audit = send(&router, "GET", "/api/audit", "").await.text;
    assert!(!audit.contains("whsec_") && !audit.contains(&secret));
}

/// What whoever was disabled half a minute ago must not do any more, though the gate still lets them in.
#[tokio::test]
async fn who_was_disabled_a_moment_ago_leaves_nothing_behind() {
    let (router, _, memory) = house();
    let (path, _) = made(&router).await;
    assert_eq!(send_as(&router, "admin", "GET", &path, "").await.status, 200, "the gate has seen them");
    let mut admin = memory.user(&UserId::parse("u-admin").unwrap()).await.unwrap().unwrap();
    admin.record.status = UserStatus::Disabled;
    memory.change_access(&AccessChange { users: vec![admin], ..AccessChange::default() }).await.unwrap();
    let (keys, log) = (send(&router, "GET", "/api/keys", "").await.json, memory.told());
    for (method, path, body) in [
        ("POST", "/api/keys".to_owned(), r#"{"name":"Shop","scopes":["read"]}"#),
        ("POST", PATH.to_owned(), BODY),
        ("PATCH", path.clone(), r#"{"url":"https://elsewhere.example.com/"}"#),
        ("POST", format!("{path}/rotate"), ""),
        ("GET", format!("{path}/secret"), ""),
    ] {
        let refused = send_as(&router, "admin", method, &path, body).await;
        assert_eq!((refused.status, &refused.json["code"]), (403, &json!("forbidden")), "{method} {path}");
    }
    assert_eq!((send(&router, "GET", "/api/keys", "").await.json, memory.told()), (keys, log));
    assert_eq!(memory.webhooks().await.unwrap().len(), 1);
}

#[tokio::test]
async fn webhooks_are_for_who_administers_and_there_are_only_so_many() {
    let (router, ..) = house();
    for role in ["marketer", "analyst"] {
        assert_eq!(send_as(&router, role, "GET", PATH, "").await.status, 403, "{role}");
    }
    for _ in 0..MOST {
        made(&router).await;
    }
    assert_eq!(send(&router, "POST", PATH, BODY).await.status, 409);
    for (body, fields) in [
        (r#"{"url":"http://shop.example.com/"}"#, vec!["url"]),
        (r#"{"url":"https://169.254.169.254/latest/meta-data"}"#, vec!["url"]),
        (r#"{"types":["crm.webhook.test.v1"],"extra":1}"#, vec!["url", "types", "extra"]),
    ] {
        let refused = send(&router, "POST", PATH, body).await;
        assert_eq!((refused.status, refused.fields()), (422, fields), "{body}");
    }
}

#[tokio::test]
async fn a_rotated_secret_is_another_one_and_cannot_be_rotated_again_for_a_day() {
    let (router, ..) = house();
    let (path, made) = made(&router).await;
    let rotated = send(&router, "POST", &format!("{path}/rotate"), "").await;
    assert_eq!((rotated.status, &rotated.json["secretVersion"]), (200, &json!(2)));
    assert!(rotated.json["previousSecretUntil"].is_string() && rotated.json["secret"] != made.json["secret"]);
    assert_eq!(send(&router, "POST", &format!("{path}/rotate"), "").await.status, 409);
    assert_eq!(send(&router, "GET", &format!("{path}/secret"), "").await.json["secret"], rotated.json["secret"]);
}

#[tokio::test]
async fn a_test_is_an_event_for_this_webhook_alone() {
    let (router, desk, _) = house();
    let (path, _) = made(&router).await;
    let tried = send(&router, "POST", &format!("{path}/test"), "").await;
    assert_eq!(tried.status, 202);
    let messages = desk.desk().queues[&QueueName::Webhooks].clone();
    assert!(crm_testing::carry_request(&messages), "{messages:?}");
    let [message] = messages.as_slice() else { panic!("{messages:?}") };
    let task = Task::parse(&message.body).unwrap();
    let Task::First { webhook, event } = &task else { panic!("{task:?}") };
    assert_eq!((event.kind, event.id.to_string()), (EventType::WebhookTest, tried.json["eventId"].as_str().unwrap().to_owned()));
    assert_eq!(
        (task.delivery().to_string().as_str(), message.group.clone()),
        (tried.json["id"].as_str().unwrap(), Some(webhook.to_string()))
    );
    send(&router, "PATCH", &path, r#"{"enabled":false}"#).await;
    assert_eq!(send(&router, "POST", &format!("{path}/test"), "").await.status, 409);
}

#[tokio::test]
async fn deliveries_are_listed_shown_and_sent_once_more() {
    let (router, desk, memory) = house();
    let (path, _) = made(&router).await;
    let (webhook, delivery) = failed_delivery(&memory, &path).await;
    let listed = send(&router, "GET", &format!("{path}/deliveries?outcome=failed"), "").await;
    assert_eq!(listed.json["items"][0]["id"], json!(delivery.id.to_string()), "{listed:?}");
    assert_eq!((&listed.json["items"][0]["status"], listed.json["items"][0].get("event")), (&json!(500), None));
    assert_eq!(send(&router, "GET", &format!("{path}/deliveries?outcome=delivered"), "").await.json["items"], json!([]));
    assert_eq!(send(&router, "GET", &format!("{path}/deliveries?outcome=lost"), "").await.status, 422);
    let one = format!("{path}/deliveries/{}", delivery.id);
    assert_eq!(send(&router, "GET", &one, "").await.json["event"]["data"]["email"], "asha@x.in");
    assert_eq!(send(&router, "GET", &format!("{path}/deliveries/x"), "").await.status, 404);

    assert_eq!(send(&router, "POST", &format!("{one}/resend"), "").await.status, 202);
    let Task::Again(again) = Task::parse(&desk.desk().queues[&QueueName::Webhooks][0].body).unwrap() else { panic!() };
    assert_eq!((again.webhook, again.delivery, again.attempts), (webhook, delivery.id, 1));
    let held = memory.delivery(webhook, delivery.id).await.unwrap().unwrap();
    assert_eq!((held.record.outcome, held.record.tries), (Outcome::Waiting, 0));

    // Of somebody who was erased since, nothing is sent again.
    let customer = held.record.customer.unwrap();
    assert_eq!(memory.forget_deliveries(customer, Time::now()).await.unwrap(), 1);
    assert_eq!(send(&router, "GET", &one, "").await.json.get("event"), None);
    assert_eq!(send(&router, "POST", &format!("{one}/resend"), "").await.status, 409);
}

#[tokio::test]
async fn who_is_enabled_again_begins_anew() {
    let (router, _, memory) = house();
    let (path, _) = made(&router).await;
    let id = WebhookId::parse(path.rsplit('/').next().unwrap()).unwrap();
    let failing = (0..20).fold(Health::default(), |health, _| health.failed(Time::now()));
    memory.put_health(id, 0, &failing).await.unwrap();
    let Versioned { version, record } = memory.webhook(id).await.unwrap().unwrap();
    let given_up = record.given_up(DisabledReason::Failing, Time::now());
    memory.put_webhook(version, &given_up, None, &audit()).await.unwrap();
    let shown = send(&router, "GET", &path, "").await.json;
    assert_eq!((&shown["disabledReason"], &shown["failures"]), (&json!("failing"), &json!(20)));
    assert!(shown["failingSince"].is_string() && shown["restsUntil"].is_string());
    let again = send(&router, "PATCH", &path, r#"{"enabled":true}"#).await.json;
    assert_eq!((&again["state"], &again["failures"], again.get("failingSince")), (&json!("enabled"), &json!(0), None));
}
