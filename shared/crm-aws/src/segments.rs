//! Segments in the App table.

use crm_domain::audit::AuditEntry;
use crm_domain::ids::SegmentId;
use crm_domain::json::Json;
use crm_domain::ports::{KeepSegments, Page, StoreError, Versioned};
use crm_domain::rules::Rules;
use crm_domain::segment::Segment;
use crm_domain::time::Time;
use serde::{Deserialize, Serialize};

use crate::batch::key;
use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::partition::Partition;
use crate::records::Item;
use crate::transaction::{delete_at, put_at};

const PARTITION: &str = "segment";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SegmentRecord {
    pk: String,
    sk: SegmentId,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// The wire form, as text.
    rules: String,
    created_at: Time,
    updated_at: Time,
    version: u64,
}

impl KeepSegments for Dynamo {
    async fn create_segment(&self, segment: &Segment, audit: &AuditEntry) -> Result<(), StoreError> {
        self.create_app_item(segment_item(1, segment)?, audit).await
    }

    async fn segment(&self, id: SegmentId) -> Result<Option<Versioned<Segment>>, StoreError> {
        self.app_item(PARTITION, &id.to_string()).await?.map(|item| self.read_segment(item)).transpose()
    }

    async fn segments(&self, after: Option<String>, limit: usize) -> Result<Page<Segment>, StoreError> {
        let page = self.newest_of(PARTITION, after, limit).await?;
        let items = page.items.into_iter().map(|item| self.read_segment(item).map(|segment| segment.record));
        Ok(Page { items: items.collect::<Result<_, _>>()?, next: page.next })
    }

    async fn update_segment(&self, version: u64, segment: &Segment, audit: &AuditEntry) -> Result<(), StoreError> {
        let item = segment_item(version + 1, segment)?;
        self.transact(vec![put_at(&self.app, item, version)?, self.audit_put(audit)?]).await
    }

    async fn delete_segment(&self, id: SegmentId, version: u64, audit: &AuditEntry) -> Result<(), StoreError> {
        let key = key([("pk", PARTITION.to_owned()), ("sk", id.to_string())]);
        self.transact(vec![delete_at(&self.app, key, version)?, self.audit_put(audit)?]).await
    }
}

impl Dynamo {
    /// One item of the App table.
    pub(crate) async fn app_item(&self, pk: &str, sk: &str) -> Result<Option<Item>, StoreError> {
        let request = self.client.get_item().table_name(&self.app).consistent_read(true);
        let answer = request.set_key(Some(key([("pk", pk.to_owned()), ("sk", sk.to_owned())]))).send().await;
        Ok(answer.map_err(store_error)?.item)
    }

    /// Puts an item of the App table, on condition that version `version` is stored (0: none).
    pub(crate) async fn put_app_item(&self, version: u64, item: Item) -> Result<(), StoreError> {
        let (condition, stored) = Self::version_condition(version);
        let mut request = self
            .client
            .put_item()
            .table_name(&self.app)
            .set_item(Some(item))
            .condition_expression(condition)
            .expression_attribute_names("#version", "version");
        if let Some(stored) = stored {
            request = request.expression_attribute_values(":version", stored);
        }
        request.send().await.map(|_| ()).map_err(store_error)
    }

    /// Items of one kind of the App table, newest first: their sort keys are of UUID version 7.
    pub(crate) async fn newest_of(&self, pk: &str, after: Option<String>, limit: usize) -> Result<Page<Item>, StoreError> {
        let partition = Partition { table: &self.app, index: None, key: ("pk", pk.to_owned()), sort: "sk", ascending: false };
        self.page(partition, after, limit).await
    }

    fn read_segment(&self, item: Item) -> Result<Versioned<Segment>, StoreError> {
        let record: SegmentRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
        let segment = Segment {
            id: record.sk,
            name: record.name,
            description: record.description,
            rules: self.read_rules(&record.rules)?,
            created_at: record.created_at,
            updated_at: record.updated_at,
        };
        Ok(Versioned { version: record.version, record: segment })
    }

    /// Compiles stored rules.
    pub(crate) fn read_rules(&self, text: &str) -> Result<Rules, StoreError> {
        let json = Json::parse(text.as_bytes()).map_err(corrupt)?;
        Rules::parse(&json, "rules", &self.currency).map_err(corrupt)
    }
}

fn segment_item(version: u64, segment: &Segment) -> Result<Item, StoreError> {
    let record = SegmentRecord {
        pk: PARTITION.to_owned(),
        sk: segment.id,
        name: segment.name.clone(),
        description: segment.description.clone(),
        rules: segment.rules.to_json().to_string(),
        created_at: segment.created_at,
        updated_at: segment.updated_at,
        version,
    };
    serde_dynamo::to_item(record).map_err(corrupt)
}
