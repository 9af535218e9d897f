//! Telling other systems: webhooks, their deliveries, and the event bus.

use std::future::Future;

use super::{Page, QueueError, Right, Stored, Versioned};
use crate::audit::AuditEntry;
use crate::domain_event::DomainEvent;
use crate::ids::{CustomerId, DeliveryId, WebhookId};
use crate::time::Time;
use crate::webhook::Webhook;
use crate::webhook::delivery::{Answer, Delivery, Outcome};
use crate::webhook::health::Health;

pub trait KeepWebhooks: Send + Sync + 'static {
    /// All of them, by id.
    fn webhooks(&self) -> impl Future<Output = Stored<Vec<Versioned<Webhook>>>> + Send;
    fn webhook(&self, id: WebhookId) -> impl Future<Output = Stored<Option<Versioned<Webhook>>>> + Send;
    /// Until when changes are told to nobody: they put back what was there before a restore, and others know it already.
    fn quiet_until(&self) -> impl Future<Output = Stored<Option<Time>>> + Send;
    /// Stores a new webhook; one with this id that is there already stays as it is. [`super::StoreError::Conflict`] when whoever
    /// has the right has changed.
    fn create_webhook(&self, webhook: &Webhook, right: &Right, audit: &AuditEntry) -> impl Future<Output = Stored<()>> + Send;
    /// Replaces the webhook of version `version`; [`super::StoreError::Conflict`] when it, or whoever has the right, has changed.
    fn put_webhook(
        &self,
        version: u64,
        webhook: &Webhook,
        right: Option<&Right>,
        audit: &AuditEntry,
    ) -> impl Future<Output = Stored<()>> + Send;
    /// Deletes the webhook of version `version`, with what is remembered of it. Its deliveries go with time.
    fn delete_webhook(&self, id: WebhookId, version: u64, audit: &AuditEntry) -> impl Future<Output = Stored<()>> + Send;
}

pub trait KeepHealth: Send + Sync + 'static {
    /// How a receiver fares; well, where nothing is remembered.
    fn health(&self, webhook: WebhookId) -> impl Future<Output = Stored<Versioned<Health>>> + Send;
    /// Replaces what is remembered under version `version` (0: nothing); [`super::StoreError::Conflict`] when it has moved.
    fn put_health(&self, webhook: WebhookId, version: u64, health: &Health) -> impl Future<Output = Stored<()>> + Send;
}

pub trait KeepDeliveries: Send + Sync + 'static {
    fn delivery(&self, webhook: WebhookId, id: DeliveryId) -> impl Future<Output = Stored<Option<Versioned<Delivery>>>> + Send;
    /// Replaces the delivery of version `version` (0: none); [`super::StoreError::Conflict`] when it has moved.
    fn put_delivery(&self, version: u64, delivery: &Delivery) -> impl Future<Output = Stored<()>> + Send;
    /// Newest events first, without their text. With an outcome a page may be short, or empty, with a next one behind it.
    fn deliveries(
        &self,
        webhook: WebhookId,
        outcome: Option<Outcome>,
        after: Option<String>,
        limit: usize,
        now: Time,
    ) -> impl Future<Output = Stored<Page<Delivery>>> + Send;
    /// Takes out of the log what events from before a moment say of somebody; that they were sent stays.
    fn forget_deliveries(&self, identity: CustomerId, before: Time) -> impl Future<Output = Stored<u64>> + Send;
}

/// One request to a receiver.
#[derive(Debug, Clone, Copy)]
pub struct WebhookCall<'a> {
    pub url: &'a str,
    /// By which the receiver knows a repetition.
    pub id: &'a str,
    /// Seconds since 1970, as they are signed.
    pub timestamp: i64,
    pub signature: &'a str,
    pub body: &'a str,
}

pub trait CallWebhooks: Send + Sync + 'static {
    /// Sends once. Whatever goes wrong is an answer.
    fn call(&self, call: WebhookCall<'_>) -> impl Future<Output = Answer> + Send;
}

pub trait PublishEvents: Send + Sync + 'static {
    /// Whether there is a bus at all.
    fn is_on(&self) -> bool;
    /// Puts all events on the bus; on an error some may be there already.
    fn publish(&self, events: &[DomainEvent]) -> impl Future<Output = Result<(), QueueError>> + Send;
}
