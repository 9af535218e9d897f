//! Reports of campaigns, and what making and sending campaigns uses.

use std::future::Future;

use uuid::Uuid;

use super::{Stored, Versioned};
use crate::bill::{Counts, Month};
use crate::campaign::Campaign;
use crate::cost::{Usage, Work};
use crate::ids::{CampaignId, CustomerId};
use crate::message::Message;
use crate::report::Reports;
use crate::time::Time;

pub trait KeepReports: Send + Sync + 'static {
    /// What is stored of a campaign's reports.
    fn reports(&self, id: CampaignId) -> impl Future<Output = Stored<Option<Versioned<Reports>>>> + Send;
    /// Replaces version `version` (0: none); a conflict when it is at another by now.
    fn put_reports(&self, version: u64, reports: &Reports) -> impl Future<Output = Stored<()>> + Send;
    /// The entries that these identities have in the log of a campaign, in no particular order.
    fn entries(&self, campaign: &Campaign, identities: &[CustomerId]) -> impl Future<Output = Stored<Vec<Message>>> + Send;
    /// Notes when recipients placed their first order that counted. Of several times the earliest stands, for good.
    fn note_converted(&self, campaign: &Campaign, converted: &[(CustomerId, Time)]) -> impl Future<Output = Stored<()>> + Send;
}

/// Counting what requests to storage and queues use. Whoever implements it counts at its own calls.
pub trait MeterUsage: Send + Sync + 'static {
    /// Does `work`, and says what its requests have used.
    fn metered<F>(&self, work: F) -> impl Future<Output = (F::Output, Usage)> + Send
    where
        F: Future + Send,
        F::Output: Send;
    /// Keeps what an attempt of a campaign's step has used. `attempt` names it: noting it again changes nothing.
    fn note_usage(
        &self,
        campaign: CampaignId,
        work: Work,
        attempt: Uuid,
        usage: &Usage,
    ) -> impl Future<Output = Stored<()>> + Send;
    /// What all attempts have used together, by what they were for.
    fn usage(&self, campaign: CampaignId) -> impl Future<Output = Stored<Vec<(Work, Usage)>>> + Send;
}

/// Counts of a month, put together from what is kept anyway.
pub trait ReadCounts: Send + Sync + 'static {
    fn counts(&self, month: Month, now: Time) -> impl Future<Output = Stored<Counts>> + Send;
}
