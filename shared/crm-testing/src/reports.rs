//! Reports and usage in memory. Usage is counted as DynamoDB and SQS bill it, by the sizes of what is written.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use crm_domain::campaign::Campaign;
use crm_domain::cost::{self, Usage, Work};
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::message::Message;
use crm_domain::ports::{KeepReports, MeterUsage, StoreError, Versioned};
use crm_domain::report::Reports;
use crm_domain::time::Time;
use serde::Serialize;
use uuid::Uuid;

use crate::memory::Memory;

/// What [`Memory`] keeps of reports.
#[derive(Default)]
pub(crate) struct Bookkeeping {
    reports: BTreeMap<CampaignId, Versioned<Reports>>,
    usage: BTreeMap<(CampaignId, Uuid), (Work, Usage)>,
}

tokio::task_local! {
    static METER: Arc<Mutex<Usage>>;
}

/// Counts a write of this, as one item.
pub(crate) fn wrote(item: &impl Serialize) {
    let bytes = serde_json::to_vec(item).map_or(0, |bytes| bytes.len());
    count(Usage { written: cost::write_units(bytes), ..Usage::default() });
}

/// Counts a consistent read of this, as one item.
pub(crate) fn read(item: &impl Serialize) {
    let bytes = serde_json::to_vec(item).map_or(0, |bytes| bytes.len());
    count(Usage { read: cost::read_units(bytes, true), ..Usage::default() });
}

/// Counts one request to a queue.
pub(crate) fn queued(bytes: usize) {
    count(Usage { queued: cost::queue_requests(bytes), ..Usage::default() });
}

pub(crate) fn count(used: Usage) {
    let _ = METER.try_with(|meter| {
        let mut meter = meter.lock().unwrap_or_else(PoisonError::into_inner);
        *meter = meter.plus(used);
    });
}

impl Memory {
    /// Number of attempts of a campaign's steps of which usage is known.
    pub fn attempts(&self, id: CampaignId) -> usize {
        self.bookkeeping().usage.keys().filter(|(campaign, _)| *campaign == id).count()
    }
}

impl KeepReports for Memory {
    async fn reports(&self, id: CampaignId) -> Result<Option<Versioned<Reports>>, StoreError> {
        self.step().await?;
        Ok(self.bookkeeping().reports.get(&id).cloned())
    }

    async fn put_reports(&self, version: u64, reports: &Reports) -> Result<(), StoreError> {
        self.step().await?;
        wrote(reports);
        let mut books = self.bookkeeping();
        if books.reports.get(&reports.campaign).map_or(0, |held| held.version) != version {
            return Err(StoreError::Conflict);
        }
        books.reports.insert(reports.campaign, Versioned { version: version + 1, record: reports.clone() });
        Ok(())
    }

    async fn entries(&self, campaign: &Campaign, identities: &[CustomerId]) -> Result<Vec<Message>, StoreError> {
        self.step().await?;
        let own = self.log(campaign.id).into_iter();
        Ok(own.filter(|entry| identities.contains(&entry.customer_id)).inspect(read).collect())
    }

    async fn note_converted(&self, campaign: &Campaign, converted: &[(CustomerId, Time)]) -> Result<(), StoreError> {
        for (customer, at) in converted {
            self.step().await?;
            self.mailroom().convert(campaign, *customer, *at);
        }
        Ok(())
    }
}

impl MeterUsage for Memory {
    async fn metered<F>(&self, work: F) -> (F::Output, Usage)
    where
        F: Future + Send,
        F::Output: Send,
    {
        let meter = Arc::new(Mutex::new(Usage::default()));
        let output = METER.scope(meter.clone(), work).await;
        let usage = *meter.lock().unwrap_or_else(PoisonError::into_inner);
        (output, usage)
    }

    async fn note_usage(&self, campaign: CampaignId, work: Work, attempt: Uuid, usage: &Usage) -> Result<(), StoreError> {
        self.step().await?;
        self.bookkeeping().usage.insert((campaign, attempt), (work, *usage));
        Ok(())
    }

    async fn usage(&self, campaign: CampaignId) -> Result<Vec<(Work, Usage)>, StoreError> {
        self.step().await?;
        let mut sums: BTreeMap<Work, Usage> = BTreeMap::new();
        for (_, (work, usage)) in self.bookkeeping().usage.iter().filter(|((id, _), _)| *id == campaign) {
            let sum = sums.entry(*work).or_default();
            *sum = sum.plus(*usage);
        }
        Ok(sums.into_iter().collect())
    }
}
