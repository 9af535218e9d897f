//! What the steps of campaigns used, in the App table: one item per attempt of a step, written once and only ever summed.

use std::collections::BTreeMap;
use std::future::Future;

use crm_domain::cost::{Usage, Work};
use crm_domain::ids::CampaignId;
use crm_domain::ports::{MeterUsage, StoreError};
use crm_domain::time::Time;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::items::Item;
use crate::meter;

#[derive(Serialize, Deserialize)]
struct UsageRecord {
    pk: String,
    /// The attempt.
    sk: Uuid,
    work: Work,
    #[serde(flatten)]
    usage: Usage,
}

fn partition(id: CampaignId) -> String {
    format!("usage#{id}")
}

impl MeterUsage for Dynamo {
    async fn metered<F>(&self, work: F) -> (F::Output, Usage)
    where
        F: Future + Send,
        F::Output: Send,
    {
        meter::metered(work).await
    }

    async fn note_usage(&self, campaign: CampaignId, work: Work, attempt: Uuid, usage: &Usage) -> Result<(), StoreError> {
        let record = UsageRecord { pk: partition(campaign), sk: attempt, work, usage: *usage };
        let item: Item = serde_dynamo::to_item(record).map_err(corrupt)?;
        self.client.put_item().table_name(&self.app).set_item(Some(item)).send().await.map(|_| ()).map_err(store_error)
    }

    async fn usage(&self, campaign: CampaignId) -> Result<Vec<(Work, Usage)>, StoreError> {
        let mut sums: BTreeMap<Work, Usage> = BTreeMap::new();
        for item in self.app_partition(partition(campaign), None, false).await? {
            let record: UsageRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
            let sum = sums.entry(record.work).or_default();
            *sum = sum.plus(record.usage);
        }
        Ok(sums.into_iter().collect())
    }
}

impl Dynamo {
    /// What all attempts within a stretch of time have used together: an attempt's id says when it was.
    pub(crate) async fn usage_between(&self, campaign: CampaignId, from: Time, until: Time) -> Result<Usage, StoreError> {
        let mut sum = Usage::default();
        for item in self.app_partition(partition(campaign), None, false).await? {
            let record: UsageRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
            let micros = record
                .sk
                .get_timestamp()
                .map(|at| at.to_unix())
                .map(|(seconds, nanos)| seconds * 1_000_000 + u64::from(nanos / 1_000));
            if micros.is_some_and(|at| (from.micros()..until.micros()).contains(&(at as i64))) {
                sum = sum.plus(record.usage);
            }
        }
        Ok(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_survives_storage() {
        let usage = Usage { written: 1_000, read: 500, queued: 200, invoked: 100, held: 77 };
        let record = UsageRecord { pk: partition(CampaignId::generate()), sk: Uuid::now_v7(), work: Work::Receipts, usage };
        let item: Item = serde_dynamo::to_item(record).unwrap();
        let read: UsageRecord = serde_dynamo::from_item(item).unwrap();
        assert_eq!((read.work, read.usage), (Work::Receipts, usage));
    }
}
