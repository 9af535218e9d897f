//! Campaigns, their log and a provider in memory. The process that works with them can be made to die at any step.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::task::Poll;

use crm_domain::audit::AuditEntry;
use crm_domain::campaign::{Campaign, CampaignState};
use crm_domain::customer::Channel;
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::message::{Message, MessageId, Receipt, Tally};
use crm_domain::ports::{
    Alarm, KeepCampaigns, KeepLog, Letter, Page, QueueError, ReadMessages, SendLetters, StoreError, Versioned,
};
use crm_domain::sending::{Intent, Sending};
use crm_domain::time::Time;

use crate::memory::{Memory, paged};
use crate::reports::{read, wrote};

/// What [`Memory`] keeps of campaigns.
#[derive(Default)]
pub(crate) struct Mailroom {
    campaigns: BTreeMap<CampaignId, (u64, Campaign)>,
    log: BTreeMap<(CampaignId, u32, CustomerId), Message>,
    /// Version and counts of each shard.
    tallies: BTreeMap<(CampaignId, u32), (u64, Tally)>,
    /// Letters that the provider has taken, and how often each was handed over.
    letters: BTreeMap<MessageId, (Letter, u32)>,
    /// How the provider behaves.
    provider: Provider,
    /// How often each letter was asked for, whatever came of it.
    asked: BTreeMap<MessageId, u32>,
    /// Steps until the process dies.
    steps: Option<u32>,
    /// The time at which letters are taken, where it stands still.
    now: Option<Time>,
}

/// How the provider in memory behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Provider {
    /// It takes all, and what it is handed again it does not send again.
    #[default]
    Recognises,
    /// It sends what it is handed, again too; with moods it also defers, refuses, and says nothing, now and then.
    Forgets { moods: bool },
}

impl Memory {
    /// Replaces the provider.
    pub fn behave(&self, provider: Provider) {
        self.mailroom().provider = provider;
    }

    /// How many letters each recipient got.
    pub fn mailed(&self) -> BTreeMap<MessageId, u32> {
        self.mailroom().letters.iter().map(|(id, (_, count))| (*id, *count)).collect()
    }

    /// Lets everything fail after so many more steps; `None`: the process lives.
    pub fn die_after(&self, steps: Option<u32>) {
        self.mailroom().steps = steps;
    }

    /// The log of a campaign, by shard and customer.
    pub fn log(&self, id: CampaignId) -> Vec<Message> {
        self.mailroom().log.iter().filter(|((campaign, ..), _)| *campaign == id).map(|(_, message)| message.clone()).collect()
    }

    /// What the provider has taken, each letter once.
    pub fn letters(&self) -> Vec<Letter> {
        self.mailroom().letters.values().map(|(letter, _)| letter.clone()).collect()
    }

    fn set_first_alarm(&self, campaign: &Campaign) {
        if let Some(at) = campaign.alarm() {
            self.clockwork().insert((Alarm::Wake, campaign.id), (at, None));
        }
    }

    /// Stops the clock of the provider at a time.
    pub fn stop_clock(&self, now: Time) {
        self.mailroom().now = Some(now);
    }

    /// Notes receipts in the log and counts it anew; returns those of no message.
    pub(crate) fn note(&self, receipts: &[Receipt]) -> Vec<Receipt> {
        let mut room = self.mailroom();
        let (mut unknown, mut touched) = (Vec::new(), BTreeSet::new());
        for receipt in receipts {
            let id = receipt.message.campaign;
            let shard =
                room.campaigns.get(&id).map(|(_, campaign)| campaign.shard_of(receipt.message.customer)).unwrap_or_default();
            match room.log.get_mut(&(id, shard, receipt.message.customer)) {
                Some(message) => {
                    message.note(receipt);
                    *message = message.clone().reconciled();
                    wrote(message);
                    touched.insert((id, shard));
                }
                None => unknown.push(receipt.clone()),
            }
        }
        for (id, shard) in touched {
            let tally = room.count(id, shard);
            let version = room.tallies.get(&(id, shard)).map_or(0, |(version, _)| *version);
            if room.tallies.insert((id, shard), (version + 1, tally)).is_none_or(|(_, before)| before != tally) {
                wrote(&tally);
            }
        }
        unknown
    }

    /// One step: others may do theirs first, and a dead process does none.
    pub(crate) async fn step(&self) -> Result<(), StoreError> {
        let mut waited = false;
        poll_fn(|context| {
            if waited {
                return Poll::Ready(());
            }
            waited = true;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        let mut room = self.mailroom();
        match room.steps {
            Some(0) => Err(StoreError::Unavailable("the process has died".into())),
            steps => {
                room.steps = steps.map(|steps| steps - 1);
                Ok(())
            }
        }
    }
}

impl Mailroom {
    fn settle(&mut self, campaign: &Campaign, entry: &Message) {
        let key = (campaign.id, campaign.shard_of(entry.customer_id), entry.customer_id);
        let Some(held) = self.log.get_mut(&key) else { return };
        let open = held.sent_at.is_none() && held.skipped_reason.is_none();
        let same = held.intent.map(|intent| intent.by) == entry.intent.map(|intent| intent.by);
        if open && (entry.sent_at.is_some() || (held.failed_at.is_none() && held.unknown_at.is_none() && same)) {
            held.variant = entry.variant;
            held.sent_at = entry.sent_at;
            held.address = entry.address.or(held.address);
            held.unknown_at = held.unknown_at.or(entry.unknown_at);
            held.provider_id.clone_from(&entry.provider_id);
            held.failed_at = held.failed_at.or(entry.failed_at);
            held.failed_reason = held.failed_reason.take().or_else(|| entry.failed_reason.clone());
            held.skipped_reason = entry.skipped_reason;
            held.skipped_phase = entry.skipped_phase;
            held.subject.clone_from(&entry.subject);
            held.body.clone_from(&entry.body);
            *held = held.clone().reconciled();
        }
        wrote(&*held);
    }

    pub(crate) fn named(&self, ids: &[MessageId]) -> Vec<(MessageId, Message)> {
        let entry = |id: &MessageId| {
            let shard = self.campaigns.get(&id.campaign)?.1.shard_of(id.customer);
            Some((*id, self.log.get(&(id.campaign, shard, id.customer))?.clone()))
        };
        ids.iter().filter_map(entry).collect()
    }

    pub(crate) fn entries_of(&self, identities: &[CustomerId]) -> Vec<(Campaign, Message)> {
        let own = self.log.iter().filter(|((.., customer), _)| identities.contains(customer));
        own.filter_map(|((id, ..), message)| Some((self.campaigns.get(id)?.1.clone(), message.clone()))).collect()
    }

    pub(crate) fn age_intents(&mut self, micros: i64) {
        for intent in self.log.values_mut().filter_map(|entry| entry.intent.as_mut()) {
            intent.at = intent.at.plus(-micros);
        }
    }

    pub(crate) fn forget(&mut self, identity: CustomerId, before: Time) -> u64 {
        let mut count = 0;
        for ((.., customer), message) in &mut self.log {
            if *customer == identity && message.queued_at < before && *message != message.anonymous() {
                *message = message.anonymous();
                count += 1;
            }
        }
        count
    }

    /// Notes an order that counts; of several the earliest stands.
    pub(crate) fn convert(&mut self, campaign: &Campaign, customer: CustomerId, at: Time) {
        if let Some(entry) = self.log.get_mut(&(campaign.id, campaign.shard_of(customer), customer)) {
            entry.converted_at = Some(entry.converted_at.map_or(at, |held| held.min(at)));
            wrote(entry);
        }
    }

    /// What the provider does with one letter.
    fn receive(&mut self, letter: &Letter) -> Sending {
        let asked = self.asked.entry(letter.id).or_default();
        *asked += 1;
        let mood = match self.provider {
            Provider::Forgets { moods: true } => letter.id.draw(&format!("mood {asked}"), 20),
            _ => u32::MAX,
        };
        match mood {
            0..4 => return Sending::Deferred(mood),
            4 => return Sending::Refused("moody".into()),
            5 => return Sending::Unknown("moody".into()),
            _ => self.letters.entry(letter.id).or_insert_with(|| (letter.clone(), 0)).1 += 1,
        }
        // It has sent that one, and does not say so.
        if mood == 6 { Sending::Unknown("moody".into()) } else { Sending::taken(self.now.unwrap_or_else(Time::now)) }
    }

    fn replace(&mut self, version: u64, campaign: &Campaign) -> Result<(), StoreError> {
        let held = self.campaigns.get_mut(&campaign.id).filter(|(held, _)| *held == version).ok_or(StoreError::Conflict)?;
        *held = (version + 1, campaign.clone());
        Ok(())
    }

    fn count(&self, id: CampaignId, shard: u32) -> Tally {
        let mut tally = Tally::default();
        self.shard(id, shard).for_each(|message| tally.count(message));
        tally
    }

    fn shard(&self, id: CampaignId, shard: u32) -> impl Iterator<Item = &Message> {
        self.log.iter().filter(move |((campaign, at, _), _)| *campaign == id && *at == shard).map(|(_, message)| message)
    }
}

impl KeepCampaigns for Memory {
    async fn create_campaign(&self, campaign: &Campaign, audit: &AuditEntry) -> Result<(), StoreError> {
        self.step().await?;
        self.mailroom().campaigns.entry(campaign.id).or_insert_with(|| (1, campaign.clone()));
        self.set_first_alarm(campaign);
        self.tell(audit);
        Ok(())
    }

    async fn campaign(&self, id: CampaignId) -> Result<Option<Versioned<Campaign>>, StoreError> {
        self.step().await?;
        Ok(self.mailroom().campaigns.get(&id).map(|(version, record)| Versioned { version: *version, record: record.clone() }))
    }

    async fn campaigns(&self, after: Option<String>, limit: usize) -> Result<Page<Campaign>, StoreError> {
        self.step().await?;
        let all = self.mailroom().campaigns.values().map(|(_, campaign)| campaign.clone()).collect();
        Ok(paged(all, |campaign| campaign.id.to_string(), after.as_deref(), limit))
    }

    async fn set_campaign_state(
        &self,
        id: CampaignId,
        version: u64,
        state: &CampaignState,
        audit: Option<&AuditEntry>,
    ) -> Result<(), StoreError> {
        self.step().await?;
        let mut room = self.mailroom();
        let held = room.campaigns.get_mut(&id).filter(|(held, _)| *held == version).ok_or(StoreError::Conflict)?;
        held.0 += 1;
        held.1.state = state.clone();
        // A transaction costs twice.
        (0..2).for_each(|_| wrote(state));
        drop(room);
        if let Some(entry) = audit {
            self.tell(entry);
        }
        Ok(())
    }

    async fn resize_campaign(&self, version: u64, campaign: &Campaign) -> Result<(), StoreError> {
        self.step().await?;
        let stored = self.campaign(campaign.id).await?.ok_or(StoreError::Conflict)?.record;
        self.mailroom().replace(version, &Campaign { shards: campaign.shards, plan_parts: campaign.plan_parts, ..stored })?;
        self.step().await
    }

    async fn replace_draft(&self, version: u64, campaign: &Campaign, audit: &AuditEntry) -> Result<(), StoreError> {
        self.step().await?;
        self.mailroom().replace(version, campaign)?;
        self.set_first_alarm(campaign);
        self.tell(audit);
        // The answer may be lost.
        self.step().await
    }

    async fn delete_draft(&self, id: CampaignId, version: u64, audit: &AuditEntry) -> Result<(), StoreError> {
        self.step().await?;
        let mut room = self.mailroom();
        if room.campaigns.get(&id).is_none_or(|(held, _)| *held != version) {
            return Err(StoreError::Conflict);
        }
        room.campaigns.remove(&id);
        drop(room);
        self.tell(audit);
        Ok(())
    }

    async fn entry(&self, campaign: &Campaign, customer: CustomerId) -> Result<Option<Message>, StoreError> {
        self.step().await?;
        Ok(self.mailroom().log.get(&(campaign.id, campaign.shard_of(customer), customer)).cloned())
    }

    async fn tallies(&self, id: CampaignId) -> Result<Vec<(u32, Tally)>, StoreError> {
        self.step().await?;
        let room = self.mailroom();
        let own = room.tallies.iter().filter(|((campaign, _), _)| *campaign == id);
        Ok(own.map(|((_, shard), (_, tally))| (*shard, *tally)).collect())
    }

    async fn messages(&self, campaign: &Campaign, after: Option<String>, limit: usize) -> Result<Page<Message>, StoreError> {
        Ok(paged(self.log(campaign.id), |message| message.customer_id.to_string(), after.as_deref(), limit))
    }
}

impl ReadMessages for Memory {
    async fn messages_named(&self, ids: &[MessageId]) -> Result<Vec<(MessageId, Message)>, StoreError> {
        Ok(self.mailroom().named(ids))
    }
}

impl KeepLog for Memory {
    async fn log_recipients(&self, campaign: &Campaign, entries: &[Message]) -> Result<(), StoreError> {
        for entry in entries {
            self.step().await?;
            let key = (campaign.id, campaign.shard_of(entry.customer_id), entry.customer_id);
            wrote(entry);
            self.mailroom().log.entry(key).or_insert_with(|| entry.clone());
        }
        Ok(())
    }

    async fn shard(&self, campaign: &Campaign, shard: u32) -> Result<Vec<Message>, StoreError> {
        self.step().await?;
        let entries: Vec<Message> = self.mailroom().shard(campaign.id, shard).cloned().collect();
        read(&entries);
        Ok(entries)
    }

    async fn settle(&self, campaign: &Campaign, entries: &[Message]) -> Vec<Result<(), StoreError>> {
        let mut outcomes = Vec::with_capacity(entries.len());
        for entry in entries {
            outcomes.push(self.step().await.map(|()| self.mailroom().settle(campaign, entry)));
        }
        outcomes
    }

    async fn note_intent(&self, campaign: &Campaign, customer: CustomerId, intent: &Intent) -> Result<bool, StoreError> {
        self.step().await?;
        let noted = match self.mailroom().log.get_mut(&(campaign.id, campaign.shard_of(customer), customer)) {
            Some(held) if !held.is_settled() && held.intent.is_none_or(|held| held.by == intent.by) => {
                held.intent = Some(*intent);
                true
            }
            _ => false,
        };
        // Noted, but nobody hears of it.
        self.step().await?;
        Ok(noted)
    }

    async fn withdraw_intent(&self, campaign: &Campaign, customer: CustomerId, intent: &Intent) -> Result<(), StoreError> {
        self.step().await?;
        if let Some(held) = self.mailroom().log.get_mut(&(campaign.id, campaign.shard_of(customer), customer))
            && held.unknown_at.is_none()
        {
            held.intent = held.intent.filter(|held| held.by != intent.by);
        }
        Ok(())
    }

    async fn postpone(&self, campaign: &Campaign, until: &[(CustomerId, Time)]) -> Result<(), StoreError> {
        for (customer, at) in until {
            self.step().await?;
            let key = (campaign.id, campaign.shard_of(*customer), *customer);
            if let Some(held) = self.mailroom().log.get_mut(&key).filter(|held| !held.is_settled()) {
                held.due_at = Some(*at);
                wrote(&*held);
            }
        }
        Ok(())
    }

    async fn recount(&self, campaign: &Campaign, shard: u32) -> Result<Tally, StoreError> {
        let key = (campaign.id, shard);
        loop {
            self.step().await?;
            let version = self.mailroom().tallies.get(&key).map_or(0, |(version, _)| *version);
            self.step().await?;
            let tally = self.mailroom().count(campaign.id, shard);
            self.step().await?;
            let mut room = self.mailroom();
            let held = room.tallies.entry(key).or_default();
            wrote(&tally);
            if held.0 == version {
                *held = (version + 1, tally);
                return Ok(tally);
            }
        }
    }

    async fn is_anybody_queued(&self, campaign: &Campaign, _after: u32) -> Result<bool, StoreError> {
        Ok(self.tallies(campaign.id).await?.iter().any(|(_, tally)| tally.queued > 0))
    }

    async fn plan_part_done(&self, id: CampaignId, part: u32) -> Result<bool, StoreError> {
        self.step().await?;
        let mut room = self.mailroom();
        let Some((_, campaign)) = room.campaigns.get_mut(&id) else { return Err(StoreError::Conflict) };
        campaign.parts_planned.insert(part);
        wrote(&part);
        Ok(campaign.parts_planned.len() >= campaign.plan_parts as usize)
    }
}

impl SendLetters for Memory {
    fn recognises(&self, _channel: Channel) -> bool {
        self.mailroom().provider == Provider::Recognises
    }

    async fn send(&self, _channel: Channel, letters: &[Letter]) -> Result<Vec<Sending>, QueueError> {
        self.step().await.map_err(|error| QueueError(error.into()))?;
        let answers = letters.iter().map(|letter| self.mailroom().receive(letter)).collect();
        // The answer may be lost.
        self.step().await.map_err(|error| QueueError(error.into()))?;
        Ok(answers)
    }
}
