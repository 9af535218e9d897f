//! The delivery log in the Messages table, and its counts.
//!
//! A count is never added to: it is the result of counting the shard, stored on condition that nobody has stored one
//! since before this counting began. Whoever changes an entry recounts its shard afterwards, so the last count that is
//! stored has seen every change.

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::campaign::Campaign;
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::message::{Message, Tally};
use crm_domain::ports::{KeepLog, StoreError};
use crm_domain::sending::Intent;
use crm_domain::time::Time;
use serde::Deserialize;

use crate::batch::{pause, projected};
use crate::campaigns::{TallyRecord, shard_name, tally_partition};
use crate::dynamo::Dynamo;
use crate::entries::{self, COUNTED, partition, read_message, settlement};
use crate::error::{corrupt, store_error};
use crate::items::Item;
use crate::partition::{all, first};

/// Counts read at once where one with somebody queued is looked for.
const LOOKED_AT: i32 = 25;
/// Times that a count is tried against others who count the same shard.
const ROUNDS: u32 = 12;

/// What is looked at of a count, where somebody queued is looked for.
#[derive(Deserialize)]
struct Waiting {
    queued: u64,
}

impl KeepLog for Dynamo {
    async fn log_recipients(&self, campaign: &Campaign, entries: &[Message]) -> Result<(), StoreError> {
        let added = self.execute(entries, |entry| entries::added(&self.messages, campaign, entry)).await;
        added.into_iter().collect()
    }

    async fn shard(&self, campaign: &Campaign, shard: u32) -> Result<Vec<Message>, StoreError> {
        let items = self.shard_items(campaign.id, shard, &[]).await?;
        items.into_iter().map(read_message).collect()
    }

    async fn settle(&self, campaign: &Campaign, entries: &[Message]) -> Vec<Result<(), StoreError>> {
        self.execute(entries, |entry| settlement(&self.messages, campaign, entry)).await
    }

    async fn note_intent(&self, campaign: &Campaign, customer: CustomerId, intent: &Intent) -> Result<bool, StoreError> {
        self.put_intent(campaign, customer, intent).await
    }

    async fn withdraw_intent(&self, campaign: &Campaign, customer: CustomerId, intent: &Intent) -> Result<(), StoreError> {
        self.remove_intent(campaign, customer, intent).await
    }

    async fn postpone(&self, campaign: &Campaign, until: &[(CustomerId, Time)]) -> Result<(), StoreError> {
        let noted = self.execute(until, |(customer, at)| entries::postponed(&self.messages, campaign, *customer, *at)).await;
        noted.into_iter().collect()
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
            match self.put_versioned(&self.app, serde_dynamo::to_item(record).map_err(corrupt)?, version).await {
                Err(StoreError::Conflict) => pause(round).await,
                done => return done.map(|()| tally),
            }
        }
        Err(StoreError::Conflict)
    }

    /// Whether somebody is queued in the shards on one side of `after`, by their stored counts, page by page until one is found.
    async fn queued_among(&self, id: CampaignId, side: &str, after: &str) -> Result<bool, StoreError> {
        let request = self.client.query().table_name(&self.app).consistent_read(true);
        let (projection, placeholders) = projected(&["queued"]).unzip();
        let mut pages = request
            .key_condition_expression(format!("pk = :pk AND {side}"))
            .set_projection_expression(projection)
            .set_expression_attribute_names(placeholders)
            .expression_attribute_values(":pk", AttributeValue::S(tally_partition(id)))
            .expression_attribute_values(":after", AttributeValue::S(after.to_owned()))
            .limit(LOOKED_AT)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(store_error)?;
            let items = page.items.unwrap_or_default();
            for item in items {
                let Waiting { queued } = serde_dynamo::from_item(item).map_err(corrupt)?;
                if queued > 0 {
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
        first(request, limit).await?.into_iter().map(read_message).collect()
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
        all(request).await
    }
}
