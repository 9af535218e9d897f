//! The delivery log in the Messages table, and its counts.
//!
//! A count is never added to: it is the result of counting the shard, stored on condition that nobody has stored one
//! since before this counting began. Whoever changes an entry recounts its shard afterwards, so the last count that is
//! stored has seen every change.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemInputBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::campaign::Campaign;
use crm_domain::customer::Channel;
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::message::{Message, Phase, SkipReason, Tally};
use crm_domain::ports::{KeepLog, StoreError};
use crm_domain::sending::Intent;
use crm_domain::suppression::AddressHash;
use crm_domain::time::Time;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

use crate::batch::{key, pause, projected};
use crate::campaigns::{TallyRecord, shard_name, tally_partition};
use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::intents;
use crate::records::Item;

/// Entries written side by side.
const CONCURRENCY: usize = 16;
/// Counts read at once where one with somebody queued is looked for.
const LOOKED_AT: i32 = 25;
/// Times that a count is tried against others who count the same shard.
const ROUNDS: u32 = 12;
/// What counting looks at, and what every entry has.
pub(crate) const COUNTED: [&str; 19] = [
    "customerId",
    "email",
    "channel",
    "variant",
    "queuedAt",
    "dueAt",
    "sentAt",
    "deliveredAt",
    "openedAt",
    "lastOpenedAt",
    "machineOpenedAt",
    "clickedAt",
    "bouncedAt",
    "complainedAt",
    "unsubscribedAt",
    "failedAt",
    "unknownAt",
    "skippedReason",
    "skippedPhase",
];

/// A time as text of fixed width, so that stored ones compare as instants do.
#[derive(Clone, Copy, Deserialize)]
#[serde(transparent)]
pub(crate) struct Sortable(pub Time);

impl Serialize for Sortable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.sortable())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageRecord {
    #[serde(default)]
    shard: String,
    customer_id: CustomerId,
    email: String,
    channel: Channel,
    #[serde(default)]
    place: u32,
    queued_at: Sortable,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<Sortable>,
    #[serde(flatten)]
    outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intent_at: Option<Sortable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intent_by: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delivered_at: Option<Sortable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opened_at: Option<Sortable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_opened_at: Option<Sortable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    machine_opened_at: Option<Sortable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    clicked_at: Option<Sortable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    converted_at: Option<Sortable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bounced_at: Option<Sortable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    complained_at: Option<Sortable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unsubscribed_at: Option<Sortable>,
}

/// What settling an entry may set.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    /// Set by the plan already; who is written to may have another address by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<AddressHash>,
    /// The one that is sent: known for good only then.
    variant: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent_at: Option<Sortable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed_at: Option<Sortable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed_reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unknown_at: Option<Sortable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skipped_reason: Option<SkipReason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skipped_phase: Option<Phase>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

/// The update that settles an entry of the log of `campaign` in the table `messages`.
///
/// # Errors
/// The entry cannot be stored.
pub fn settlement(messages: &str, campaign: &Campaign, entry: &Message) -> Result<UpdateItemInputBuilder, StoreError> {
    // A receipt may already say that sending failed; that it was sent is still true then, and still to be noted.
    let (condition, by) = intents::settles(entry);
    let values: Item = serde_dynamo::to_item(outcome_of(entry)).map_err(corrupt)?;
    let (mut names, mut said) = (HashMap::with_capacity(values.len() + 1), HashMap::with_capacity(values.len() + 1));
    names.insert("#shard".to_owned(), "shard".to_owned());
    said.extend(by.map(|by| (":by".to_owned(), AttributeValue::S(by.to_string()))));
    let mut sets = String::from("SET ");
    // In a fixed order, so that the same write is the same text.
    for (name, value) in values.into_iter().collect::<BTreeMap<_, _>>() {
        sets.extend([if sets.len() > 4 { ", #" } else { "#" }, &name, " = :", &name]);
        said.insert(format!(":{name}"), value);
        names.insert(format!("#{name}"), name);
    }
    Ok(UpdateItemInput::builder()
        .table_name(messages)
        .set_key(Some(entry_key(campaign, entry.customer_id)))
        .condition_expression(condition)
        .update_expression(sets)
        .set_expression_attribute_names(Some(names))
        .set_expression_attribute_values(Some(said)))
}

impl KeepLog for Dynamo {
    async fn log_recipients(&self, campaign: &Campaign, entries: &[Message]) -> Result<(), StoreError> {
        let writes: Vec<_> = entries.iter().map(|entry| self.put_if_absent(campaign, entry)).collect();
        stream::iter(writes).buffer_unordered(CONCURRENCY).try_collect().await
    }

    async fn shard(&self, campaign: &Campaign, shard: u32) -> Result<Vec<Message>, StoreError> {
        let items = self.shard_items(campaign.id, shard, &[]).await?;
        items.into_iter().map(read_message).collect()
    }

    async fn settle(&self, campaign: &Campaign, entry: &Message) -> Result<(), StoreError> {
        let answer = settlement(&self.messages, campaign, entry)?.send_with(&self.client).await;
        unless_conflict(answer.map_err(store_error))
    }

    async fn note_intent(&self, campaign: &Campaign, customer: CustomerId, intent: &Intent) -> Result<bool, StoreError> {
        self.put_intent(campaign, customer, intent).await
    }

    async fn withdraw_intent(&self, campaign: &Campaign, customer: CustomerId, intent: &Intent) -> Result<(), StoreError> {
        self.remove_intent(campaign, customer, intent).await
    }

    async fn postpone(&self, campaign: &Campaign, until: &[(CustomerId, Time)]) -> Result<(), StoreError> {
        let writes: Vec<_> = until.iter().map(|(customer, at)| self.postpone_one(campaign, *customer, *at)).collect();
        stream::iter(writes).buffer_unordered(CONCURRENCY).try_collect().await
    }

    async fn recount(&self, campaign: &Campaign, shard: u32) -> Result<Tally, StoreError> {
        self.recount_shard(campaign.id, shard).await
    }

    async fn is_anybody_queued(&self, campaign: &Campaign, after: u32) -> Result<bool, StoreError> {
        let (id, after) = (campaign.id, shard_name(after));
        Ok(self.queued_among(id, "sk > :after", &after).await? || self.queued_among(id, "sk <= :after", &after).await?)
    }

    async fn plan_part_done(&self, id: CampaignId, part: u32) -> Result<bool, StoreError> {
        self.note_part(id, part).await
    }
}

impl Dynamo {
    /// Counts one shard and stores the result.
    pub(crate) async fn recount_shard(&self, id: CampaignId, shard: u32) -> Result<Tally, StoreError> {
        for round in 0..ROUNDS {
            let stored = self.app_item(&tally_partition(id), &shard_name(shard)).await?;
            let stored: Option<TallyRecord> = stored.map(serde_dynamo::from_item).transpose().map_err(corrupt)?;
            let (version, before) = stored.map_or((0, Tally::default()), |record| (record.version, record.tally));
            let mut tally = Tally::default();
            for item in self.shard_items(id, shard, &COUNTED).await? {
                tally.count(&read_message(item)?);
            }
            if tally == before {
                return Ok(tally);
            }
            let record = TallyRecord { pk: tally_partition(id), sk: shard_name(shard), tally, version: version + 1 };
            match self.put_app_item(version, serde_dynamo::to_item(record).map_err(corrupt)?).await {
                Err(StoreError::Conflict) => pause(round).await,
                done => return done.map(|()| tally),
            }
        }
        Err(StoreError::Conflict)
    }

    /// Whether somebody is queued in the shards on one side of `after`, by their stored counts, page by page until one is found.
    async fn queued_among(&self, id: CampaignId, side: &str, after: &str) -> Result<bool, StoreError> {
        let request = self.client.query().table_name(&self.app).consistent_read(true);
        let mut pages = request
            .key_condition_expression(format!("pk = :pk AND {side}"))
            .expression_attribute_values(":pk", AttributeValue::S(tally_partition(id)))
            .expression_attribute_values(":after", AttributeValue::S(after.to_owned()))
            .limit(LOOKED_AT)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(store_error)?;
            let items = page.items.unwrap_or_default();
            for item in items {
                let record: TallyRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
                if record.tally.queued > 0 {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Up to `limit` entries of one shard after `after`, by customer.
    pub(crate) async fn shard_page(
        &self,
        id: CampaignId,
        shard: u32,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        let request = self.client.query().table_name(&self.messages);
        let request = request
            .key_condition_expression("#shard = :shard AND customerId > :after")
            .expression_attribute_names("#shard", "shard")
            .expression_attribute_values(":shard", AttributeValue::S(partition(id, shard)))
            // A space sorts before every id.
            .expression_attribute_values(":after", AttributeValue::S(after.map_or_else(|| " ".to_owned(), |id| id.to_string())));
        let (mut items, mut next) = (Vec::new(), None);
        loop {
            let most = i32::try_from(limit - items.len()).unwrap_or(i32::MAX);
            let answer = request.clone().set_exclusive_start_key(next).limit(most).send().await.map_err(store_error)?;
            for item in answer.items.unwrap_or_default() {
                items.push(read_message(item)?);
            }
            // Fewer than asked for although there are more: the answer reached 1 MB.
            next = answer.last_evaluated_key;
            if next.is_none() || items.len() >= limit {
                return Ok(items);
            }
        }
    }

    /// All items of one shard, strongly consistent; `names` are the attributes wanted, all when empty.
    async fn shard_items(&self, id: CampaignId, shard: u32, names: &[&str]) -> Result<Vec<Item>, StoreError> {
        let (projection, placeholders) = projected(names).unzip();
        let request = self
            .client
            .query()
            .table_name(&self.messages)
            .consistent_read(true)
            .key_condition_expression("#shard = :shard")
            .set_projection_expression(projection)
            .set_expression_attribute_names(placeholders)
            .expression_attribute_names("#shard", "shard")
            .expression_attribute_values(":shard", AttributeValue::S(partition(id, shard)));
        let mut pages = request.into_paginator().send();
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(store_error)?;
            let found = page.items.unwrap_or_default();
            items.extend(found);
        }
        Ok(items)
    }

    async fn postpone_one(&self, campaign: &Campaign, customer: CustomerId, at: Time) -> Result<(), StoreError> {
        let request = self.client.update_item().table_name(&self.messages).set_key(Some(entry_key(campaign, customer)));
        let request = request
            .condition_expression(
                "attribute_exists(customerId) AND attribute_not_exists(sentAt) AND attribute_not_exists(failedAt) \
                 AND attribute_not_exists(skippedReason) AND attribute_not_exists(unknownAt)",
            )
            .update_expression("SET dueAt = :at")
            .expression_attribute_values(":at", AttributeValue::S(at.sortable()));
        let answer = request.send().await;
        unless_conflict(answer.map_err(store_error))
    }

    async fn put_if_absent(&self, campaign: &Campaign, entry: &Message) -> Result<(), StoreError> {
        let item = message_item(campaign.id, campaign.shard_of(entry.customer_id), entry)?;
        let request = self.client.put_item().table_name(&self.messages).set_item(Some(item));
        let request = request.condition_expression("attribute_not_exists(customerId)");
        let answer = request.send().await;
        unless_conflict(answer.map_err(store_error))
    }
}

/// Key of an entry.
pub(crate) fn message_key(id: CampaignId, shard: u32, customer: CustomerId) -> Item {
    key([("shard", partition(id, shard)), ("customerId", customer.to_string())])
}

/// Key of the entry that a customer has in the log of a campaign, if they have one.
pub(crate) fn entry_key(campaign: &Campaign, customer: CustomerId) -> Item {
    message_key(campaign.id, campaign.shard_of(customer), customer)
}

/// The campaign in whose log an entry is.
pub(crate) fn campaign_of(item: &Item) -> Option<CampaignId> {
    let AttributeValue::S(shard) = item.get("shard")? else { return None };
    CampaignId::parse(shard.split_once('#')?.0)
}

fn partition(id: CampaignId, shard: u32) -> String {
    format!("{id}#{}", shard_name(shard))
}

/// A condition that does not hold means that it has been done before.
pub(crate) fn unless_conflict<T>(outcome: Result<T, StoreError>) -> Result<(), StoreError> {
    match outcome {
        Ok(_) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error),
    }
}

fn outcome_of(entry: &Message) -> Outcome {
    Outcome {
        address: entry.address,
        variant: entry.variant,
        sent_at: entry.sent_at.map(Sortable),
        failed_at: entry.failed_at.map(Sortable),
        failed_reason: entry.failed_reason.clone(),
        unknown_at: entry.unknown_at.map(Sortable),
        provider_id: entry.provider_id.clone(),
        skipped_reason: entry.skipped_reason,
        skipped_phase: entry.skipped_phase,
        subject: entry.subject.clone(),
        body: entry.body.clone(),
    }
}

fn message_item(id: CampaignId, shard: u32, entry: &Message) -> Result<Item, StoreError> {
    serde_dynamo::to_item(MessageRecord {
        shard: partition(id, shard),
        customer_id: entry.customer_id,
        email: entry.email.clone(),
        channel: entry.channel,
        place: entry.place,
        queued_at: Sortable(entry.queued_at),
        due_at: entry.due_at.map(Sortable),
        outcome: outcome_of(entry),
        intent_at: entry.intent.map(|intent| Sortable(intent.at)),
        intent_by: entry.intent.map(|intent| intent.by),
        delivered_at: entry.delivered_at.map(Sortable),
        opened_at: entry.opened_at.map(Sortable),
        last_opened_at: entry.last_opened_at.map(Sortable),
        machine_opened_at: entry.machine_opened_at.map(Sortable),
        clicked_at: entry.clicked_at.map(Sortable),
        converted_at: entry.converted_at.map(Sortable),
        bounced_at: entry.bounced_at.map(Sortable),
        complained_at: entry.complained_at.map(Sortable),
        unsubscribed_at: entry.unsubscribed_at.map(Sortable),
    })
    .map_err(corrupt)
}

pub(crate) fn read_message(item: Item) -> Result<Message, StoreError> {
    let record: MessageRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
    let at = |time: Option<Sortable>| time.map(|time| time.0);
    Ok(Message {
        customer_id: record.customer_id,
        email: record.email,
        channel: record.channel,
        address: record.outcome.address,
        variant: record.outcome.variant,
        place: record.place,
        queued_at: record.queued_at.0,
        due_at: at(record.due_at),
        sent_at: at(record.outcome.sent_at),
        delivered_at: at(record.delivered_at),
        opened_at: at(record.opened_at),
        last_opened_at: at(record.last_opened_at),
        machine_opened_at: at(record.machine_opened_at),
        clicked_at: at(record.clicked_at),
        converted_at: at(record.converted_at),
        bounced_at: at(record.bounced_at),
        complained_at: at(record.complained_at),
        unsubscribed_at: at(record.unsubscribed_at),
        failed_at: at(record.outcome.failed_at),
        failed_reason: record.outcome.failed_reason,
        intent: record.intent_at.zip(record.intent_by).map(|(at, by)| Intent { at: at.0, by }),
        unknown_at: at(record.outcome.unknown_at),
        provider_id: record.outcome.provider_id,
        skipped_reason: record.outcome.skipped_reason,
        skipped_phase: record.outcome.skipped_phase,
        subject: record.outcome.subject,
        body: record.outcome.body,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_domain::email::Email;

    #[test]
    fn entries_survive_storage() {
        let email = Email::parse("a@example.com").unwrap();
        let at = Time::parse("2026-11-22T10:00:00.5Z").ok();
        let entry = Message {
            customer_id: CustomerId::of(&email),
            email: email.to_string(),
            channel: Channel::Sms,
            address: AddressHash::parse("0123456789abcdef0123456789abcdef"),
            variant: 2,
            place: 7,
            queued_at: at.unwrap(),
            due_at: at,
            sent_at: at,
            delivered_at: at,
            opened_at: at.map(|at| at.plus(3)),
            last_opened_at: at.map(|at| at.plus(90_000_000)),
            machine_opened_at: at,
            clicked_at: None,
            converted_at: at,
            bounced_at: None,
            complained_at: None,
            unsubscribed_at: at,
            failed_at: None,
            failed_reason: Some("x".into()),
            intent: Some(Intent::new(at.unwrap())),
            unknown_at: at,
            provider_id: Some("m-1".into()),
            skipped_reason: Some(SkipReason::NoConsent),
            skipped_phase: Some(Phase::Send),
            subject: None,
            body: Some("text".into()),
        };
        let item = message_item(CampaignId::generate(), 3, &entry).unwrap();
        assert_eq!(item.get("sentAt"), Some(&AttributeValue::S("2026-11-22T10:00:00.500000Z".into())));
        assert_eq!(read_message(item).unwrap(), entry);
        let lost = Message { sent_at: None, delivered_at: None, unsubscribed_at: None, skipped_reason: None, ..entry.clone() };
        let waits = Message { unknown_at: None, ..lost.clone() };
        for entry in [entry, lost, waits] {
            let mut item = message_item(CampaignId::generate(), 3, &entry).unwrap();
            item.retain(|name, _| COUNTED.contains(&name.as_str()));
            let (mut whole, mut counted) = (Tally::default(), Tally::default());
            whole.count(&entry);
            counted.count(&read_message(item).unwrap());
            assert_eq!(whole, counted);
        }
    }
}
