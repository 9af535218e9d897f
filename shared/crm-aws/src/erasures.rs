//! The list of erasures, in a table of its own: a backup of the others that is restored must not bring back an older list.

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::erasure::Erased;
use crm_domain::ports::{KeepErasures, Page, StoreError};

use crate::batch::key;
use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::partition::Partition;

/// Erasures are rare: one partition holds them all.
const PARTITION: &str = "erasure";

impl KeepErasures for Dynamo {
    async fn note_erasure(&self, erased: &Erased) -> Result<(), StoreError> {
        let mut item = key([("pk", PARTITION.to_owned()), ("sk", format!("{}#{}", erased.at.sortable(), erased.id))]);
        item.insert("record".to_owned(), serde_dynamo::to_attribute_value(erased).map_err(corrupt)?);
        let put = self.client.put_item().table_name(&self.erasures).set_item(Some(item));
        put.send().await.map(|_| ()).map_err(store_error)
    }

    async fn erasures(&self, after: Option<String>, limit: usize) -> Result<Page<Erased>, StoreError> {
        let partition =
            Partition { table: &self.erasures, index: None, key: ("pk", PARTITION.to_owned()), sort: "sk", ascending: false };
        let page = self.page(partition, after, limit).await?;
        let read = |mut item: crate::records::Item| {
            let record = item.remove("record").unwrap_or(AttributeValue::Null(true));
            serde_dynamo::from_attribute_value(record).map_err(corrupt)
        };
        Ok(Page { items: page.items.into_iter().map(read).collect::<Result<_, _>>()?, next: page.next })
    }
}
