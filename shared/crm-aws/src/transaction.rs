//! Changes with their audit entry: both are written, or neither.

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem};
use crm_domain::audit::{self, AuditEntry};
use crm_domain::ports::StoreError;
use crm_domain::time::{SECOND, Time};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crm_domain::ports::Versioned;

use crate::batch::key;
use crate::dynamo::Dynamo;
use crate::error::{corrupt, transaction_error};
use crate::items::{number, text, version_condition};
use crate::records::Item;

impl Dynamo {
    /// Writes all of it or nothing.
    pub(crate) async fn transact(&self, actions: Vec<TransactWriteItem>) -> Result<(), StoreError> {
        let request = self.client.transact_write_items().set_transact_items(Some(actions));
        let answer = request.send().await;
        answer.map(|_| ()).map_err(transaction_error)
    }

    /// Stores a new item of the App table with what belongs to it and its audit entry; one that is there already stays as it is.
    pub(crate) async fn create_app_item(
        &self,
        item: Item,
        beside: Option<TransactWriteItem>,
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        let there = [item.get("pk").cloned(), item.get("sk").cloned()].map(|part| text(part).unwrap_or_default());
        let actions = [put_at(&self.app, item, 0)?, self.audit_put(audit)?].into_iter().chain(beside).collect();
        match self.transact(actions).await {
            // Its id is new or that of this very request, so whatever is there has been written by an earlier attempt.
            Err(StoreError::Conflict) if self.app_item(&there[0], &there[1]).await?.is_some() => Ok(()),
            done => done,
        }
    }

    /// The audit entry as an action: it is only ever added.
    pub(crate) fn audit_put(&self, entry: &AuditEntry) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.audit)
            .set_item(Some(audit_item(entry)?))
            .condition_expression("attribute_not_exists(id)")
            .build()
            .map_err(corrupt)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

/// A put on condition that version `version` is stored (0: none).
pub(crate) fn put_at(table: &str, item: Item, version: u64) -> Result<TransactWriteItem, StoreError> {
    let (condition, stored) = version_condition(version);
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression(condition)
        .expression_attribute_names("#version", "version")
        .set_expression_attribute_values(stored)
        .build()
        .map_err(corrupt)?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// A put of an item, whatever is stored.
pub(crate) fn put(table: &str, item: Item) -> Result<TransactWriteItem, StoreError> {
    let put = Put::builder().table_name(table).set_item(Some(item)).build().map_err(corrupt)?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// A deletion on condition that version `version` is stored.
pub(crate) fn delete_at(table: &str, key: Item, version: u64) -> Result<TransactWriteItem, StoreError> {
    let delete = Delete::builder()
        .table_name(table)
        .set_key(Some(key))
        .condition_expression("#version = :version")
        .expression_attribute_names("#version", "version")
        .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
        .build()
        .map_err(corrupt)?;
    Ok(TransactWriteItem::builder().delete(delete).build())
}

/// A deletion of an item, whatever is stored.
pub(crate) fn delete(table: &str, key: Item) -> Result<TransactWriteItem, StoreError> {
    let delete = Delete::builder().table_name(table).set_key(Some(key)).build().map_err(corrupt)?;
    Ok(TransactWriteItem::builder().delete(delete).build())
}

/// Nothing but the condition that version `version` is stored.
pub(crate) fn check_at(table: &str, key: Item, version: u64) -> Result<TransactWriteItem, StoreError> {
    let check = ConditionCheck::builder()
        .table_name(table)
        .set_key(Some(key))
        .condition_expression("#version = :version")
        .expression_attribute_names("#version", "version")
        .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
        .build()
        .map_err(corrupt)?;
    Ok(TransactWriteItem::builder().condition_check(check).build())
}

/// An item with its record as one map beside the version.
pub(crate) fn row<T: Serialize>(pk: &str, sk: &str, version: u64, record: &T) -> Result<Item, StoreError> {
    let mut item = key([("pk", pk.to_owned()), ("sk", sk.to_owned())]);
    item.insert("version".to_owned(), AttributeValue::N(version.to_string()));
    item.insert("record".to_owned(), serde_dynamo::to_attribute_value(record).map_err(corrupt)?);
    Ok(item)
}

/// The reverse of [`row`].
pub(crate) fn read_row<T: DeserializeOwned>(mut item: Item) -> Result<Versioned<T>, StoreError> {
    let version = number(&item, "version", "an item has no version")?;
    let record = item.remove("record").ok_or_else(|| corrupt("an item has no record"))?;
    Ok(Versioned { version, record: serde_dynamo::from_attribute_value(record).map_err(corrupt)? })
}

/// Until when DynamoDB keeps an item: whole seconds.
pub(crate) fn until(time: Time) -> AttributeValue {
    AttributeValue::N((time.micros() / SECOND).to_string())
}

pub(crate) fn audit_item(entry: &AuditEntry) -> Result<Item, StoreError> {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    Ok(Item::from([
        ("month".to_owned(), text(&entry.at.to_string()[..7])),
        ("id".to_owned(), text(&entry.id.to_string())),
        ("actorId".to_owned(), text(&entry.actor.id)),
        ("object".to_owned(), text(&entry.object)),
        ("entry".to_owned(), serde_dynamo::to_attribute_value(entry).map_err(corrupt)?),
        ("expiresAt".to_owned(), until(entry.at.plus(audit::KEPT))),
    ]))
}
