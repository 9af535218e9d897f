//! Freezing the audience, and handing it out for delivery.

use std::time::Instant;

use crm_domain::audience::Decision;
use crm_domain::campaign::{Campaign, CampaignState, CampaignStatus};
use crm_domain::delivery::Task;
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::message::{Message, Tally};
use crm_domain::ports::{Enqueue, Outgoing, QueueName, ScanPart, SendLetters, StoreError, Versioned};
use crm_domain::time::{HOUR, SECOND, Time};
use crm_lambda::audience::decide;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::worker::{Next, StepError, Store, Worker};

/// Recipients for whom one delivery is made, as far as the shards allow.
pub const RECIPIENTS: u64 = 100;
/// Shards counted side by side.
const RECOUNTS: usize = 8;
/// Attempts to change a campaign's state while others change it too.
const ATTEMPTS: usize = 10;
/// Greatest delay of a queue message, in seconds.
pub const MAX_DELAY: i64 = 900;

impl<S: Store, Q: Enqueue, P: SendLetters> Worker<S, Q, P> {
    /// Logs the recipients found in one part of the scan, until `deadline`; with the last part the audience is frozen.
    pub(crate) async fn plan(
        &self,
        id: CampaignId,
        part: u32,
        after: Option<CustomerId>,
        mut queued: u32,
        deadline: Instant,
    ) -> Result<Next, StepError> {
        let Some(found) = self.store.campaign(id).await?.filter(|found| !found.record.is_draft()) else {
            // Its launch is under way, or has failed.
            return Ok(Next::Wait);
        };
        if part >= found.record.plan_parts {
            // Of another launch of the same draft, when there were more customers.
            return Ok(Next::Done);
        }
        if found.record.state.status == CampaignStatus::Scheduled {
            let wait = found.record.scheduled_at.map_or(0, |at| (at.micros() - Time::now().micros() + SECOND - 1) / SECOND);
            if wait > 0 {
                return Ok(Next::Then(Task::Plan { campaign: id, part, after, queued }, wait.min(MAX_DELAY) as u32));
            }
            self.change(id, CampaignState::begun).await?;
        }
        let campaign = found.record;
        let audience = campaign.audience(self.consent_defaults);
        let reads = audience.reads();
        let mut at = ScanPart { part, of: campaign.plan_parts, after };
        // A copy of this message may have been quicker: what is frozen stays so, though customers change.
        while !self.is_planned(id, part).await? {
            let (customers, next) = self.store.scan(&at, &reads).await?;
            let now = Time::now();
            let key = self.addresses.key().await?;
            let mut entries: Vec<Message> = Vec::new();
            for (customer, decision) in decide(&*self.store, &key, &audience, &customers).await? {
                let entry = campaign.entry(customer, decision, queued, now);
                entries.extend(entry.map(|entry| Message { address: key.of(customer, campaign.channel), ..entry }));
                queued += u32::from(decision == Decision::Queued);
            }
            self.store.log_recipients(&campaign, &entries).await?;
            match next {
                None => break,
                Some(next) if Instant::now() >= deadline => {
                    return Ok(Next::Then(Task::Plan { campaign: id, part, after: Some(next), queued }, 0));
                }
                Some(next) => at.after = Some(next),
            }
        }
        if self.store.plan_part_done(id, part).await? {
            self.freeze(&campaign).await?;
        }
        Ok(Next::Done)
    }

    /// Counts the whole log, notes the audience, and hands it out. Done again after a crash, it does the same again.
    async fn freeze(&self, campaign: &Campaign) -> Result<(), StepError> {
        let counts = (0..campaign.shards)
            .map(|shard| async move { Ok::<_, StoreError>((shard, self.store.recount(campaign, shard).await?)) });
        let counts: Vec<_> = counts.collect();
        let mut tallies: Vec<(u32, Tally)> = stream::iter(counts).buffer_unordered(RECOUNTS).try_collect().await?;
        tallies.sort_unstable_by_key(|(shard, _)| *shard);
        let log = tallies.iter().fold(Tally::default(), |sum, (_, tally)| sum.plus(*tally));
        let frozen = self.change(campaign.id, |state| state.planned(&log, campaign.test.as_ref(), Time::now())).await?;
        // From now on its report is made each hour, until nothing can count for it any more.
        self.store.plan_recount(campaign.id, Some(Time::now().plus(HOUR))).await?;
        self.hand_out(campaign, &frozen, &tallies).await
    }

    /// Hands out whoever is still queued, once the request that asked for it has changed the campaign.
    pub(crate) async fn spread(&self, id: CampaignId, since: u64) -> Result<Next, StepError> {
        match self.store.campaign(id).await? {
            None => Ok(Next::Wait),
            Some(found) if found.version <= since => Ok(Next::Wait),
            // Planning ends with handing out.
            Some(found) if !found.record.state.planned => Ok(Next::Done),
            Some(found) => {
                let mut tallies = self.store.tallies(id).await?;
                tallies.sort_unstable_by_key(|(shard, _)| *shard);
                self.hand_out(&found.record, &found.record.state, &tallies).await?;
                Ok(Next::Done)
            }
        }
    }

    /// Hands out whoever is still queued, and asks for the end of a test phase that is under way.
    pub(crate) async fn hand_out(
        &self,
        campaign: &Campaign,
        state: &CampaignState,
        tallies: &[(u32, Tally)],
    ) -> Result<(), StepError> {
        let mut tasks = deliveries(campaign.id, tallies);
        if tasks.is_empty() {
            return self.finish(campaign.id).await;
        }
        if state.status == CampaignStatus::Paused {
            // Resuming hands out.
            return Ok(());
        }
        tasks.extend(campaign.is_testing(state).then_some(Task::Decide { campaign: campaign.id }));
        let messages = tasks.iter().map(|task| Outgoing { body: task.body(), ..Outgoing::default() });
        Ok(self.queue.enqueue(QueueName::Delivery, messages.collect()).await?)
    }

    /// Ends the campaign. To be called when nobody is queued any more.
    pub(crate) async fn finish(&self, id: CampaignId) -> Result<(), StepError> {
        self.change(id, |state| state.finished(Time::now())).await.map(|_| ())
    }

    /// Changes the state unless `to` sees no need; returns the state that then holds.
    pub(crate) async fn change(
        &self,
        id: CampaignId,
        to: impl Fn(&CampaignState) -> Option<CampaignState>,
    ) -> Result<CampaignState, StepError> {
        for _ in 0..ATTEMPTS {
            let Some(Versioned { version, record }) = self.store.campaign(id).await? else { break };
            let Some(state) = to(&record.state) else { return Ok(record.state) };
            match self.store.set_campaign_state(id, version, &state, None).await {
                Ok(()) => return Ok(state),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Conflict.into())
    }

    async fn is_planned(&self, id: CampaignId, part: u32) -> Result<bool, StepError> {
        let found = self.store.campaign(id).await?;
        Ok(found.is_some_and(|found| found.record.state.planned || found.record.parts_planned.contains(&part)))
    }
}

/// Deliveries for all who are queued: stretches of shards with up to [`RECIPIENTS`] of them, or a single fuller shard.
pub(crate) fn deliveries(campaign: CampaignId, tallies: &[(u32, Tally)]) -> Vec<Task> {
    let mut stretches: Vec<(u32, u32, u64)> = Vec::new();
    for (shard, tally) in tallies.iter().filter(|(_, tally)| tally.queued > 0) {
        match stretches.last_mut() {
            Some((_, last, sum)) if *sum + tally.queued <= RECIPIENTS => {
                *last = *shard;
                *sum += tally.queued;
            }
            _ => stretches.push((*shard, *shard, tally.queued)),
        }
    }
    stretches.into_iter().map(|(first, last, _)| Task::Deliver { campaign, first, last }).collect()
}
