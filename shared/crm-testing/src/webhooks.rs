//! Webhooks, their deliveries and a bus in memory; and a receiver that answers as it is told.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use crm_domain::audit::AuditEntry;
use crm_domain::domain_event::DomainEvent;
use crm_domain::ids::{CustomerId, DeliveryId, WebhookId};
use crm_domain::ports::{
    CallWebhooks, KeepDeliveries, KeepHealth, KeepWebhooks, Page, PublishEvents, QueueError, Right, StoreError, Versioned,
    WebhookCall,
};
use crm_domain::time::Time;
use crm_domain::webhook::Webhook;
use crm_domain::webhook::delivery::{Answer, Delivery, Outcome};
use crm_domain::webhook::health::Health;

use crate::memory::{Memory, paged};

/// What [`Memory`] keeps of them.
#[derive(Default)]
pub(crate) struct Outbound {
    webhooks: BTreeMap<WebhookId, (u64, Webhook)>,
    health: BTreeMap<WebhookId, (u64, Health)>,
    deliveries: BTreeMap<(WebhookId, DeliveryId), (u64, Delivery)>,
    /// Writes of deliveries that fail before any succeeds.
    failing: u32,
    /// Writes of deliveries that are made, and then once more by whoever got no answer.
    repeated: u32,
    published: Option<Vec<DomainEvent>>,
    bus_is_down: bool,
    quiet_until: Option<Time>,
}

impl Memory {
    /// Lets there be a bus.
    pub fn open_bus(&self) {
        self.outbound.lock().unwrap().published.get_or_insert_default();
    }

    /// Lets the bus refuse everything, or not.
    pub fn set_bus_down(&self, is_down: bool) {
        self.outbound.lock().unwrap().bus_is_down = is_down;
    }

    /// What was put on the bus.
    pub fn published(&self) -> Vec<DomainEvent> {
        self.outbound.lock().unwrap().published.clone().unwrap_or_default()
    }

    /// Says until when nothing is told.
    pub fn be_quiet_until(&self, until: Time) {
        self.outbound.lock().unwrap().quiet_until = Some(until);
    }

    /// Lets the next writes of deliveries get no answer, and not be made.
    pub fn fail_deliveries(&self, count: u32) {
        self.outbound.lock().unwrap().failing = count;
    }

    /// Lets the next writes of deliveries be made, but their answers be lost; the SDK then sends them once more.
    pub fn lose_answers_of_deliveries(&self, count: u32) {
        self.outbound.lock().unwrap().repeated = count;
    }

    /// The log of a webhook.
    pub fn deliveries_of(&self, webhook: WebhookId) -> Vec<Delivery> {
        let outbound = self.outbound.lock().unwrap();
        outbound.deliveries.iter().filter(|((of, _), _)| *of == webhook).map(|(_, (_, one))| one.clone()).collect()
    }
}

/// Puts a record in the place of version `version` of another.
fn put<K: Ord, T>(all: &mut BTreeMap<K, (u64, T)>, key: K, version: u64, record: T) -> Result<(), StoreError> {
    if all.get(&key).map_or(0, |(held, _)| *held) != version {
        return Err(StoreError::Conflict);
    }
    all.insert(key, (version + 1, record));
    Ok(())
}

fn held<T: Clone>(found: Option<&(u64, T)>) -> Option<Versioned<T>> {
    found.map(|(version, record)| Versioned { version: *version, record: record.clone() })
}

impl KeepWebhooks for Memory {
    async fn webhooks(&self) -> Result<Vec<Versioned<Webhook>>, StoreError> {
        Ok(self.outbound.lock().unwrap().webhooks.values().filter_map(|found| held(Some(found))).collect())
    }

    async fn webhook(&self, id: WebhookId) -> Result<Option<Versioned<Webhook>>, StoreError> {
        Ok(held(self.outbound.lock().unwrap().webhooks.get(&id)))
    }

    async fn quiet_until(&self) -> Result<Option<Time>, StoreError> {
        Ok(self.outbound.lock().unwrap().quiet_until)
    }

    async fn create_webhook(&self, webhook: &Webhook, right: &Right, audit: &AuditEntry) -> Result<(), StoreError> {
        self.check_right(right)?;
        if put(&mut self.outbound.lock().unwrap().webhooks, webhook.id, 0, webhook.clone()).is_ok() {
            self.tell(audit);
        }
        Ok(())
    }

    async fn put_webhook(
        &self,
        version: u64,
        webhook: &Webhook,
        right: Option<&Right>,
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        right.map_or(Ok(()), |right| self.check_right(right))?;
        put(&mut self.outbound.lock().unwrap().webhooks, webhook.id, version, webhook.clone())?;
        self.tell(audit);
        Ok(())
    }

    async fn delete_webhook(&self, id: WebhookId, version: u64, audit: &AuditEntry) -> Result<(), StoreError> {
        let mut outbound = self.outbound.lock().unwrap();
        if outbound.webhooks.get(&id).map_or(0, |(held, _)| *held) != version {
            return Err(StoreError::Conflict);
        }
        outbound.webhooks.remove(&id);
        outbound.health.remove(&id);
        self.tell(audit);
        Ok(())
    }
}

impl KeepHealth for Memory {
    async fn health(&self, webhook: WebhookId) -> Result<Versioned<Health>, StoreError> {
        let found = held(self.outbound.lock().unwrap().health.get(&webhook));
        Ok(found.unwrap_or(Versioned { version: 0, record: Health::default() }))
    }

    async fn put_health(&self, webhook: WebhookId, version: u64, health: &Health) -> Result<(), StoreError> {
        put(&mut self.outbound.lock().unwrap().health, webhook, version, health.clone())
    }
}

impl KeepDeliveries for Memory {
    async fn delivery(&self, webhook: WebhookId, id: DeliveryId) -> Result<Option<Versioned<Delivery>>, StoreError> {
        Ok(held(self.outbound.lock().unwrap().deliveries.get(&(webhook, id))))
    }

    async fn put_delivery(&self, version: u64, delivery: &Delivery) -> Result<(), StoreError> {
        let mut outbound = self.outbound.lock().unwrap();
        if outbound.failing > 0 {
            outbound.failing -= 1;
            return Err(StoreError::Unavailable("no answer".into()));
        }
        if outbound.repeated > 0 {
            outbound.repeated -= 1;
            put(&mut outbound.deliveries, (delivery.webhook, delivery.id), version, delivery.clone())?;
        }
        put(&mut outbound.deliveries, (delivery.webhook, delivery.id), version, delivery.clone())
    }

    async fn deliveries(
        &self,
        webhook: WebhookId,
        outcome: Option<Outcome>,
        after: Option<String>,
        limit: usize,
        _: Time,
    ) -> Result<Page<Delivery>, StoreError> {
        let wanted = |one: &Delivery| outcome.is_none_or(|outcome| one.outcome == outcome);
        let all = self.deliveries_of(webhook).into_iter().filter(wanted).collect();
        Ok(paged(all, |one: &Delivery| one.id.to_string(), after.as_deref(), limit))
    }

    async fn forget_deliveries(&self, identity: CustomerId, before: Time) -> Result<u64, StoreError> {
        let mut outbound = self.outbound.lock().unwrap();
        let theirs = outbound
            .deliveries
            .values_mut()
            .filter(|(_, one)| one.customer == Some(identity) && one.at < before && one.event.is_some());
        Ok(theirs.map(|(_, one)| one.event = None).count() as u64)
    }
}

impl PublishEvents for Memory {
    fn is_on(&self) -> bool {
        self.outbound.lock().unwrap().published.is_some()
    }

    async fn publish(&self, events: &[DomainEvent]) -> Result<(), QueueError> {
        let mut outbound = self.outbound.lock().unwrap();
        if outbound.bus_is_down {
            return Err(QueueError("no answer".into()));
        }
        outbound.published.get_or_insert_default().extend_from_slice(events);
        Ok(())
    }
}

/// What a receiver was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub url: String,
    pub id: String,
    pub timestamp: i64,
    pub signature: String,
    pub body: String,
}

/// A receiver that answers as it is told, and 204 when it is not.
#[derive(Default)]
pub struct Receiver {
    answers: Mutex<VecDeque<Answer>>,
    received: Mutex<Vec<Received>>,
}

impl Receiver {
    /// Lets the next requests be answered so: by a status, or not at all.
    pub fn answers(&self, answers: impl IntoIterator<Item = Option<u16>>) {
        let answer = |status: Option<u16>| Answer {
            status,
            cause: status.is_none().then(|| "timed out".to_owned()),
            excerpt: status.map(|status| format!("answer {status}")),
            millis: 5,
            retry_after: None,
        };
        self.answers.lock().unwrap().extend(answers.into_iter().map(answer));
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

impl CallWebhooks for Receiver {
    async fn call(&self, call: WebhookCall<'_>) -> Answer {
        // As an answer takes time, others go on meanwhile.
        tokio::task::yield_now().await;
        let WebhookCall { url, id, timestamp, signature, body } = call;
        let received = Received { url: url.into(), id: id.into(), timestamp, signature: signature.into(), body: body.into() };
        self.received.lock().unwrap().push(received);
        let good = Answer { status: Some(204), ..Answer::default() };
        self.answers.lock().unwrap().pop_front().unwrap_or(good)
    }
}
