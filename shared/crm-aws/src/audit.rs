//! The audit log: by month, and by actor and object through indexes. Only ever added to.

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::audit::{self, AuditEntry, AuditFilter};
use crm_domain::ports::{KeepAudit, Page, StoreError};
use crm_domain::time::Time;
use uuid::Uuid;

use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::items::unless_conflict;
use crate::transaction::audit_item;

impl KeepAudit for Dynamo {
    async fn note(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(&self.audit).set_item(Some(audit_item(entry)?));
        let done = put.condition_expression("attribute_not_exists(id)").send().await;
        // An id is of one entry: what is there already is this one, of which the answer was lost. The deed is done, too.
        unless_conflict(done.map_err(store_error))
    }

    async fn audit(&self, filter: &AuditFilter, after: Option<String>, limit: usize) -> Result<Page<AuditEntry>, StoreError> {
        let now = Time::now();
        let since = first_id(filter.since.unwrap_or(now.plus(-audit::KEPT)));
        let before = after.unwrap_or_else(|| filter.until.map_or_else(|| "~".to_owned(), first_id));
        let mut found = Vec::new();
        if let Some(object) = &filter.object {
            self.entries(Some("byObject"), "object", object, &since, &before, filter, limit + 1, &mut found).await?;
        } else if let Some(actor) = &filter.actor {
            self.entries(Some("byActor"), "actorId", actor, &since, &before, filter, limit + 1, &mut found).await?;
        } else {
            let oldest = month_of(&since);
            let mut month = if before == "~" { now.date() } else { month_of(&before).max(oldest) }.first_of_month();
            while found.len() <= limit && month >= oldest.first_of_month() {
                let name = month.strftime("%Y-%m").to_string();
                self.entries(None, "month", &name, &since, &before, filter, limit + 1, &mut found).await?;
                month = month.yesterday().map_err(corrupt)?.first_of_month();
            }
        }
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|entry| entry.id.to_string());
        Ok(Page { items: found, next })
    }
}

impl Dynamo {
    #[allow(clippy::too_many_arguments, reason = "one query, named part by part")]
    async fn entries(
        &self,
        index: Option<&str>,
        partition: &str,
        value: &str,
        since: &str,
        before: &str,
        filter: &AuditFilter,
        wanted: usize,
        found: &mut Vec<AuditEntry>,
    ) -> Result<(), StoreError> {
        let mut start = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.audit)
                .set_index_name(index.map(str::to_owned))
                // `BETWEEN` includes both ends; the entry at `before` itself has been shown.
                .key_condition_expression("#partition = :value AND id BETWEEN :since AND :before")
                .expression_attribute_names("#partition", partition)
                .expression_attribute_values(":value", AttributeValue::S(value.to_owned()))
                .expression_attribute_values(":since", AttributeValue::S(since.to_owned()))
                .expression_attribute_values(":before", AttributeValue::S(before.to_owned()))
                .scan_index_forward(false)
                .limit(wanted as i32 + 1)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(store_error)?;
            for mut item in answer.items.unwrap_or_default() {
                let entry = item.remove("entry").ok_or_else(|| corrupt("an audit item has no entry"))?;
                let entry: AuditEntry = serde_dynamo::from_attribute_value(entry).map_err(corrupt)?;
                if entry.id.to_string() != before && filter.fits(&entry) && found.len() < wanted {
                    found.push(entry);
                }
            }
            match answer.last_evaluated_key {
                Some(key) if found.len() < wanted => start = Some(key),
                _ => return Ok(()),
            }
        }
    }
}

/// The smallest id that an entry of this moment can have: ids are UUIDs of version 7, which begin with milliseconds.
fn first_id(time: Time) -> String {
    let millis = u64::try_from(time.micros() / 1_000).unwrap_or_default();
    Uuid::from_u128(u128::from(millis) << 80).to_string()
}

fn month_of(id: &str) -> jiff::civil::Date {
    let millis = Uuid::parse_str(id).map_or(0, |id| (id.as_u128() >> 80) as i64);
    Time::from_micros(millis * 1_000).date()
}
