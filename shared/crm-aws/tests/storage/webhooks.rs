//! Webhooks, and the log of what was sent to them.

use crm_domain::domain_event::{DomainEvent, EventType};
use crm_domain::ids::{CustomerId, WebhookId};
use crm_domain::ports::{AccessChange, KeepAccess, KeepDeliveries, KeepHealth, KeepWebhooks, Versioned};
use crm_domain::time::{DAY, MINUTE, Time};
use crm_domain::webhook::Webhook;
use crm_domain::webhook::delivery::{Answer, Delivery, Outcome};
use crm_domain::webhook::health::Health;
use serde_json::json;

use crate::access::user;
use crate::store::{all, at, audit, conflicts, store};

fn webhook(id: u8) -> Webhook {
    Webhook {
        id: WebhookId::from_bytes([id; 16]),
        url: format!("https://shop.example/{id}"),
        types: Some(vec![EventType::OrderApplied]),
        description: None,
        disabled: None,
        secret_version: 1,
        rotated_at: None,
        created_at: at("2026-01-01"),
        updated_at: at("2026-01-01"),
    }
}

/// What becomes of an order of somebody, told and answered at once.
fn delivery(webhook: WebhookId, order: usize, customer: CustomerId, time: Time, status: u16) -> Delivery {
    let data = json!({"customerId": customer.to_string(), "email": "asha@x.in"});
    let event = DomainEvent::new(EventType::OrderApplied, &[&order.to_string()], "/crm", format!("orders/{order}"), time, &data);
    let answer = Answer { status: Some(status), excerpt: Some("for asha@x.in".into()), millis: 5, ..Answer::default() };
    Delivery::of(webhook, &event, time).tried(&answer, time, 0.5)
}

#[tokio::test]
async fn webhooks_change_by_version_and_take_their_health_along() {
    let store = store().await;
    let (first, second) = (webhook(1), webhook(2));
    let right = (user("u1").id, 1);
    conflicts(store.create_webhook(&first, &right, &audit("webhooks/1")).await);
    assert_eq!(store.webhooks().await.unwrap(), [], "nobody has that right");
    let admitted = AccessChange { users: vec![Versioned { version: 0, record: user("u1") }], ..AccessChange::default() };
    store.change_access(&admitted).await.unwrap();
    store.create_webhook(&second, &right, &audit("webhooks/2")).await.unwrap();
    store.create_webhook(&first, &right, &audit("webhooks/1")).await.unwrap();
    let other = Webhook { url: "https://elsewhere.example".into(), ..webhook(1) };
    let _ = store.create_webhook(&other, &right, &audit("webhooks/1")).await;
    let held = store.webhooks().await.unwrap();
    assert_eq!(held.iter().map(|one| (one.version, one.record.clone())).collect::<Vec<_>>(), [(1, first), (1, second)]);

    let was = (user("u1").id, 2);
    conflicts(store.put_webhook(1, &other, Some(&was), &audit("webhooks/1")).await);
    store.put_webhook(1, &other, Some(&right), &audit("webhooks/1")).await.unwrap();
    conflicts(store.put_webhook(1, &webhook(1), None, &audit("webhooks/1")).await);
    assert_eq!(store.webhook(other.id).await.unwrap().map(|held| (held.version, held.record)), Some((2, other.clone())));

    let ill = Health { failures: 3, failing_since: Some(at("2026-01-01")), rests_until: None };
    store.put_health(other.id, 0, &ill).await.unwrap();
    conflicts(store.delete_webhook(other.id, 1, &audit("webhooks/1")).await);
    assert_eq!(store.health(other.id).await.unwrap().record, ill, "nothing went with it, since it stayed");
    store.delete_webhook(other.id, 2, &audit("webhooks/1")).await.unwrap();
    conflicts(store.delete_webhook(other.id, 2, &audit("webhooks/1")).await);
    assert_eq!(store.webhook(other.id).await.unwrap(), None);
    assert_eq!((store.health(other.id).await.unwrap().version, store.webhooks().await.unwrap().len()), (0, 1));
}

#[tokio::test]
async fn deliveries_have_one_order_whatever_the_length_of_their_pages() {
    let store = store().await;
    let (ours, others) = (webhook(1).id, webhook(2).id);
    let now = at("2026-03-01T00:30:00Z");
    let customer = CustomerId::from_bytes([9; 16]);
    let mut expected = Vec::new();
    // An hour and a half to each side of midnight, and one of weeks ago.
    for number in 0..40 {
        let time = if number == 0 { now.plus(-25 * DAY) } else { now.plus((number - 40) * 3 * MINUTE) };
        let status = if number % 4 == 0 { 503 } else { 200 };
        let one = delivery(ours, number as usize, customer, time, status);
        store.put_delivery(0, &one).await.unwrap();
        expected.push(Delivery { event: None, customer: None, ..one });
    }
    store.put_delivery(0, &delivery(others, 0, customer, now, 200)).await.unwrap();
    expected.reverse();
    for limit in [1, 7, 40, 100] {
        assert_eq!(all(limit, async |after| store.deliveries(ours, None, after, limit, now).await).await, expected, "{limit}");
        let waiting: Vec<_> = expected.iter().filter(|one| one.outcome == Outcome::Waiting).cloned().collect();
        let outcome = Some(Outcome::Waiting);
        assert_eq!(all(limit, async |after| store.deliveries(ours, outcome, after, limit, now).await).await, waiting, "{limit}");
    }
    assert_eq!(all(9, async |after| store.deliveries(ours, Some(Outcome::Failed), after, 9, now).await).await, []);
}

#[tokio::test]
async fn what_a_delivery_says_of_the_erased_is_taken_out_and_never_written_back() {
    let store = store().await;
    let webhook = webhook(1).id;
    let (erased, stays) = (CustomerId::from_bytes([7; 16]), CustomerId::from_bytes([8; 16]));
    let day = at("2026-03-01T12:00:00Z");
    let theirs = delivery(webhook, 1, erased, day, 503);
    let (later, neighbour) = (delivery(webhook, 2, erased, day.plus(DAY), 200), delivery(webhook, 3, stays, day, 200));
    for one in [&theirs, &later, &neighbour] {
        store.put_delivery(0, one).await.unwrap();
    }
    conflicts(store.put_delivery(0, &theirs).await);
    let read = async |one: &Delivery| store.delivery(webhook, one.id).await.unwrap().unwrap();
    assert_eq!((read(&theirs).await.version, read(&theirs).await.record), (1, theirs.clone()));

    let before = day.plus(MINUTE);
    assert_eq!(store.forget_deliveries(erased, before).await.unwrap(), 1);
    assert_eq!(store.forget_deliveries(erased, before).await.unwrap(), 0, "told again, nothing changes");
    let forgotten = read(&theirs).await;
    assert_eq!((forgotten.version, forgotten.record.event, forgotten.record.excerpt), (2, None, None));
    assert_eq!(forgotten.record.outcome, Outcome::Waiting, "that it was sent, and how it went, stays");
    conflicts(store.put_delivery(1, &theirs.tried(&Answer::default(), day, 0.5)).await);
    assert_eq!(read(&later).await.record, later, "of who began anew nothing is forgotten");
    assert_eq!(read(&neighbour).await.record, neighbour);
}
