//! Imports in the App table: the record as one map, and beside it the numbers of the pending parts as a set.
//!
//! The write worker takes parts out of the set (`import_part_applied`) without a look at the version; so nothing here
//! ever writes the set as a whole.

use std::ops::Range;

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::audit::AuditEntry;
use crm_domain::ids::ImportId;
use crm_domain::import::Import;
use crm_domain::ports::{KeepImports, Page, StoreError, Versioned};

use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::items::{Item, key, number};

const PARTITION: &str = "import";

impl KeepImports for Dynamo {
    async fn create_import(&self, import: &Import, audit: &AuditEntry) -> Result<(), StoreError> {
        let mut item = key([("pk", PARTITION.to_owned()), ("sk", import.id.to_string())]);
        item.insert("version".to_owned(), AttributeValue::N("1".to_owned()));
        item.insert("record".to_owned(), serde_dynamo::to_attribute_value(import).map_err(corrupt)?);
        self.create_app_item(item, None, audit).await
    }

    async fn import(&self, id: ImportId) -> Result<Option<Versioned<Import>>, StoreError> {
        self.app_item(PARTITION, &id.to_string()).await?.map(read_import).transpose()
    }

    async fn imports(&self, after: Option<String>, limit: usize) -> Result<Page<Import>, StoreError> {
        let page = self.newest_of(PARTITION, after, limit).await?;
        let items = page.items.into_iter().map(|item| read_import(item).map(|import| import.record));
        Ok(Page { items: items.collect::<Result<_, _>>()?, next: page.next })
    }

    async fn update_import(&self, version: u64, import: &Import, begun: Range<u64>) -> Result<(), StoreError> {
        let mut request = self
            .client
            .update_item()
            .table_name(&self.app)
            .set_key(Some(key([("pk", PARTITION.to_owned()), ("sk", import.id.to_string())])))
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#record", "record")
            .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
            .expression_attribute_values(":next", AttributeValue::N((version + 1).to_string()))
            .expression_attribute_values(":record", serde_dynamo::to_attribute_value(import).map_err(corrupt)?);
        let mut update = "SET #version = :next, #record = :record".to_owned();
        // A set must not be empty.
        if !begun.is_empty() {
            update.push_str(" ADD pending :begun");
            let parts = begun.map(|part| part.to_string()).collect();
            request = request.expression_attribute_values(":begun", AttributeValue::Ns(parts));
        }
        request.update_expression(update).send().await.map(|_| ()).map_err(store_error)
    }
}

fn read_import(mut item: Item) -> Result<Versioned<Import>, StoreError> {
    let version = number(&item, "version", "an import has no version")?;
    let record = item.remove("record").ok_or_else(|| corrupt("an import has no record"))?;
    let mut import: Import = serde_dynamo::from_attribute_value(record).map_err(corrupt)?;
    // DynamoDB drops a set with its last element.
    if let Some(AttributeValue::Ns(parts)) = item.remove("pending") {
        import.pending = parts.iter().map(|part| part.parse()).collect::<Result<_, _>>().map_err(corrupt)?;
    }
    Ok(Versioned { version, record: import })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crm_domain::import::{Header, ImportKind};
    use crm_domain::time::Time;

    use super::*;

    #[test]
    fn an_import_reads_as_it_was_written() {
        let mapping = BTreeMap::from([("total".to_owned(), "Sum".to_owned())]);
        let mut import = Import::new(ImportId::generate(), ImportKind::Orders, mapping, Time::from_micros(1_700_000_000_000_000));
        import.header = Some(Header {
            columns: vec![Some("email".into()), None],
            ignored: vec!["x".into()],
            delimiter: ';',
            end: 10,
            line: 2,
        });
        import.bytes_total = 5_000_000_000;
        import.pending = [3, 40].into();
        let item = Item::from([
            ("version".to_owned(), AttributeValue::N("7".into())),
            ("record".to_owned(), serde_dynamo::to_attribute_value(&import).unwrap()),
            ("pending".to_owned(), AttributeValue::Ns(vec!["40".into(), "3".into()])),
        ]);
        assert_eq!(read_import(item).unwrap(), Versioned { version: 7, record: import });
    }
}
