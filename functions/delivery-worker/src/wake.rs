//! Alarms: campaigns that begin, and recipients whose time comes.

use crm_domain::campaign::{Campaign, CampaignStatus};
use crm_domain::delivery::Task;
use crm_domain::ids::CampaignId;
use crm_domain::ports::{Alarm, Enqueue, QueueName, SendLetters, Versioned};
use crm_domain::time::{MINUTE, Time};
use crm_lambda::queue;

use crate::worker::{Next, StepError, Store, Worker};

impl<S: Store, Q: Enqueue, P: SendLetters> Worker<S, Q, P> {
    /// Does what the alarm that was set for `alarm` is about. Who claims it does it; should they die, it rings again.
    pub(crate) async fn wake(&self, id: CampaignId, alarm: Time) -> Result<Next, StepError> {
        let again = self.now().plus(MINUTE);
        let Some(claim) = self.store.claim_alarm(Alarm::Wake, id, alarm, again).await? else { return Ok(Next::Done) };
        let next = match self.store.campaign(id).await? {
            None => None,
            Some(found) if found.record.state.status == CampaignStatus::Scheduled => {
                let begins_at = found.record.begins_at();
                if begins_at > self.now() {
                    Some(begins_at)
                } else {
                    self.begin(found).await?;
                    None
                }
            }
            // Planning ends with handing out.
            Some(found) if !found.record.state.planned => None,
            Some(found) => {
                let tallies = self.shards_in_order(id).await?;
                self.hand_out(&found.record, &found.record.state, &tallies).await?
            }
        };
        self.store.settle_alarm(Alarm::Wake, id, claim, next).await?;
        Ok(Next::Done)
    }

    /// Asks for the plan of a campaign; its first part says that it has begun. Since its launch there may have come many customers,
    /// for whom its log needs more shards.
    async fn begin(&self, found: Versioned<Campaign>) -> Result<(), StepError> {
        let campaign = found.record.sized(self.store.customer_count().await?);
        self.store.resize_campaign(found.version, &campaign).await?;
        let plan = campaign.plan().map(|task: Task| task.body().into());
        Ok(queue::send(&*self.queue, QueueName::Delivery, plan.collect()).await?)
    }
}
