//! Counts of a month for its bill: figures, imports, campaigns with what their steps used, and questions to the model.

use crm_domain::ai::Source;
use crm_domain::bill::{Counts, Month};
use crm_domain::campaign::Campaign;
use crm_domain::cost::Usage;
use crm_domain::ports::{KeepAiState, KeepCampaigns, KeepImports, ReadCounts, ReadFigures, StoreError};
use crm_domain::time::{DAY, Time};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::dynamo::Dynamo;

/// Partitions read at once.
const CONCURRENCY: usize = 8;
/// Items of one page.
const PAGE: usize = 100;
/// For how long after its launch a campaign is taken to use anything: attribution ends after 90 days at most.
const ACTIVE: i64 = 100 * DAY;

impl ReadCounts for Dynamo {
    async fn counts(&self, month: Month, now: Time) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        for day in self.figures().await?.days.iter().filter(|day| month.has(Time::start_of(day.date))) {
            counts.orders += day.figures.orders.max(0).unsigned_abs();
            counts.customers += day.figures.customers.max(0).unsigned_abs();
        }
        counts.rows = self.rows(month).await?;
        let campaigns = self.active(month).await?;
        let launched_now = campaigns.iter().filter(|one| month.has(launched(one))).map(|one| one.id).collect();
        let tallies = gathered(launched_now, |id| self.tallies(id)).await?;
        counts.messages = tallies.into_iter().flatten().map(|(_, tally)| tally.sent).sum();
        let all = campaigns.iter().map(|one| one.id).collect();
        let used = gathered(all, |id| self.usage_between(id, month.begin(), month.end())).await?;
        counts.campaigns = used.into_iter().fold(Usage::default(), Usage::plus);
        let questions = gathered(month.days(now).collect(), |day| self.uses(day, None)).await?;
        for used in questions.into_iter().flatten().filter(|used| used.source == Source::Gemini || used.tokens.sum() > 0) {
            counts.questions += 1;
            counts.tokens = counts.tokens.plus(used.tokens);
        }
        Ok(counts)
    }
}

impl Dynamo {
    /// Rows accepted of imports that began in a month.
    async fn rows(&self, month: Month) -> Result<u64, StoreError> {
        let (mut rows, mut after) = (0, None);
        loop {
            let page = self.imports(after, PAGE).await?;
            rows += page.items.iter().filter(|one| month.has(one.created_at)).map(|one| one.accepted).sum::<u64>();
            after = page.next;
            // Newest first.
            if after.is_none() || page.items.last().is_some_and(|oldest| oldest.created_at < month.begin()) {
                return Ok(rows);
            }
        }
    }

    /// Campaigns that may have used something in a month.
    async fn active(&self, month: Month) -> Result<Vec<Campaign>, StoreError> {
        let since = month.begin().plus(-ACTIVE);
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.campaigns(after, PAGE).await?;
            after = page.next;
            found.extend(page.items.into_iter().filter(|one| since <= launched(one) && launched(one) < month.end()));
            if after.is_none() {
                return Ok(found);
            }
        }
    }
}

/// What is told of each, a few at a time.
async fn gathered<I, T, F>(of: Vec<I>, ask: impl Fn(I) -> F) -> Result<Vec<T>, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    stream::iter(of.into_iter().map(ask).collect::<Vec<F>>()).buffer_unordered(CONCURRENCY).try_collect().await
}

fn launched(campaign: &Campaign) -> Time {
    campaign.launched_at.unwrap_or(campaign.created_at)
}
