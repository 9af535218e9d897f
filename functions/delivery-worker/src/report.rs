//! Reports: the log of a campaign counted anew, with the orders of its recipients.
//!
//! Shard by shard, each with the histories of its people. What was counted is stored on condition of the version that it
//! rests on: of two who count the same stretch one goes on, and after a crash the message comes again and finds how far
//! the count had come. Nothing is ever added to a finished report.

use std::collections::HashMap;
use tokio::time::Instant;

use crm_domain::attribution::Window;
use crm_domain::campaign::Campaign;
use crm_domain::customer::Customer;
use crm_domain::delivery::Task;
use crm_domain::history::History;
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::message::Message;
use crm_domain::ports::{Alarm, Enqueue, SendLetters, StoreError, Versioned};
use crm_domain::report::{Report, Reports, Run, next_recount};
use crm_domain::time::Time;
use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use crate::worker::{Next, StepError, Store, Worker};

/// Shards read side by side.
const SHARDS: usize = 8;

/// A shard's entries, each with the person's history and the other entries that the same person has.
type Counted = Vec<(Message, Vec<Message>, History)>;

impl<S: Store, Q: Enqueue, P: SendLetters> Worker<S, Q, P> {
    /// Goes on with the recount `run`, or begins one for whoever asked at `asked_at`.
    pub(crate) async fn recount(
        &self,
        id: CampaignId,
        run: Option<Uuid>,
        asked_at: Time,
        deadline: Instant,
    ) -> Result<Next, StepError> {
        let Some(found) = self.store.campaign(id).await? else { return Ok(Next::Done) };
        let campaign = found.record;
        let held = self.store.reports(id).await?;
        let Versioned { version, record: reports } = held.unwrap_or(Versioned { version: 0, record: Reports::none(id) });
        let now = self.now();
        let current = match run {
            Some(run) => reports.run.clone().filter(|held| held.id == run),
            None => reports.wants(asked_at, now).then(|| Run::new(now)),
        };
        // It has been finished, or somebody else is at it.
        let Some(mut current) = current else { return Ok(Next::Done) };
        let mut version = version;
        if run.is_none() {
            let begun = Reports { run: Some(current.clone()), ..reports.clone() };
            match self.store.put_reports(version, &begun).await {
                Err(StoreError::Conflict) => return Ok(Next::Done),
                done => done?,
            }
            version += 1;
        }
        let is_whole = self.count_shards(&campaign, &mut current, deadline).await?;
        current.touched_at = self.now();
        let next = if is_whole {
            let usage = self.store.usage(id).await?;
            Reports { latest: Some(Report { as_of: current.as_of, count: current.count.clone(), usage }), run: None, ..reports }
        } else {
            Reports { run: Some(current.clone()), ..reports }
        };
        match self.store.put_reports(version, &next).await {
            // Another copy of this message was quicker, and sees to what follows.
            Err(StoreError::Conflict) => return Ok(Next::Done),
            done => done?,
        }
        if !is_whole {
            return Ok(Next::Then(Task::Recount { campaign: id, run: Some(current.id), asked_at }, 0));
        }
        let due = next_recount(&campaign, &campaign.state, &current.count, current.as_of);
        self.store.set_alarm(Alarm::Recount, id, due).await?;
        Ok(Next::Done)
    }

    /// Counts shards from where the run has come to, until `deadline`; true when none is left.
    async fn count_shards(&self, campaign: &Campaign, run: &mut Run, deadline: Instant) -> Result<bool, StepError> {
        let shards: Vec<u32> = if campaign.state.planned {
            // Small audiences leave most shards of a large CRM empty.
            let tallies = self.store.tallies(campaign.id).await?;
            let filled = tallies.into_iter().filter(|(_, tally)| tally.audience > 0).map(|(shard, _)| shard);
            let mut filled: Vec<u32> = filled.filter(|shard| *shard >= run.next_shard).collect();
            filled.sort_unstable();
            filled
        } else {
            (run.next_shard..campaign.shards).collect()
        };
        for stretch in shards.chunks(SHARDS) {
            let reads: Vec<_> = stretch.iter().map(|shard| self.people_of_shard(campaign, *shard)).collect();
            let read: Vec<Counted> = stream::iter(reads).buffered(SHARDS).try_collect().await?;
            let mut converted = Vec::new();
            for (entry, others, history) in read.into_iter().flatten() {
                let credit = run.count.count(campaign, &entry, &others, &history);
                let is_news = |at: &Time| entry.went_out_at().is_some() && entry.converted_at.is_none_or(|held| *at < held);
                converted.extend(credit.first_at.filter(is_news).map(|at| (entry.customer_id, at)));
            }
            self.store.note_converted(campaign, &converted).await?;
            run.next_shard = stretch.last().map_or(run.next_shard, |last| last + 1);
            if Instant::now() >= deadline {
                return Ok(shards.last().is_none_or(|last| *last < run.next_shard));
            }
        }
        Ok(true)
    }

    async fn people_of_shard(&self, campaign: &Campaign, shard: u32) -> Result<Counted, StepError> {
        let entries = self.store.shard(campaign, shard).await?;
        let window = |entry: &Message| Window::of(entry, campaign.attribution_days);
        let asked: Vec<CustomerId> =
            entries.iter().filter(|entry| window(entry).is_some()).map(|entry| entry.customer_id).collect();
        let found = self.store.customers_with_history(&asked).await?;
        let mut people: HashMap<CustomerId, Customer> = found.into_iter().map(|found| (found.record.id, found.record)).collect();
        let mut counted = Vec::with_capacity(entries.len());
        for entry in entries {
            let person = match (window(&entry), people.remove(&entry.customer_id)) {
                (None, _) => None,
                (Some(_), Some(person)) => Some(person),
                // Merged into somebody, or erased: then their orders are nobody's.
                (Some(_), None) => self.store.customer(entry.customer_id).await?.map(|found| found.record),
            };
            let Some(person) = person else {
                counted.push((entry, Vec::new(), History::default()));
                continue;
            };
            let others: Vec<CustomerId> = person.identities().into_iter().filter(|id| *id != entry.customer_id).collect();
            let others = if others.is_empty() { Vec::new() } else { self.store.entries(campaign, &others).await? };
            counted.push((entry, others, person.history));
        }
        Ok(counted)
    }
}
