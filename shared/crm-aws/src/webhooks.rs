//! Webhooks in the App table, and how their receivers fare beside them: that changes with each failure, and is worth no tag.

use crm_domain::audit::AuditEntry;
use crm_domain::ids::WebhookId;
use crm_domain::ports::{KeepHealth, KeepWebhooks, Right, StoreError, Versioned};
use crm_domain::time::Time;
use crm_domain::webhook::Webhook;
use crm_domain::webhook::health::Health;

use crate::dynamo::Dynamo;
use crate::items::{Item, key, number, read_row, row};
use crate::transaction::{delete, delete_at, put_at};

/// Partitions of the App table.
const WEBHOOKS: &str = "webhooks";
const HEALTH: &str = "webhooks#health";
/// What `make restore` leaves behind: partition and sort key.
const QUIET: [&str; 2] = ["restore", "quiet"];

impl KeepWebhooks for Dynamo {
    async fn webhooks(&self) -> Result<Vec<Versioned<Webhook>>, StoreError> {
        self.app_partition(WEBHOOKS.to_owned(), None, true).await?.into_iter().map(read_row).collect()
    }

    async fn webhook(&self, id: WebhookId) -> Result<Option<Versioned<Webhook>>, StoreError> {
        self.app_item(WEBHOOKS, &id.to_string()).await?.map(read_row).transpose()
    }

    async fn quiet_until(&self) -> Result<Option<Time>, StoreError> {
        let Some(item) = self.app_item(QUIET[0], QUIET[1]).await? else { return Ok(None) };
        number(&item, "until", "the quiet has no end").map(|until| Some(Time::from_micros(until)))
    }

    async fn create_webhook(&self, webhook: &Webhook, right: &Right, audit: &AuditEntry) -> Result<(), StoreError> {
        let item = row(WEBHOOKS, &webhook.id.to_string(), 1, webhook)?;
        self.create_app_item(item, Some(self.right_check(right)?), audit).await
    }

    async fn put_webhook(
        &self,
        version: u64,
        webhook: &Webhook,
        right: Option<&Right>,
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        let item = row(WEBHOOKS, &webhook.id.to_string(), version + 1, webhook)?;
        let mut actions = vec![put_at(&self.app, item, version)?, self.audit_put(audit)?];
        if let Some(right) = right {
            actions.push(self.right_check(right)?);
        }
        self.transact(actions).await
    }

    async fn delete_webhook(&self, id: WebhookId, version: u64, audit: &AuditEntry) -> Result<(), StoreError> {
        let health = delete(&self.app, place(HEALTH, id))?;
        self.transact(vec![delete_at(&self.app, place(WEBHOOKS, id), version)?, health, self.audit_put(audit)?]).await
    }
}

impl KeepHealth for Dynamo {
    async fn health(&self, webhook: WebhookId) -> Result<Versioned<Health>, StoreError> {
        let found = self.app_item(HEALTH, &webhook.to_string()).await?;
        found.map_or(Ok(Versioned { version: 0, record: Health::default() }), read_row)
    }

    async fn put_health(&self, webhook: WebhookId, version: u64, health: &Health) -> Result<(), StoreError> {
        self.put_versioned(&self.app, row(HEALTH, &webhook.to_string(), version + 1, health)?, version).await
    }
}

fn place(partition: &str, id: WebhookId) -> Item {
    key([("pk", partition.to_owned()), ("sk", id.to_string())])
}
