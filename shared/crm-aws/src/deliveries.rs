//! What was sent to webhooks, in a table of its own: by webhook and day of the event, newest last.
//!
//! The key follows from webhook and event, so a repeated message finds what was done. Each attempt is one write of the whole
//! item. The index `byCustomer` has the keys of what tells of somebody; it changes with the first write of a delivery alone.

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::ids::{CustomerId, DeliveryId, WebhookId};
use crm_domain::ports::{KeepDeliveries, Page, StoreError, Versioned};
use crm_domain::time::{DAY, Time};
use crm_domain::webhook::delivery::{Delivery, KEPT, Outcome};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;

use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::items::{Item, held, key, number, text, until};

/// Most deliveries that a page which is narrowed down looks at.
const LOOKED_AT: usize = 2_000;
/// Deliveries read at once.
const CHUNK: i32 = 500;
/// Deliveries changed side by side.
const CONCURRENCY: usize = 8;

impl KeepDeliveries for Dynamo {
    async fn delivery(&self, webhook: WebhookId, id: DeliveryId) -> Result<Option<Versioned<Delivery>>, StoreError> {
        self.get(&self.deliveries, delivery_key(webhook, id)).await?.map(read_delivery).transpose()
    }

    async fn put_delivery(&self, version: u64, delivery: &Delivery) -> Result<(), StoreError> {
        self.put_versioned(&self.deliveries, delivery_item(delivery, version + 1)?, version).await
    }

    async fn deliveries(
        &self,
        webhook: WebhookId,
        outcome: Option<Outcome>,
        after: Option<String>,
        limit: usize,
        now: Time,
    ) -> Result<Page<Delivery>, StoreError> {
        let mut after = after.as_deref().and_then(DeliveryId::parse);
        let mut day = after.map_or(now, |id| id.time()).date();
        let oldest = now.plus(-KEPT - DAY).date();
        let (mut items, mut looked_at): (Vec<Delivery>, usize) = (Vec::new(), 0);
        while day >= oldest {
            let (page, ended) = self.deliveries_before(webhook, day, after).await?;
            for one in page {
                looked_at += 1;
                after = Some(one.id);
                if outcome.is_none_or(|outcome| one.outcome == outcome) {
                    items.push(one);
                }
                if items.len() == limit || looked_at == LOOKED_AT {
                    // Whether anything comes after it, the next page says.
                    return Ok(Page { items, next: after.map(|id| id.to_string()) });
                }
            }
            if ended {
                day = day.yesterday().unwrap_or(Date::MIN);
            }
        }
        Ok(Page { items, next: None })
    }

    async fn forget_deliveries(&self, identity: CustomerId, before: Time) -> Result<u64, StoreError> {
        let found = self.all_of(&self.deliveries, Some("byCustomer"), identity).await?;
        let before = self.still_before(identity, before).await?;
        let theirs = found.into_iter().filter_map(|item| {
            let id = DeliveryId::parse(&text(item.get("id").cloned())?).filter(|id| id.time() < before)?;
            Some(key([("webhookDay", text(item.get("webhookDay").cloned())?), ("id", id.to_string())]))
        });
        let writes: Vec<_> = theirs.map(|key| self.forget_event(key)).collect();
        stream::iter(writes).buffer_unordered(CONCURRENCY).try_fold(0, async |sum, one| Ok(sum + u64::from(one))).await
    }
}

impl Dynamo {
    /// Deliveries of one day before one of them, newest first and without their events, and whether these are all.
    async fn deliveries_before(
        &self,
        webhook: WebhookId,
        day: Date,
        before: Option<DeliveryId>,
    ) -> Result<(Vec<Delivery>, bool), StoreError> {
        // A tilde sorts after every id.
        let before = before.map_or_else(|| "~".to_owned(), |id| id.to_string());
        let answer = self
            .client
            .query()
            .table_name(&self.deliveries)
            .key_condition_expression("webhookDay = :day AND id < :before")
            .expression_attribute_values(":day", AttributeValue::S(partition(webhook, day)))
            .expression_attribute_values(":before", AttributeValue::S(before))
            .projection_expression("#record, #version")
            .expression_attribute_names("#record", "record")
            .expression_attribute_names("#version", "version")
            .scan_index_forward(false)
            .limit(CHUNK)
            .send()
            .await
            .map_err(store_error)?;
        let ended = answer.last_evaluated_key.is_none();
        let items = answer.items.unwrap_or_default().into_iter().map(|item| read_delivery(item).map(|held| held.record));
        Ok((items.collect::<Result<_, _>>()?, ended))
    }

    /// Takes the event out of a delivery; false when that has been done. Its version moves on, so that nobody who has read the event
    /// writes it back.
    async fn forget_event(&self, key: Item) -> Result<bool, StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.deliveries)
            .set_key(Some(key))
            .condition_expression("attribute_exists(event)")
            .update_expression("REMOVE event, customerId, #record.excerpt, #record.cause SET #version = #version + :one")
            // What a receiver answers may repeat what it was sent.
            .expression_attribute_names("#record", "record")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        held(update.send().await.map_err(store_error))
    }
}

fn partition(webhook: WebhookId, day: Date) -> String {
    format!("{webhook}#{day}")
}

fn delivery_key(webhook: WebhookId, id: DeliveryId) -> Item {
    key([("webhookDay", partition(webhook, id.time().date())), ("id", id.to_string())])
}

fn delivery_item(delivery: &Delivery, version: u64) -> Result<Item, StoreError> {
    let mut item = delivery_key(delivery.webhook, delivery.id);
    item.insert("version".to_owned(), AttributeValue::N(version.to_string()));
    item.insert("record".to_owned(), serde_dynamo::to_attribute_value(delivery).map_err(corrupt)?);
    item.insert("expiresAt".to_owned(), until(delivery.kept_until()));
    if let Some(event) = &delivery.event {
        item.insert("event".to_owned(), AttributeValue::S(event.clone()));
        item.extend(delivery.customer.map(|id| ("customerId".to_owned(), AttributeValue::S(id.to_string()))));
    }
    Ok(item)
}

fn read_delivery(mut item: Item) -> Result<Versioned<Delivery>, StoreError> {
    let version = number(&item, "version", "a delivery has no version")?;
    let record = item.remove("record").ok_or_else(|| corrupt("a delivery has no record"))?;
    let read: Delivery = serde_dynamo::from_attribute_value(record).map_err(corrupt)?;
    let customer = text(item.remove("customerId")).and_then(|id| CustomerId::parse(&id));
    Ok(Versioned { version, record: Delivery { event: text(item.remove("event")), customer, ..read } })
}

#[cfg(test)]
mod tests {
    use crm_domain::domain_event::{DomainEvent, EventType};
    use crm_domain::webhook::delivery::Answer;

    use super::*;

    #[test]
    fn deliveries_survive_storage_with_and_without_their_event() {
        let customer = CustomerId::from_bytes([9; 16]);
        let data = serde_json::json!({"customerId": customer.to_string(), "email": "asha@x.in"});
        let now = Time::parse("2026-11-26T10:00:00Z").unwrap();
        let event = DomainEvent::new(EventType::OrderApplied, &["a"], "/crm/dev", "orders/a".into(), now, &data);
        let answer = Answer { status: Some(503), excerpt: Some("busy".into()), millis: 9, ..Answer::default() };
        let delivery = Delivery::of(WebhookId::from_bytes([7; 16]), &event, now).tried(&answer, now, 0.5);
        let item = delivery_item(&delivery, 3).unwrap();
        assert_eq!(text(item.get("webhookDay").cloned()), Some(format!("{}#2026-11-26", delivery.webhook)));
        assert_eq!(item.get("customerId"), Some(&AttributeValue::S(customer.to_string())));
        let read = read_delivery(item.clone()).unwrap();
        assert_eq!((read.version, read.record), (3, delivery.clone()));
        let mut forgotten = item;
        forgotten.retain(|name, _| name != "event" && name != "customerId");
        assert!(!format!("{forgotten:?}").contains("asha"));
        assert_eq!(read_delivery(forgotten).unwrap().record, Delivery { event: None, customer: None, ..delivery });
    }
}
