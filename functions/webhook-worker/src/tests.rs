//! Deliveries over the ports in memory: faults, repeated messages, crashes, rests, and receivers that are given up.

use std::sync::Arc;

use crm_domain::domain_event::{DomainEvent, EventType};
use crm_domain::email::Email;
use crm_domain::event::Event;
use crm_domain::ids::{CustomerId, WebhookId};
use crm_domain::json::Json;
use crm_domain::ports::{KeepDeliveries, KeepHealth, KeepWebhooks, Outgoing, QueueName};
use crm_domain::signature::signature;
use crm_domain::time::{DAY, HOUR, MINUTE, SECOND, Time};
use crm_domain::webhook::delivery::{Again, Delivery, Outcome, Task};
use crm_domain::webhook::health::Health;
use crm_domain::webhook::{DisabledReason, Draft, Targets, Webhook};
use crm_lambda::addresses::Addresses;
use crm_lambda::batch::{Incoming, incoming};
use crm_testing::{Memory, Receiver, audit, cases, received, right, settings};
use serde_json::json;

use crate::worker::Worker;

const URL: &str = "https://shop.example.com/crm";

struct Crm {
    memory: Arc<Memory>,
    receiver: Arc<Receiver>,
    worker: Worker<Memory, Memory, Receiver>,
    webhook: Webhook,
}

impl Crm {
    async fn new() -> Self {
        let (memory, receiver) = (Arc::new(Memory::default()), Arc::new(Receiver::default()));
        memory.apply(std::slice::from_ref(&known("asha@x.in")));
        let addresses = Addresses::new(memory.clone(), memory.clone());
        let worker = Worker { store: memory.clone(), queue: memory.clone(), receivers: receiver.clone(), addresses };
        let body = Json::parse(format!(r#"{{"url":"{URL}"}}"#).as_bytes()).unwrap();
        let webhook = Draft::parse(&body, Targets::Public).unwrap().webhook(WebhookId::generate(), Time::now());
        memory.create_webhook(&webhook, &right(), &audit()).await.unwrap();
        Self { memory, receiver, worker, webhook }
    }

    /// Takes one message; whether it came to its end.
    async fn take(&self, body: &str, receives: u32) -> bool {
        self.worker.handle(vec![Incoming { receives, ..received(QueueName::Webhooks, body.to_owned()) }]).await.is_empty()
    }

    async fn begin(&self, event: &DomainEvent) -> bool {
        self.take(&first(&self.webhook, event), 1).await
    }

    /// The one message on the queue.
    fn queued(&self) -> Option<Outgoing> {
        let mut all = self.memory.drain(QueueName::Webhooks);
        assert!(all.len() <= 1, "{all:?}");
        all.pop()
    }

    /// The further attempt on the queue.
    fn again(&self) -> Again {
        let message = self.queued().expect("a further attempt");
        assert_eq!(message.group, Some(self.webhook.id.to_string()));
        match Task::parse(&message.body).unwrap() {
            Task::Again(again) => again,
            Task::First { .. } => panic!("{message:?}"),
        }
    }

    /// A further attempt, as it is when its time has come: for the log, too.
    async fn make_due(&self, again: Again) -> String {
        let held = self.memory.delivery(again.webhook, again.delivery).await.unwrap().unwrap();
        let due = Delivery { next_attempt_at: Some(Time::now().plus(-SECOND)), ..held.record };
        self.memory.put_delivery(held.version, &due).await.unwrap();
        Task::Again(Again { due: Time::now().plus(-SECOND), ..again }).body()
    }

    fn delivery(&self) -> Delivery {
        let mut all = self.memory.deliveries_of(self.webhook.id);
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    async fn stored(&self) -> Webhook {
        self.memory.webhook(self.webhook.id).await.unwrap().unwrap().record
    }

    async fn set_health(&self, health: &Health) {
        let version = self.memory.health(self.webhook.id).await.unwrap().version;
        self.memory.put_health(self.webhook.id, version, health).await.unwrap();
    }
}

/// What makes somebody known.
fn known(email: &str) -> Event {
    let said = json!({
        "specversion": "1.0", "id": email, "source": "/t", "type": "crm.customer.upsert.v1", "time": "2026-01-01T00:00:00Z",
        "data": {"email": email},
    });
    Event::parse(&Json::parse(said.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap()
}

fn event(name: &str) -> DomainEvent {
    event_of("asha@x.in", name)
}

fn event_of(email: &str, name: &str) -> DomainEvent {
    let customer = CustomerId::of(&Email::parse(email).unwrap()).to_string();
    let data = json!({"customerId": customer, "email": email});
    DomainEvent::new(EventType::OrderApplied, &[name], "/crm/test", format!("orders/{name}"), Time::now(), &data)
}

fn first(webhook: &Webhook, event: &DomainEvent) -> String {
    Task::First { webhook: webhook.id, event: Box::new(event.clone()) }.body()
}

fn failing_since(at: Time, times: u32) -> Health {
    (0..times).fold(Health::default(), |health, _| health.failed(at))
}

#[tokio::test]
async fn an_event_is_sent_signed_and_once_however_often_it_is_told() {
    let (crm, event) = (Crm::new().await, event("a"));
    for receives in [1, 1, 2, 5] {
        assert!(crm.take(&first(&crm.webhook, &event), receives).await);
    }
    let received = crm.receiver.received();
    let [one] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!((one.url.as_str(), one.id.clone(), one.body.clone()), (URL, event.id.to_string(), event.text()));
    let key = crm.worker.addresses.key().await.unwrap();
    let keys = crm.webhook.keys(&key, Time::now());
    assert_eq!(one.signature, signature(&keys, &one.id, one.timestamp, one.body.as_bytes()));
    let delivery = crm.delivery();
    assert_eq!((delivery.outcome, delivery.attempts, delivery.status), (Outcome::Delivered, 1, Some(204)));
    assert!(crm.queued().is_none());
}

#[tokio::test]
async fn what_fails_is_tried_again_later_and_then_taken() {
    let (crm, event) = (Crm::new().await, event("a"));
    crm.receiver.answers([Some(500), None, Some(302)]);
    assert!(crm.begin(&event).await);
    for attempts in 1..=3 {
        let again = crm.again();
        assert_eq!((again.attempts, again.delivery), (attempts, crm.delivery().id));
        let early = Task::Again(again).body();
        assert!(!early.contains("asha"), "what waits says nothing of anybody");
        // It comes before its time, since SQS delays by a quarter of an hour at most: nothing is sent.
        assert!(crm.take(&early, 1).await);
        assert_eq!((crm.again(), crm.receiver.received().len()), (again, attempts as usize));
        let due = crm.make_due(again).await;
        assert!(crm.take(&due, 1).await);
    }
    let delivery = crm.delivery();
    assert_eq!((delivery.outcome, delivery.attempts), (Outcome::Delivered, 4));
    let ids: std::collections::BTreeSet<String> = crm.receiver.received().into_iter().map(|one| one.id).collect();
    assert_eq!(ids.len(), 1, "all attempts have the event's id");
    assert!(crm.queued().is_none());
    assert!(crm.memory.health(crm.webhook.id).await.unwrap().record.is_good());
}

#[tokio::test]
async fn after_a_day_a_delivery_has_failed() {
    let (crm, event) = (Crm::new().await, event("a"));
    crm.receiver.answers([Some(503)]);
    let mut fresh = Delivery::of(crm.webhook.id, &event, Time::now().plus(-DAY));
    (fresh.tries, fresh.attempts, fresh.next_attempt_at) = (10, 10, Some(Time::now().plus(-SECOND)));
    crm.memory.put_delivery(0, &fresh).await.unwrap();
    let again = Again { webhook: crm.webhook.id, delivery: fresh.id, attempts: 10, due: Time::now().plus(-SECOND) };
    assert!(crm.take(&Task::Again(again).body(), 1).await);
    let delivery = crm.delivery();
    assert_eq!((delivery.outcome, delivery.attempts, delivery.status), (Outcome::Failed, 11, Some(503)));
    assert_eq!(delivery.excerpt.as_deref(), Some("answer 503"));
    assert!(crm.queued().is_none());
}

#[tokio::test]
async fn a_crash_between_request_and_record_sends_again_with_the_same_id() {
    let (crm, event) = (Crm::new().await, event("a"));
    crm.memory.fail_deliveries(1);
    assert!(!crm.begin(&event).await, "given back");
    assert_eq!(crm.memory.postponed().len(), 1);
    assert!(crm.take(&first(&crm.webhook, &event), 2).await);
    let received = crm.receiver.received();
    assert_eq!((received.len(), received[0].id == received[1].id), (2, true));
    assert_eq!(crm.delivery().attempts, 1);
}

#[tokio::test]
async fn a_crash_between_record_and_queue_loses_no_attempt() {
    let (crm, event) = (Crm::new().await, event("a"));
    crm.receiver.answers([Some(500)]);
    crm.begin(&event).await;
    let lost = crm.again();
    // The message comes again, since whoever took it died before it put the next one on the queue.
    assert!(crm.take(&first(&crm.webhook, &event), 2).await);
    assert_eq!(crm.again(), Again { due: crm.delivery().next_attempt_at.unwrap(), ..lost });
    // A second copy of the event is another matter: the first goes on.
    assert!(crm.take(&first(&crm.webhook, &event), 1).await);
    assert!(crm.queued().is_none());
    assert_eq!(crm.receiver.received().len(), 1);
}

#[tokio::test]
async fn a_record_whose_answer_was_lost_loses_no_attempt() {
    let (crm, event) = (Crm::new().await, event("a"));
    crm.receiver.answers([Some(500)]);
    crm.memory.lose_answers_of_deliveries(1);
    assert!(crm.begin(&event).await);
    assert_eq!((crm.delivery().attempts, crm.again().attempts), (1, 1));
    // Nor does one that is put off before its first attempt.
    let resting = Crm::new().await;
    resting.set_health(&failing_since(Time::now(), 20)).await;
    resting.memory.lose_answers_of_deliveries(1);
    assert!(resting.begin(&event).await);
    assert_eq!((resting.delivery().attempts, resting.again().attempts), (0, 0));
}

#[tokio::test]
async fn of_two_messages_for_one_attempt_one_goes_on() {
    let (crm, event) = (Crm::new().await, event("a"));
    crm.receiver.answers([Some(500), Some(500)]);
    crm.begin(&event).await;
    let due = crm.make_due(crm.again()).await;
    assert!(crm.take(&due, 1).await);
    assert!(crm.take(&due, 1).await, "done by now");
    assert_eq!((crm.again().attempts, crm.receiver.received().len()), (2, 2));
}

#[tokio::test]
async fn who_is_gone_is_disabled_at_once_and_the_log_tells() {
    let crm = Crm::new().await;
    crm.receiver.answers([Some(410)]);
    crm.begin(&event("a")).await;
    assert_eq!(crm.delivery().outcome, Outcome::Dropped);
    assert_eq!(crm.stored().await.disabled.map(|disabled| disabled.reason), Some(DisabledReason::Gone));
    let told = crm.memory.told();
    assert_eq!(
        told.last().map(|(actor, action, _)| (actor.as_str(), action.as_str())),
        Some(("webhook-worker", "disable_webhook"))
    );
    crm.begin(&event("b")).await;
    assert_eq!(crm.receiver.received().len(), 1, "nothing more is sent");
    assert!(crm.memory.deliveries_of(crm.webhook.id).iter().all(|one| one.outcome == Outcome::Dropped));
    assert!(crm.queued().is_none());
}

#[tokio::test]
async fn who_has_failed_for_a_day_is_disabled_and_who_answers_is_forgiven() {
    let crm = Crm::new().await;
    // Their rest is over: one is let through.
    crm.set_health(&failing_since(Time::now().plus(-DAY - HOUR), 30)).await;
    crm.begin(&event("a")).await;
    assert!(crm.memory.health(crm.webhook.id).await.unwrap().record.is_good());
    crm.set_health(&failing_since(Time::now().plus(-DAY - HOUR), 30)).await;
    crm.receiver.answers([Some(500)]);
    crm.begin(&event("b")).await;
    assert_eq!(crm.stored().await.disabled.map(|disabled| disabled.reason), Some(DisabledReason::Failing));
    let again = crm.again();
    let due = crm.make_due(again).await;
    assert!(crm.take(&due, 1).await);
    assert_eq!((crm.receiver.received().len(), crm.queued()), (2, None), "what waits is dropped");
}

#[tokio::test]
async fn who_rests_is_not_called_and_holds_nobody_up() {
    let crm = Crm::new().await;
    let resting = failing_since(Time::now(), 20);
    let until = resting.rests_until.unwrap();
    crm.set_health(&resting).await;
    for name in ["a", "b"] {
        assert!(crm.begin(&event(name)).await);
        let again = crm.again();
        assert!(again.attempts == 0 && again.due >= until && again.due <= until.plus(MINUTE));
    }
    assert!(crm.receiver.received().is_empty());
    let waiting = crm.memory.deliveries_of(crm.webhook.id);
    assert!(waiting.iter().all(|one| one.outcome == Outcome::Waiting && one.attempts == 0 && one.next_attempt_at.is_some()));
    // The rest is over. One attempt is made; the other waits for what comes of it.
    crm.set_health(&Health { rests_until: Some(Time::now().plus(-SECOND)), ..resting }).await;
    crm.receiver.answers([Some(500)]);
    crm.begin(&event("c")).await;
    assert_eq!(crm.again().attempts, 1);
    crm.begin(&event("d")).await;
    assert_eq!((crm.again().attempts, crm.receiver.received().len()), (0, 1));
}

#[tokio::test]
async fn a_rotated_secret_signs_beside_the_one_before() {
    let crm = Crm::new().await;
    let rotated = crm.webhook.rotated(Time::now()).unwrap();
    crm.memory.put_webhook(1, &rotated, None, &audit()).await.unwrap();
    crm.begin(&event("a")).await;
    let one = crm.receiver.received().remove(0);
    let key = crm.worker.addresses.key().await.unwrap();
    let before = signature(&crm.webhook.keys(&key, Time::now()), &one.id, one.timestamp, one.body.as_bytes());
    let signatures: Vec<&str> = one.signature.split(' ').collect();
    assert!(signatures.len() == 2 && signatures[1] == before && signatures[0] != before);
}

#[tokio::test]
async fn what_is_asked_for_once_more_is_sent_once_more() {
    let (crm, event) = (Crm::new().await, event("a"));
    crm.begin(&event).await;
    let held = crm.memory.delivery(crm.webhook.id, crm.delivery().id).await.unwrap().unwrap();
    let resent = held.record.resent(Time::now().plus(-SECOND));
    crm.memory.put_delivery(held.version, &resent).await.unwrap();
    let again = Again { webhook: crm.webhook.id, delivery: resent.id, attempts: resent.attempts, due: resent.since };
    assert!(crm.take(&Task::Again(again).body(), 1).await);
    assert_eq!((crm.receiver.received().len(), crm.delivery().attempts), (2, 2));
}

#[tokio::test]
async fn what_an_erasure_has_taken_out_is_not_sent_again() {
    let (crm, event) = (Crm::new().await, event("a"));
    crm.receiver.answers([Some(500)]);
    crm.begin(&event).await;
    let again = crm.again();
    assert_eq!(
        crm.memory
            .forget_deliveries(CustomerId::of(&Email::parse("asha@x.in").unwrap()), Time::now().plus(SECOND))
            .await
            .unwrap(),
        1
    );
    let due = crm.make_due(again).await;
    assert!(crm.take(&due, 1).await);
    assert_eq!((crm.delivery().outcome, crm.delivery().event), (Outcome::Dropped, None));
    assert_eq!(crm.receiver.received().len(), 1);
}

#[tokio::test]
async fn a_message_that_waited_through_an_erasure_tells_nothing_of_who_is_gone() {
    let crm = Crm::new().await;
    assert!(crm.begin(&event_of("gone@x.in", "a")).await);
    assert!(crm.receiver.received().is_empty() && crm.memory.deliveries_of(crm.webhook.id).is_empty());
}

#[tokio::test]
async fn a_further_attempt_is_for_the_request_of_the_first() {
    let crm = Crm::new().await;
    crm.receiver.answers([Some(500)]);
    let request = vec![(crm_domain::dead_letter::REQUEST, "api-7".to_owned())];
    let body = first(&crm.webhook, &event("a"));
    let message = Outgoing { body, attributes: request.clone(), ..Outgoing::default() };
    assert!(crm.worker.handle(vec![received(QueueName::Webhooks, message)]).await.is_empty());
    assert_eq!(crm.queued().unwrap().attributes, request);
}

#[tokio::test]
async fn requests_that_fail_at_once_are_one_failure() {
    let crm = Crm::new().await;
    crm.receiver.answers([Some(500); 10]);
    let messages = (0..10).map(|number| {
        let body = first(&crm.webhook, &event(&number.to_string()));
        Incoming { id: number.to_string(), ..received(QueueName::Webhooks, body) }
    });
    assert!(crm.worker.handle(messages.collect()).await.is_empty());
    assert_eq!(crm.receiver.received().len(), 10);
    let health = crm.memory.health(crm.webhook.id).await.unwrap().record;
    assert!(health.rests_until.is_none(), "{health:?}");
}

#[tokio::test]
async fn what_is_for_nobody_is_done_and_what_cannot_be_read_is_set_aside() {
    let crm = Crm::new().await;
    let nobody = Webhook { id: WebhookId::generate(), ..crm.webhook.clone() };
    assert!(crm.take(&first(&nobody, &event("a")), 1).await);
    assert!(crm.receiver.received().is_empty() && crm.memory.dead(QueueName::Webhooks).is_empty());
    for body in ["", "{}", r#"{"task":"unreadable.v1","stream":"s","record":"r"}"#] {
        assert!(crm.take(body, 1).await);
    }
    assert_eq!(crm.memory.dead(QueueName::Webhooks).len(), 3);
}

#[tokio::test]
async fn every_event_of_the_folder_is_dealt_with() {
    for (case, text) in cases("webhook-worker") {
        let crm = Crm::new().await;
        let batch = incoming(serde_json::from_str(&text).unwrap());
        assert!(!batch.is_empty(), "{case}");
        assert!(crm.worker.handle(batch).await.is_empty(), "{case}");
        assert_eq!(crm.memory.dead(QueueName::Webhooks).len(), usize::from(case.starts_with("bad-")), "{case}");
    }
}
