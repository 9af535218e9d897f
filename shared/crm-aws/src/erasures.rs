//! The list of erasures, in a table of its own: a backup of the others that is restored must not bring back an older list.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use crm_domain::erasure::Erased;
use crm_domain::ids::CustomerId;
use crm_domain::ports::{KeepErasures, Page, StoreError};
use crm_domain::time::Time;

use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::items::{Item, key, unless_conflict};
use crate::partition::Partition;
use crate::transaction::put;

/// Erasures are rare: one partition holds them all.
const PARTITION: &str = "erasure";

impl KeepErasures for Dynamo {
    async fn note_finished(&self, id: CustomerId, at: Time, finished_at: Time) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.erasures)
            .set_key(Some(erasure_key(id, at)))
            .condition_expression("attribute_exists(pk)")
            .update_expression("SET #record.finishedAt = :at")
            .expression_attribute_names("#record", "record")
            .expression_attribute_values(":at", serde_dynamo::to_attribute_value(finished_at).map_err(corrupt)?);
        unless_conflict(update.send().await.map_err(store_error))
    }

    async fn erasures(&self, after: Option<String>, limit: usize) -> Result<Page<Erased>, StoreError> {
        let partition =
            Partition { table: &self.erasures, index: None, key: ("pk", PARTITION.to_owned()), sort: "sk", ascending: false };
        let page = self.page(partition, after, limit).await?;
        let read = |mut item: Item| {
            let record = item.remove("record").unwrap_or(AttributeValue::Null(true));
            serde_dynamo::from_attribute_value(record).map_err(corrupt)
        };
        Ok(Page { items: page.items.into_iter().map(read).collect::<Result<_, _>>()?, next: page.next })
    }
}

impl Dynamo {
    /// The note of an erasure, as a part of the transaction that makes it.
    pub(crate) fn erasure_put(&self, erased: &Erased) -> Result<TransactWriteItem, StoreError> {
        let mut item = erasure_key(erased.id, erased.at);
        item.insert("record".to_owned(), serde_dynamo::to_attribute_value(erased).map_err(corrupt)?);
        put(&self.erasures, item)
    }
}

fn erasure_key(id: CustomerId, at: Time) -> Item {
    key([("pk", PARTITION.to_owned()), ("sk", format!("{}#{id}", at.sortable()))])
}
