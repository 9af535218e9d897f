//! What is asked of single items and partitions of the App table, whose key is `pk` and `sk`; what they hold is read elsewhere.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use crm_domain::audit::AuditEntry;
use crm_domain::ports::{Page, StoreError};

use crate::dynamo::Dynamo;
use crate::error::store_error;
use crate::items::{Item, key, text, unless_conflict};
use crate::partition::{Partition, all};
use crate::transaction::put_at;

impl Dynamo {
    /// One item of the App table.
    pub(crate) async fn app_item(&self, pk: &str, sk: &str) -> Result<Option<Item>, StoreError> {
        self.get(&self.app, key([("pk", pk.to_owned()), ("sk", sk.to_owned())])).await
    }

    /// Everything in one partition of the App table, or what has a sort key that begins so, in the order of the sort key.
    pub(crate) async fn app_partition(
        &self,
        pk: String,
        begins: Option<String>,
        consistent: bool,
    ) -> Result<Vec<Item>, StoreError> {
        let condition = if begins.is_some() { "pk = :pk AND begins_with(sk, :begins)" } else { "pk = :pk" };
        let mut query = self
            .client
            .query()
            .table_name(&self.app)
            .consistent_read(consistent)
            .key_condition_expression(condition)
            .expression_attribute_values(":pk", AttributeValue::S(pk));
        if let Some(begins) = begins {
            query = query.expression_attribute_values(":begins", AttributeValue::S(begins));
        }
        all(query).await
    }

    /// Items of one kind of the App table, newest first: their sort keys are of UUID version 7.
    pub(crate) async fn newest_of(&self, pk: &str, after: Option<String>, limit: usize) -> Result<Page<Item>, StoreError> {
        let partition = Partition { table: &self.app, index: None, key: ("pk", pk.to_owned()), sort: "sk", ascending: false };
        self.page(partition, after, limit).await
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

    /// Puts an item of the App table on this condition; where it does not hold, what is there stays.
    pub(crate) async fn put_new(&self, item: Item, condition: &str) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(&self.app).set_item(Some(item)).condition_expression(condition);
        unless_conflict(put.send().await.map_err(store_error))
    }
}
