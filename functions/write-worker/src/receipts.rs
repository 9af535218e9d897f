//! Receipts of one batch, campaign by campaign: so it is known what those of each have used.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use tokio::time::Instant;

use crm_domain::cost::{Usage, Work};
use crm_domain::did;
use crm_domain::error::chain;
use crm_domain::ids::CampaignId;
use crm_domain::message::{Message, MessageId, Receipt};
use crm_domain::ports::{ApplyEvents, KeepSuppressions, MeterUsage, ReadMessages, StoreError};
use crm_domain::suppression::{self, Note};
use crm_domain::world;
use crm_lambda::config::memory_mb;

use crate::apply::Unapplied;

/// The storage that receipts need.
pub trait Store: ApplyEvents + KeepSuppressions + MeterUsage + ReadMessages {}
impl<S: ApplyEvents + KeepSuppressions + MeterUsage + ReadMessages> Store for S {}

/// What became of the receipts of a batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Those of messages that do not exist, each with its message of the queue (by index).
    pub unknown: Vec<(usize, Receipt)>,
    /// Messages of the queue (by index) that were not dealt with.
    pub failed: BTreeMap<usize, Unapplied>,
}

/// Applies receipts, each of which came with a message (by index) of a batch of `batch`.
pub async fn apply<S: Store>(store: &S, batch: usize, carried: Vec<(usize, Receipt)>) -> Applied {
    let mut campaigns: BTreeMap<CampaignId, Vec<(usize, Receipt)>> = BTreeMap::new();
    for (message, receipt) in carried {
        campaigns.entry(receipt.message.campaign).or_default().push((message, receipt));
    }
    let mut applied = Applied::default();
    for (campaign, carried) in campaigns {
        let started = Instant::now();
        let receipts: Vec<Receipt> = carried.iter().map(|(_, receipt)| receipt.clone()).collect();
        let (outcome, usage) = store.metered(note_receipts(store, &receipts)).await;
        let messages: BTreeSet<usize> = carried.iter().map(|(message, _)| *message).collect();
        match outcome {
            // Nothing is kept of campaigns that somebody made up.
            Ok(unknown) if unknown.len() == receipts.len() => applied.unknown.extend(carried),
            Ok(unknown) => {
                did!(receipts.applied = receipts.len() - unknown.len());
                applied.unknown.extend(carried.into_iter().filter(|(_, receipt)| unknown.contains(receipt)));
                let consumed = messages.iter().map(|_| Usage::of_consuming(batch, 0, 0)).fold(usage, Usage::plus);
                let held = memory_mb() * started.elapsed().as_millis() as u64;
                note(store, campaign, consumed.plus(Usage { held, ..Usage::default() })).await;
            }
            Err(error) => {
                tracing::warn!(cause = %chain(&error), "receipts were not applied");
                let why = Unapplied::from(error);
                applied.failed.extend(messages.into_iter().map(|message| (message, why.clone())));
                note(store, campaign, usage).await;
            }
        }
    }
    applied
}

/// Notes receipts in the log, then what they mean for the addresses; gives those of no message.
async fn note_receipts<S: Store>(store: &S, receipts: &[Receipt]) -> Result<Vec<Receipt>, StoreError> {
    let unknown = store.apply_receipts(receipts).await?;
    let telling: Vec<&Receipt> = receipts.iter().filter(|receipt| suppression::concerns(receipt)).collect();
    if telling.is_empty() {
        return Ok(unknown);
    }
    let ids: Vec<MessageId> = telling.iter().map(|receipt| receipt.message).collect();
    let entries: HashMap<MessageId, Message> = store.messages_named(&ids).await?.into_iter().collect();
    let notes: Vec<Note> =
        telling.into_iter().filter_map(|receipt| Note::of_receipt(receipt, entries.get(&receipt.message)?)).collect();
    let changed = store.suppress(&notes).await?;
    did!(suppressions.notes = notes.len(), suppressions.changed = changed);
    Ok(unknown)
}

/// Notes what an attempt used. The receipts are in the log by then: that it is not known what they used changes nothing.
async fn note<S: MeterUsage>(store: &S, campaign: CampaignId, usage: Usage) {
    if let Err(error) = store.note_usage(campaign, Work::Receipts, world::fresh_id(), &usage).await {
        tracing::warn!(cause = %chain(&error), "usage was not noted");
    }
}
