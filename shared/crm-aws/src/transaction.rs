//! Transactions: actions on items, and changes with their audit entry. All of one is written, or nothing.

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem};
use crm_domain::audit::{self, AuditEntry};
use crm_domain::ports::StoreError;

use crate::dynamo::Dynamo;
use crate::error::{corrupt, transaction_error};
use crate::items::{Item, until, version_condition};

impl Dynamo {
    /// Writes all of it or nothing.
    pub(crate) async fn transact(&self, actions: Vec<TransactWriteItem>) -> Result<(), StoreError> {
        let request = self.client.transact_write_items().set_transact_items(Some(actions));
        let answer = request.send().await;
        answer.map(|_| ()).map_err(transaction_error)
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
