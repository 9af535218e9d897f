//! The end of a test phase.

use crm_domain::campaign::CampaignStatus;
use crm_domain::delivery::Task;
use crm_domain::ids::CampaignId;
use crm_domain::message::Tally;
use crm_domain::ports::{Enqueue, SendLetters};
use crm_domain::time::SECOND;

use crate::plan::MAX_DELAY;
use crate::worker::{Next, StepError, Store, Worker};

impl<S: Store, Q: Enqueue, P: SendLetters> Worker<S, Q, P> {
    /// Finds the winner once the time has come, and hands out those who waited for it. Done again, it finds the same one.
    pub(crate) async fn decide(&self, id: CampaignId) -> Result<Next, StepError> {
        let Some(found) = self.store.campaign(id).await? else { return Ok(Next::Wait) };
        let campaign = found.record;
        let sending = campaign.state.status == CampaignStatus::Sending;
        let Some(until) = campaign.state.test_until.filter(|_| sending) else {
            // Whoever plans it or resumes it asks for this once more; an ended one needs it no more.
            return Ok(Next::Done);
        };
        let wait = (until.micros() - self.now().micros() + SECOND - 1) / SECOND;
        if wait > 0 {
            return Ok(Next::Then(Task::Decide { campaign: id }, wait.min(MAX_DELAY) as u32));
        }
        let tallies = self.shards_in_order(id).await?;
        let log = tallies.iter().fold(Tally::default(), |sum, (_, tally)| sum.plus(*tally));
        let winner = campaign.winner(&log);
        let state = self.change(id, |state| state.won_by(winner)).await?;
        self.hand_out_now(&campaign, &state, &tallies).await?;
        Ok(Next::Done)
    }
}
