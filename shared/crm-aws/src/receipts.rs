//! Receipts: what providers report of messages, noted in the log.
//!
//! Each report of a message keeps its earliest time, and why it did not arrive is what the earliest that says so has said,
//! whatever the order and the number of its receipts.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use crm_domain::ids::CampaignId;
use crm_domain::message::{Explained, Message, MessageId, Receipt, Report};
use crm_domain::ports::{KeepCampaigns, ReadMessages, StoreError};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::dynamo::Dynamo;
use crate::entries::{campaign_of, explained, message_key, read_message};
use crate::error::{corrupt, store_error};
use crate::items::{held, unless_conflict};

/// Receipts noted side by side.
const CONCURRENCY: usize = 16;
/// Shards counted side by side.
const RECOUNTS: usize = 8;

impl ReadMessages for Dynamo {
    async fn messages_named(&self, ids: &[MessageId]) -> Result<Vec<(MessageId, Message)>, StoreError> {
        let shards = self.shard_numbers(ids.iter().map(|id| id.campaign)).await?;
        let distinct: BTreeSet<MessageId> = ids.iter().copied().collect();
        let mut keys = Vec::with_capacity(distinct.len());
        for id in &distinct {
            keys.extend(shards.get(&id.campaign).map(|count| message_key(id.campaign, id.customer.shard(*count), id.customer)));
        }
        let items = self.get_all(&self.messages, keys).await?;
        items
            .into_iter()
            .map(|item| {
                let campaign = campaign_of(&item).ok_or_else(|| corrupt("an entry of the log is in no campaign"))?;
                let message = read_message(item)?;
                Ok((MessageId { campaign, customer: message.customer_id }, message))
            })
            .collect()
    }
}

impl Dynamo {
    /// Notes receipts and recounts what they touched. Returns those whose message does not exist.
    pub(crate) async fn record_receipts(&self, receipts: &[Receipt]) -> Result<Vec<Receipt>, StoreError> {
        let shards = self.shard_numbers(receipts.iter().map(|receipt| receipt.message.campaign)).await?;
        let (mut unknown, mut touched) = (Vec::new(), BTreeSet::new());
        let mut notes = Vec::new();
        for receipt in receipts {
            match shards.get(&receipt.message.campaign) {
                Some(count) => notes.push(self.note_receipt(receipt, receipt.message.customer.shard(*count))),
                None => unknown.push(receipt.clone()),
            }
        }
        let mut notes = stream::iter(notes).buffered(CONCURRENCY);
        for receipt in receipts.iter().filter(|receipt| shards.contains_key(&receipt.message.campaign)) {
            // One answer for each, in order.
            match notes.try_next().await? {
                Some(Some(shard)) => {
                    touched.insert((receipt.message.campaign, shard));
                }
                _ => unknown.push(receipt.clone()),
            }
        }
        drop(notes);
        // Also those in which nothing changed: whoever noted these receipts before may have ended before counting.
        let recounts: Vec<_> = touched.into_iter().map(|(campaign, shard)| self.recount_shard(campaign, shard)).collect();
        stream::iter(recounts).buffer_unordered(RECOUNTS).try_collect::<Vec<_>>().await?;
        Ok(unknown)
    }

    /// How many shards the logs of the campaigns have, those that exist.
    async fn shard_numbers(&self, ids: impl Iterator<Item = CampaignId>) -> Result<BTreeMap<CampaignId, u32>, StoreError> {
        let wanted: BTreeSet<CampaignId> = ids.collect();
        let mut numbers = BTreeMap::new();
        for id in wanted {
            let known = self.log_shards.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(&id).copied();
            let number = match known {
                Some(number) => Some(number),
                // A draft has no log yet, and will have another number of shards.
                None => self.campaign(id).await?.filter(|found| !found.record.is_draft()).map(|found| found.record.shards),
            };
            if let Some(number) = number {
                self.log_shards.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(id, number);
                numbers.insert(id, number);
            }
        }
        Ok(numbers)
    }

    /// Notes one receipt; gives its shard again when its message exists.
    async fn note_receipt(&self, receipt: &Receipt, shard: u32) -> Result<Option<u32>, StoreError> {
        let explained = receipt.explained();
        // As a rule it is the only one of its kind, and both are noted by one write.
        if let Some(told) = &explained
            && self.note_explained(receipt, told, shard, true).await?
        {
            return Ok(Some(shard));
        }
        match self.note_first(receipt, shard).await? {
            Noted::Unknown => return Ok(None),
            Noted::Later if receipt.counts_last() => self.note_last(receipt, shard).await?,
            Noted::First | Noted::Later => {}
        }
        if let Some(told) = &explained {
            self.note_explained(receipt, told, shard, false).await?;
        }
        Ok(Some(shard))
    }

    /// Notes why a message did not arrive, unless what is noted comes before it; with `first` also when, and only where it is
    /// the first of its kind. Whether it was noted.
    async fn note_explained(&self, receipt: &Receipt, told: &Explained, shard: u32, first: bool) -> Result<bool, StoreError> {
        let mut condition = "attribute_exists(customerId) AND (attribute_not_exists(explained) OR explained > :told)".to_owned();
        let mut update = "SET explained = :told".to_owned();
        let mut request = self
            .client
            .update_item()
            .table_name(&self.messages)
            .set_key(Some(message_key(receipt.message.campaign, shard, receipt.message.customer)))
            .expression_attribute_values(":told", explained(told));
        if first {
            condition.push_str(" AND (attribute_not_exists(#at) OR #at > :at)");
            update.push_str(", #at = :at");
            request = request
                .expression_attribute_names("#at", attribute(receipt))
                .expression_attribute_values(":at", AttributeValue::S(receipt.at.sortable()));
        }
        held(request.condition_expression(condition).update_expression(update).send().await.map_err(store_error))
    }

    /// Notes an opening that is later than those that are noted.
    async fn note_last(&self, receipt: &Receipt, shard: u32) -> Result<(), StoreError> {
        let request = self
            .client
            .update_item()
            .table_name(&self.messages)
            .set_key(Some(message_key(receipt.message.campaign, shard, receipt.message.customer)))
            .condition_expression("lastOpenedAt < :at")
            .update_expression("SET lastOpenedAt = :at")
            .expression_attribute_values(":at", AttributeValue::S(receipt.at.sortable()));
        unless_conflict(request.send().await.map_err(store_error))
    }

    async fn note_first(&self, receipt: &Receipt, shard: u32) -> Result<Noted, StoreError> {
        let message_key = message_key(receipt.message.campaign, shard, receipt.message.customer);
        let request = self
            .client
            .update_item()
            .table_name(&self.messages)
            .set_key(Some(message_key.clone()))
            .condition_expression("attribute_exists(customerId) AND (attribute_not_exists(#at) OR #at > :at)")
            .expression_attribute_names("#at", attribute(receipt))
            .expression_attribute_values(":at", AttributeValue::S(receipt.at.sortable()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        // An opening that is the first is the last too, and most are.
        let expression = if receipt.counts_last() {
            "SET #at = :at, lastOpenedAt = if_not_exists(lastOpenedAt, :at)"
        } else {
            "SET #at = :at"
        };
        let answer = request.update_expression(expression).send().await;
        // An entry that has been sent holds its text, so this is the least where DynamoDB does not say.
        match answer {
            Ok(_) => Ok(Noted::First),
            Err(error) if held_back(&error) == Some(true) => Ok(Noted::Later),
            // Not every implementation sends the old item along.
            Err(error) if held_back(&error) == Some(false) => {
                let request = self.client.get_item().table_name(&self.messages).set_key(Some(message_key)).consistent_read(true);
                let found = request.projection_expression("customerId").send().await.map_err(store_error)?.item;
                Ok(found.map_or(Noted::Unknown, |_| Noted::Later))
            }
            Err(error) => Err(store_error(error)),
        }
    }
}

/// What became of a receipt.
enum Noted {
    /// It is the earliest of its kind.
    First,
    /// An earlier one, or this one, is noted.
    Later,
    /// There is no such message.
    Unknown,
}

/// Whether it was the condition that held the update back, and if so, whether the answer shows that the item exists.
fn held_back(error: &SdkError<UpdateItemError>) -> Option<bool> {
    match error.as_service_error()? {
        UpdateItemError::ConditionalCheckFailedException(failed) => Some(failed.item().is_some_and(|item| !item.is_empty())),
        _ => None,
    }
}

const fn attribute(receipt: &Receipt) -> &'static str {
    match receipt.report {
        Report::Delivered => "deliveredAt",
        Report::Opened if receipt.machine => "machineOpenedAt",
        Report::Opened => "openedAt",
        Report::Clicked => "clickedAt",
        Report::Bounced => "bouncedAt",
        Report::Complained => "complainedAt",
        Report::Unsubscribed => "unsubscribedAt",
        Report::Failed => "failedAt",
    }
}
