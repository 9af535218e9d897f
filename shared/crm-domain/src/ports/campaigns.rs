//! Campaigns and the logs of their deliveries.

use std::future::Future;

use super::{Page, Stored, Versioned};
use crate::audit::AuditEntry;
use crate::campaign::{Campaign, CampaignState};
use crate::ids::{CampaignId, CustomerId};
use crate::message::{Message, MessageId, Tally};
use crate::sending::Intent;
use crate::time::Time;

pub trait KeepCampaigns: Send + Sync + 'static {
    /// Stores a new campaign, with its alarm if it begins later; one with this id that is there already stays as it is.
    fn create_campaign(&self, campaign: &Campaign, audit: &AuditEntry) -> impl Future<Output = Stored<()>> + Send;
    fn campaign(&self, id: CampaignId) -> impl Future<Output = Stored<Option<Versioned<Campaign>>>> + Send;
    /// Newest first.
    fn campaigns(&self, after: Option<String>, limit: usize) -> impl Future<Output = Stored<Page<Campaign>>> + Send;
    /// Moves the campaign on; [`super::StoreError::Conflict`] when its version is not `version` any more.
    /// `audit` tells of it when a user asked for it.
    fn set_campaign_state(
        &self,
        id: CampaignId,
        version: u64,
        state: &CampaignState,
        audit: Option<&AuditEntry>,
    ) -> impl Future<Output = Stored<()>> + Send;
    /// Replaces the draft of version `version` as a whole, also by itself launched, with its alarm if it begins later; [`super::StoreError::Conflict`] when it is at
    /// another version by now, or gone.
    fn replace_draft(&self, version: u64, campaign: &Campaign, audit: &AuditEntry) -> impl Future<Output = Stored<()>> + Send;
    /// Notes shards and parts of the plan of a campaign that has not begun; [`super::StoreError::Conflict`] when it is at another
    /// version by now.
    fn resize_campaign(&self, version: u64, campaign: &Campaign) -> impl Future<Output = Stored<()>> + Send;
    /// Deletes the draft of version `version`; [`super::StoreError::Conflict`] as above.
    fn delete_draft(&self, id: CampaignId, version: u64, audit: &AuditEntry) -> impl Future<Output = Stored<()>> + Send;
    /// The entry of one customer in the log.
    fn entry(&self, campaign: &Campaign, customer: CustomerId) -> impl Future<Output = Stored<Option<Message>>> + Send;
    /// The stored counts of the log's shards; those without entries may be missing.
    fn tallies(&self, id: CampaignId) -> impl Future<Output = Stored<Vec<(u32, Tally)>>> + Send;
    /// The log, in a fixed order.
    fn messages(
        &self,
        campaign: &Campaign,
        after: Option<String>,
        limit: usize,
    ) -> impl Future<Output = Stored<Page<Message>>> + Send;
}

pub trait ReadMessages: Send + Sync + 'static {
    /// Those of these messages that are in a log.
    fn messages_named(&self, ids: &[MessageId]) -> impl Future<Output = Stored<Vec<(MessageId, Message)>>> + Send;
}

pub trait KeepLog: Send + Sync + 'static {
    /// Writes log entries that do not exist yet; existing ones stay as they are.
    fn log_recipients(&self, campaign: &Campaign, entries: &[Message]) -> impl Future<Output = Stored<()>> + Send;
    /// All entries of one shard, as they are now.
    fn shard(&self, campaign: &Campaign, shard: u32) -> impl Future<Output = Stored<Vec<Message>>> + Send;
    /// Records that entries were sent (in which variant), failed, skipped or are unknown; what became of each, in their order.
    /// Settled entries stay as they are, but that one was sent is recorded also after a receipt that reports it as failed, and in
    /// place of unknown. Anything but sent is recorded only while the stored intent is that of the entry.
    fn settle(&self, campaign: &Campaign, entries: &[Message]) -> impl Future<Output = Vec<Stored<()>>> + Send;
    /// Notes that an entry is about to be handed over. False when it must not be: somebody else is at it, or it is settled.
    fn note_intent(
        &self,
        campaign: &Campaign,
        customer: CustomerId,
        intent: &Intent,
    ) -> impl Future<Output = Stored<bool>> + Send;
    /// Takes an intent back, if it still stands: the letter was certainly not taken.
    fn withdraw_intent(
        &self,
        campaign: &Campaign,
        customer: CustomerId,
        intent: &Intent,
    ) -> impl Future<Output = Stored<()>> + Send;
    /// Notes from when on entries may be written to; settled ones stay as they are.
    fn postpone(&self, campaign: &Campaign, until: &[(CustomerId, Time)]) -> impl Future<Output = Stored<()>> + Send;
    /// Counts one shard anew and stores the figures.
    fn recount(&self, campaign: &Campaign, shard: u32) -> impl Future<Output = Stored<Tally>> + Send;
    /// Whether anybody is queued by the stored counts of the shards. Those after `after` are looked at first, in order: where
    /// deliveries go by shards, somebody is found there.
    fn is_anybody_queued(&self, campaign: &Campaign, after: u32) -> impl Future<Output = Stored<bool>> + Send;
    /// Notes that a part of the planning scan is done; true when all parts are, however often it is asked.
    fn plan_part_done(&self, id: CampaignId, part: u32) -> impl Future<Output = Stored<bool>> + Send;
}
