//! The end of a test phase.

use crm_domain::campaign::CampaignStatus;
use crm_domain::delivery::Task;
use crm_domain::experiment::{Score, VariantCounts, WinBy};
use crm_domain::ids::CampaignId;
use crm_domain::message::Tally;
use crm_domain::ports::{Enqueue, QueueName, SendLetters};
use crm_domain::report::Reports;
use crm_domain::time::{HOUR, SECOND, Time};
use crm_lambda::queue;

use crate::plan::MAX_DELAY;
use crate::worker::{Next, StepError, Store, Worker};

/// Seconds between two looks for the report of a test phase.
const LOOK: u32 = 5;
/// How long such a report is waited for. Counting a million recipients takes some minutes; who keeps failing to count must
/// not keep the rest from their message.
const PATIENCE: i64 = HOUR;

impl<S: Store, Q: Enqueue, P: SendLetters> Worker<S, Q, P> {
    /// Finds the winner once the time has come, and hands out those who waited for it. Done again, it finds the same one.
    ///
    /// Who ordered stands in reports only. One that began after the test phase counts whom the test has reached and nobody
    /// else, since nobody else is written to before the winner is known; it is asked for at `asked_at` and looked for again
    /// and again.
    pub(crate) async fn decide(&self, id: CampaignId, asked_at: Option<Time>) -> Result<Next, StepError> {
        let Some(found) = self.store.campaign(id).await? else { return Ok(Next::Wait) };
        let campaign = found.record;
        let sending = campaign.state.status == CampaignStatus::Sending;
        let Some(until) = campaign.state.test_until.filter(|_| sending) else {
            // Whoever plans it or resumes it asks for this once more; an ended one needs it no more.
            return Ok(Next::Done);
        };
        let now = self.now();
        let wait = (until.micros() - now.micros() + SECOND - 1) / SECOND;
        if wait > 0 {
            return Ok(Next::Then(Task::Decide { campaign: id, asked_at: None }, wait.min(MAX_DELAY) as u32));
        }
        let tallies = self.shards_in_order(id).await?;
        let by_clicks = || {
            let log = tallies.iter().fold(Tally::default(), |sum, (_, tally)| sum.plus(*tally));
            log.variants.map(VariantCounts::by_clicks).to_vec()
        };
        let scores = match campaign.test.map(|test| test.by).unwrap_or_default() {
            WinBy::Clicks => by_clicks(),
            WinBy::Conversions => match self.conversions(id, until, now).await? {
                Some(scores) => scores,
                None if asked_at.is_some_and(|asked_at| now >= asked_at.plus(PATIENCE)) => {
                    tracing::error!(campaign = %id, "conversions cannot be counted: clicks decide");
                    by_clicks()
                }
                None => {
                    let asked_at = Some(asked_at.unwrap_or(now));
                    return Ok(Next::Then(Task::Decide { campaign: id, asked_at }, LOOK));
                }
            },
        };
        let winner = campaign.winner(&scores);
        let state = self.change(id, |state| state.won_by(winner)).await?;
        self.hand_out_now(&campaign, &state, &tallies).await?;
        Ok(Next::Done)
    }

    /// How the variants of a test phase that ended at `until` have done by conversions. None as long as they are not counted;
    /// then that is asked for, unless somebody is at it.
    async fn conversions(&self, id: CampaignId, until: Time, now: Time) -> Result<Option<Vec<Score>>, StepError> {
        let reports = self.store.reports(id).await?.map_or(Reports::none(id), |held| held.record);
        if let Some(report) = reports.since(until) {
            return Ok(Some(report.count.variants.iter().map(|variant| variant.bought.by_conversions()).collect()));
        }
        if reports.wants(until, now) {
            let body = Task::Recount { campaign: id, run: None, asked_at: until }.body();
            queue::send(&*self.queue, QueueName::Delivery, vec![body.into()]).await?;
        }
        Ok(None)
    }
}
