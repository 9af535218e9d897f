//! Freezing the audience, and handing it out for delivery.

use tokio::time::Instant;

use crm_domain::audience::Decision;
use crm_domain::campaign::{Campaign, CampaignState, CampaignStatus};
use crm_domain::delivery::Task;
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::message::{Message, Tally};
use crm_domain::ports::{Alarm, Enqueue, Outgoing, QueueName, ScanPart, SendLetters, StoreError, Versioned};
use crm_domain::round::Round;
use crm_domain::rules::Part;
use crm_domain::time::{HOUR, SECOND, Time};
use crm_lambda::audience::decide;
use crm_lambda::queue;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::worker::{Next, StepError, Store, Worker};

/// Shards counted side by side.
const RECOUNTS: usize = 8;
/// Shards counted between two looks at the time.
const RECOUNTED: u32 = 64;
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
        let mut campaign = found.record;
        if campaign.state.status == CampaignStatus::Scheduled {
            let wait = (campaign.begins_at().micros() - self.now().micros() + SECOND - 1) / SECOND;
            if wait > MAX_DELAY {
                // Its alarm asks for it when the time has come.
                return Ok(Next::Done);
            }
            if wait > 0 {
                // By the clock of whoever asked for it, it has come.
                return Ok(Next::Then(Task::Plan { campaign: id, part, after, queued }, wait as u32));
            }
            self.change(id, CampaignState::begun).await?;
            // Until then it may have been given other shards.
            let Some(begun) = self.store.campaign(id).await? else { return Ok(Next::Wait) };
            campaign = begun.record;
        }
        let audience = campaign.audience(self.consent_defaults);
        let (timing, week) = (&campaign.timing, campaign.timing.week());
        let reads = audience.reads().and(&timing.asks_recipient().then_some(Part::TimeZone).into_iter().collect());
        let mut at = ScanPart { part, of: campaign.plan_parts, after, most: None };
        // A copy of this message may have been quicker: what is frozen stays so, though customers change.
        while !self.is_planned(id, part).await? {
            let (customers, next) = self.store.scan(&at, &reads).await?;
            let now = self.now();
            let key = self.addresses.key().await?;
            let mut entries: Vec<Message> = Vec::new();
            for (customer, decision) in decide(&*self.store, &key, &audience, &customers, now).await? {
                let entry = campaign.entry(customer, decision, queued, now);
                // Who waits for the winner of a test has no time of their own yet.
                let is_timed = timing.asks_recipient() && decision == Decision::Queued && campaign.is_tested(customer.id);
                let due_at = is_timed.then(|| timing.due(&week, customer.time_zone.as_deref(), now));
                entries.extend(entry.map(|entry| Message { address: key.of(customer, campaign.channel), due_at, ..entry }));
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
        if self.store.plan_part_done(id, part).await? { self.freeze(id, 0, deadline).await } else { Ok(Next::Done) }
    }

    /// Counts the log from shard `next` on, until `deadline`; with the last shard notes the audience, and hands it out. Done
    /// again after a crash, it does the same again.
    pub(crate) async fn freeze(&self, id: CampaignId, next: u32, deadline: Instant) -> Result<Next, StepError> {
        let Some(found) = self.store.campaign(id).await? else { return Ok(Next::Wait) };
        let campaign = &found.record;
        let mut counted = next;
        while counted < campaign.shards {
            if Instant::now() >= deadline {
                return Ok(Next::Then(Task::Freeze { campaign: id, next: counted }, 0));
            }
            let shards = counted..campaign.shards.min(counted + RECOUNTED);
            counted = shards.end;
            let counts: Vec<_> = shards.map(|shard| self.store.recount(campaign, shard)).collect();
            stream::iter(counts).buffer_unordered(RECOUNTS).try_collect::<Vec<Tally>>().await?;
        }
        let tallies = self.shards_in_order(id).await?;
        let log = tallies.iter().fold(Tally::default(), |sum, (_, tally)| sum.plus(*tally));
        let frozen = self.change(id, |state| state.planned(&log, campaign.test.as_ref(), self.now())).await?;
        // From now on its report is made of itself, until nothing can count for it any more.
        self.store.set_alarm(Alarm::Recount, id, Some(self.now().plus(HOUR))).await?;
        self.hand_out_now(campaign, &frozen, &tallies).await?;
        Ok(Next::Done)
    }

    /// Hands out whoever is still queued, once the request that asked for it has changed the campaign.
    pub(crate) async fn spread(&self, id: CampaignId, since: u64) -> Result<Next, StepError> {
        match self.store.campaign(id).await? {
            None => Ok(Next::Wait),
            Some(found) if found.version <= since => Ok(Next::Wait),
            // Planning ends with handing out.
            Some(found) if !found.record.state.planned => Ok(Next::Done),
            Some(found) => {
                // Of one that failed no report may have been due any more.
                self.store.set_alarm(Alarm::Recount, id, Some(self.now().plus(HOUR))).await?;
                let tallies = self.shards_in_order(id).await?;
                self.hand_out_now(&found.record, &found.record.state, &tallies).await?;
                Ok(Next::Done)
            }
        }
    }

    /// The stored counts of all shards that have any.
    pub(crate) async fn shards_in_order(&self, id: CampaignId) -> Result<Vec<(u32, Tally)>, StepError> {
        let mut tallies = self.store.tallies(id).await?;
        tallies.sort_unstable_by_key(|(shard, _)| *shard);
        Ok(tallies)
    }

    /// Hands out whoever is to be written to by now, sees to it that the others are when their time comes, and asks for the end of
    /// a test phase that is under way.
    pub(crate) async fn hand_out_now(
        &self,
        campaign: &Campaign,
        state: &CampaignState,
        tallies: &[(u32, Tally)],
    ) -> Result<(), StepError> {
        if let Some(next) = self.hand_out(campaign, state, tallies).await? {
            self.store.bring_forward(Alarm::Wake, campaign.id, next).await?;
        }
        if campaign.is_testing(state) && !state.is_held() {
            let decide = Task::Decide { campaign: campaign.id, asked_at: None }.body();
            queue::send(&*self.queue, QueueName::Delivery, vec![decide.into()]).await?;
        }
        Ok(())
    }

    /// Hands out whoever is to be written to by now. Returns when to do so again.
    pub(crate) async fn hand_out(
        &self,
        campaign: &Campaign,
        state: &CampaignState,
        tallies: &[(u32, Tally)],
    ) -> Result<Option<Time>, StepError> {
        if tallies.iter().all(|(_, tally)| tally.queued == 0) {
            self.finish(campaign.id).await?;
            return Ok(None);
        }
        if state.is_held() {
            // Resuming hands out.
            return Ok(None);
        }
        let Round { deliveries, next } = Round::of(campaign, state, tallies, self.now());
        let messages = deliveries.into_iter().map(|(task, delay)| Outgoing { body: task.body(), delay, ..Outgoing::default() });
        queue::send(&*self.queue, QueueName::Delivery, messages.collect()).await?;
        Ok(next)
    }

    /// Ends the campaign. To be called when nobody is queued any more.
    pub(crate) async fn finish(&self, id: CampaignId) -> Result<(), StepError> {
        self.change(id, |state| state.finished(self.now())).await.map(|_| ())
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
