//! Segments in the App table.

use std::sync::{Arc, PoisonError};

use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValue, TransactWriteItem};
use crm_domain::audit::AuditEntry;
use crm_domain::ids::SegmentId;
use crm_domain::json::Json;
use crm_domain::membership::{Build, EditionId, PartOfBuild};
use crm_domain::ports::{KeepSegments, Page, ReadSegments, StoreError, Versioned};
use crm_domain::rules::Rules;
use crm_domain::segment::{Definition, Edition, Segment, Segments, SegmentsChange};
use crm_domain::sizes::Shown;
use crm_domain::time::Time;
use serde::{Deserialize, Serialize};

use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::items::{Item, key, number, read_row, row};
use crate::transaction::{delete_at, put_at};

const PARTITION: &str = "segment";
/// What is kept of all segments together.
const STATE: &str = "segments";
/// Attempts to read all segments while others change them.
const ATTEMPTS: usize = 5;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SegmentRecord {
    pk: String,
    sk: SegmentId,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// The wire form, as text; a list of names has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rules: Option<String>,
    edition: EditionId,
    /// Where they differ from `rules`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edition_rules: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<EditionId>,
    /// Where it is another edition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown_rules: Option<String>,
    /// Editions that were shown, with the microsecond since when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shown_since: Vec<(EditionId, i64)>,
    created_at: Time,
    updated_at: Time,
    version: u64,
}

impl ReadSegments for Dynamo {
    async fn segments_revision(&self) -> Result<u64, StoreError> {
        let Some(item) = self.app_item(STATE, "revision").await? else { return Ok(0) };
        number(&item, "revision", "the segments have no revision")
    }

    async fn all_segments(&self) -> Result<Arc<Segments>, StoreError> {
        for _ in 0..ATTEMPTS {
            let revision = self.segments_revision().await?;
            let known = self.known_segments.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if known.revision == revision {
                return Ok(known);
            }
            let items = self.app_partition(PARTITION.to_owned(), None, true).await?;
            let all = items.into_iter().map(|item| self.read_segment(item)).collect::<Result<Vec<_>, _>>()?;
            if self.segments_revision().await? == revision {
                let read = Arc::new(Segments { revision, all });
                *self.known_segments.lock().unwrap_or_else(PoisonError::into_inner) = read.clone();
                return Ok(read);
            }
        }
        Err(StoreError::Conflict)
    }
}

impl KeepSegments for Dynamo {
    async fn segment(&self, id: SegmentId) -> Result<Option<Versioned<Segment>>, StoreError> {
        self.app_item(PARTITION, &id.to_string()).await?.map(|item| self.read_segment(item)).transpose()
    }

    async fn segments(&self, after: Option<String>, limit: usize) -> Result<Page<Segment>, StoreError> {
        let page = self.newest_of(PARTITION, after, limit).await?;
        let items = page.items.into_iter().map(|item| self.read_segment(item).map(|segment| segment.record));
        Ok(Page { items: items.collect::<Result<_, _>>()?, next: page.next })
    }

    async fn change_segments(&self, change: &SegmentsChange, audit: Option<&AuditEntry>) -> Result<(), StoreError> {
        let mut actions = Vec::new();
        for held in &change.puts {
            actions.push(put_at(&self.app, segment_item(held.version + 1, &held.record)?, held.version)?);
        }
        if let Some((id, version)) = change.deleted {
            let key = key([("pk", PARTITION.to_owned()), ("sk", id.to_string())]);
            actions.push(delete_at(&self.app, key, version)?);
        }
        actions.push(self.revision_put(change)?);
        if let Some(audit) = audit {
            actions.push(self.audit_put(audit)?);
        }
        self.transact(actions).await
    }

    async fn build(&self) -> Result<Option<Versioned<Build>>, StoreError> {
        self.app_item(STATE, "build").await?.map(read_row).transpose()
    }

    async fn put_build(&self, version: u64, build: &Build) -> Result<(), StoreError> {
        self.put_versioned(&self.app, row(STATE, "build", version + 1, build)?, version).await
    }

    async fn note_build(&self, part: &PartOfBuild, done: bool, now: Time) -> Result<Option<Versioned<Build>>, StoreError> {
        let number = |number: u64| AttributeValue::N(number.to_string());
        let time = |time: Time| serde_dynamo::to_attribute_value(time).map_err(corrupt);
        let began = if part.began_at.is_some() { " AND #record.startedAt = :began" } else { "" };
        let finished = if done { ", #record.done.#part = :done" } else { "" };
        let mut request = self
            .client
            .update_item()
            .table_name(&self.app)
            .set_key(Some(key([("pk", STATE.to_owned()), ("sk", "build".to_owned())])))
            .condition_expression(format!("#record.target = :target{began}"))
            .update_expression(format!(
                "SET #record.scanned.#part = :scanned, #record.touchedAt = :now, #version = #version + :one{finished}"
            ))
            .expression_attribute_names("#record", "record")
            .expression_attribute_names("#part", part.part.to_string())
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":target", number(part.target))
            .expression_attribute_values(":scanned", number(part.scanned))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", time(now)?)
            .return_values(ReturnValue::AllNew);
        if let Some(at) = part.began_at {
            request = request.expression_attribute_values(":began", time(at)?);
        }
        if done {
            request = request.expression_attribute_values(":done", AttributeValue::Bool(true));
        }
        match request.send().await.map_err(store_error) {
            Ok(answer) => answer.attributes.map(read_row).transpose(),
            Err(StoreError::Conflict) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Dynamo {
    fn read_segment(&self, item: Item) -> Result<Versioned<Segment>, StoreError> {
        let record: SegmentRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
        let definition = match &record.rules {
            Some(rules) => Definition::Rules(self.read_rules(rules)?),
            None => Definition::List,
        };
        let rules = match (&record.edition_rules, &definition) {
            (Some(rules), _) => self.read_rules(rules)?,
            (None, Definition::Rules(rules)) => rules.clone(),
            (None, Definition::List) => Rules::listed(record.sk, &self.currency),
        };
        let edition = Edition { id: record.edition, rules };
        let shown = match (record.shown, &record.shown_rules) {
            (Some(id), Some(rules)) => Some(Edition { id, rules: self.read_rules(rules)? }),
            (Some(_), None) => Some(edition.clone()),
            (None, _) => None,
        };
        let segment = Segment {
            id: record.sk,
            name: record.name,
            description: record.description,
            definition,
            edition,
            shown,
            shown_since: record
                .shown_since
                .into_iter()
                .map(|(edition, at)| Shown { edition, at: Time::from_micros(at) })
                .collect(),
            created_at: record.created_at,
            updated_at: record.updated_at,
        };
        Ok(Versioned { version: record.version, record: segment })
    }

    /// The put that moves the revision of all segments on.
    fn revision_put(&self, change: &SegmentsChange) -> Result<TransactWriteItem, StoreError> {
        let number = |number: u64| AttributeValue::N(number.to_string());
        let mut item = key([("pk", STATE.to_owned()), ("sk", "revision".to_owned())]);
        item.insert("revision".to_owned(), number(change.becomes));
        let put = Put::builder().table_name(&self.app).set_item(Some(item));
        let put = match change.revision {
            0 => put.condition_expression("attribute_not_exists(pk)"),
            revision => {
                put.condition_expression("revision = :revision").expression_attribute_values(":revision", number(revision))
            }
        };
        Ok(TransactWriteItem::builder().put(put.build().map_err(corrupt)?).build())
    }

    /// Compiles stored rules.
    pub(crate) fn read_rules(&self, text: &str) -> Result<Rules, StoreError> {
        let json = Json::parse(text.as_bytes()).map_err(corrupt)?;
        Rules::parse_expanded(&json, &self.currency).map_err(corrupt)
    }
}

fn segment_item(version: u64, segment: &Segment) -> Result<Item, StoreError> {
    let written = segment.definition.rules().map(|rules| rules.to_json().to_string());
    let evaluated = segment.edition.rules.to_json().to_string();
    let older = segment.shown.as_ref().filter(|shown| shown.id != segment.edition.id);
    let record = SegmentRecord {
        pk: PARTITION.to_owned(),
        sk: segment.id,
        name: segment.name.clone(),
        description: segment.description.clone(),
        edition: segment.edition.id,
        edition_rules: written.as_ref().filter(|written| **written != evaluated).map(|_| evaluated),
        rules: written,
        shown: segment.shown.as_ref().map(|shown| shown.id),
        shown_rules: older.map(|shown| shown.rules.to_json().to_string()),
        shown_since: segment.shown_since.iter().map(|shown| (shown.edition, shown.at.micros())).collect(),
        created_at: segment.created_at,
        updated_at: segment.updated_at,
        version,
    };
    serde_dynamo::to_item(record).map_err(corrupt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_comes_back_as_it_was() {
        let mut build = Build::new(7, 2, 100, 0, Time::from_micros(1));
        build.scanned.insert(1, 40);
        build.done.insert(0, true);
        let read: Versioned<Build> = read_row(row(STATE, "build", 3, &build).unwrap()).unwrap();
        assert_eq!((read.version, read.record), (3, build));
    }
}
