//! Reports of campaigns in the App table, and what they read and note of the log.
//!
//! `reports` holds a campaign's latest report and the recount under way.

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::campaign::Campaign;
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::message::Message;
use crm_domain::ports::{KeepReports, StoreError, Versioned};
use crm_domain::report::Reports;
use crm_domain::time::Time;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::dynamo::Dynamo;
use crate::entries::{entry_key, read_message};
use crate::error::{corrupt, store_error};
use crate::items::{Item, key, number, text, unless_conflict};

const REPORTS: &str = "reports";
/// Entries noted side by side.
const CONCURRENCY: usize = 16;

impl KeepReports for Dynamo {
    async fn reports(&self, id: CampaignId) -> Result<Option<Versioned<Reports>>, StoreError> {
        self.app_item(REPORTS, &id.to_string()).await?.map(read_reports).transpose()
    }

    async fn put_reports(&self, version: u64, reports: &Reports) -> Result<(), StoreError> {
        self.put_versioned(&self.app, reports_item(version + 1, reports)?, version).await
    }

    async fn entries(&self, campaign: &Campaign, identities: &[CustomerId]) -> Result<Vec<Message>, StoreError> {
        let keys = identities.iter().map(|identity| entry_key(campaign, *identity)).collect();
        self.get_all(&self.messages, keys).await?.into_iter().map(read_message).collect()
    }

    async fn note_converted(&self, campaign: &Campaign, converted: &[(CustomerId, Time)]) -> Result<(), StoreError> {
        let notes = converted.iter().map(|(customer, at)| self.note_one_converted(campaign, *customer, *at));
        stream::iter(notes.collect::<Vec<_>>()).buffer_unordered(CONCURRENCY).try_collect().await
    }
}

impl Dynamo {
    async fn note_one_converted(&self, campaign: &Campaign, customer: CustomerId, at: Time) -> Result<(), StoreError> {
        let request = self
            .client
            .update_item()
            .table_name(&self.messages)
            .set_key(Some(entry_key(campaign, customer)))
            .condition_expression("attribute_exists(customerId) AND (attribute_not_exists(convertedAt) OR convertedAt > :at)")
            .update_expression("SET convertedAt = :at")
            .expression_attribute_values(":at", AttributeValue::S(at.sortable()));
        let answer = request.send().await;
        unless_conflict(answer.map_err(store_error))
    }
}

/// As text: a report is read and written as a whole, and in DynamoDB's own form it would be twice as large.
fn reports_item(version: u64, reports: &Reports) -> Result<Item, StoreError> {
    let mut item = key([("pk", REPORTS.to_owned()), ("sk", reports.campaign.to_string())]);
    item.insert("version".to_owned(), AttributeValue::N(version.to_string()));
    item.insert("reports".to_owned(), AttributeValue::S(serde_json::to_string(reports).map_err(corrupt)?));
    Ok(item)
}

fn read_reports(mut item: Item) -> Result<Versioned<Reports>, StoreError> {
    let version = number(&item, "version", "reports have no version")?;
    let reports = text(item.remove("reports")).ok_or_else(|| corrupt("reports are not there"))?;
    Ok(Versioned { version, record: serde_json::from_str(&reports).map_err(corrupt)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_domain::cost::{Usage, Work};
    use crm_domain::report::{Count, Report, Run};

    #[test]
    fn reports_survive_storage() {
        let now = Time::parse("2026-11-25T10:00:00.5Z").unwrap();
        let usage = vec![(Work::Delivery, Usage { written: 4_000, ..Usage::default() })];
        let mut reports = Reports::none(CampaignId::generate());
        reports.latest = Some(Report { as_of: now, count: Count::default(), usage });
        reports.run = Some(Run::new(now));
        let read = read_reports(reports_item(7, &reports).unwrap()).unwrap();
        assert_eq!(read, Versioned { version: 7, record: reports });
    }
}
