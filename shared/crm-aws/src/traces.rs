//! What is kept of customers outside their own record, read for a timeline, and taken out when they are erased.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::activity::Activity;
use crm_domain::campaign::Campaign;
use crm_domain::email::Email;
use crm_domain::identity::Identity;
use crm_domain::ids::CustomerId;
use crm_domain::message::Message;
use crm_domain::ports::{EditCustomers, ForgetTraces, ReadCustomers, ReadTraces, StoreError};
use crm_domain::time::Time;
use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::dynamo::Dynamo;
use crate::entries::{entry_key, read_message};
use crate::error::store_error;
use crate::items::{Item, key, text};
use crate::memberships::{customer_partition, moves_before};
use crate::partition::all;
use crate::records::{self, StoredIdentity, read_activity, read_identity, read_order};

/// Records changed side by side.
const CONCURRENCY: usize = 8;

impl ReadTraces for Dynamo {
    async fn activities_of(&self, identities: &[CustomerId]) -> Result<Vec<Activity>, StoreError> {
        let found = try_join_all(identities.iter().map(|identity| self.all_of(&self.activities, None, *identity))).await?;
        found.into_iter().flatten().map(|item| read_activity(item).map(|held| held.record)).collect()
    }

    async fn messages_to(&self, identities: &[CustomerId]) -> Result<Vec<(Campaign, Message)>, StoreError> {
        let campaigns = self.all_campaigns().await?;
        // An entry's key follows from campaign and customer, so it needs no index: that would cost every message a write.
        let keys = campaigns.iter().flat_map(|campaign| identities.iter().map(|identity| entry_key(campaign, *identity)));
        let entries = self.get_all(&self.messages, keys.collect()).await?;
        let campaigns: HashMap<String, Campaign> = campaigns.into_iter().map(|one| (one.id.to_string(), one)).collect();
        let mut found = Vec::with_capacity(entries.len());
        for item in entries {
            let shard = text(item.get("shard").cloned()).unwrap_or_default();
            let campaign = shard.split('#').next().and_then(|id| campaigns.get(id)).cloned();
            found.extend(campaign.zip(Some(read_message(item)?)));
        }
        Ok(found)
    }
}

impl ForgetTraces for Dynamo {
    async fn forget_orders(&self, identity: CustomerId, before: Time) -> Result<u64, StoreError> {
        let items = self.all_of(&self.orders, Some("byCustomer"), identity).await?;
        let before = self.still_before(identity, before).await?;
        let mut writes = Vec::new();
        for item in items {
            let mut order = read_order(item)?;
            if let Some((_, body)) = order.record.standing.as_mut().filter(|(stamp, _)| stamp.at < before) {
                *body = body.anonymous();
                let item = records::order_item(&order.record, order.version + 1)?;
                writes.push(async move { self.put_versioned(&self.orders, item, order.version).await.map(|()| 1) });
            }
        }
        sum(writes).await
    }

    async fn forget_activities(&self, identity: CustomerId, before: Time) -> Result<u64, StoreError> {
        let items = self.all_of(&self.activities, None, identity).await?;
        let before = self.still_before(identity, before).await?;
        let mut keys = Vec::new();
        for item in items {
            let activity = read_activity(item)?.record;
            if activity.stamp.at < before {
                keys.push(key([("customerId", identity.to_string()), ("id", activity.id.to_string())]));
            }
        }
        let count = keys.len() as u64;
        self.delete_all(&self.activities, keys).await?;
        Ok(count)
    }

    async fn forget_chapters(&self, identity: CustomerId) -> Result<u64, StoreError> {
        let items = self.all_of(&self.histories, None, identity).await?;
        // Read after the list: whoever has begun anew and written chapters since names ones that are not on it.
        let kept: BTreeSet<String> = match self.customer_item(identity).await?.map(read_identity).transpose()? {
            Some(StoredIdentity::Customer(stored)) => stored.chapters.iter().map(ToString::to_string).collect(),
            _ => BTreeSet::new(),
        };
        let is_kept = |item: &Item| text(item.get("id").cloned()).is_some_and(|id| kept.contains(&id));
        let key_of = |mut item: Item| {
            item.retain(|name, _| ["customerId", "id"].contains(&name.as_str()));
            item
        };
        let gone: Vec<Item> = items.into_iter().filter(|item| !is_kept(item)).map(key_of).collect();
        let count = gone.len() as u64;
        self.delete_all(&self.histories, gone).await?;
        Ok(count)
    }

    async fn forget_messages(&self, identity: CustomerId, before: Time) -> Result<u64, StoreError> {
        let entries = self.messages_to(&[identity]).await?;
        let before = self.still_before(identity, before).await?;
        let mut writes = Vec::new();
        for (campaign, entry) in entries {
            if entry.queued_at >= before || entry == entry.anonymous() {
                continue;
            }
            let update = self
                .client
                .update_item()
                .table_name(&self.messages)
                .set_key(Some(entry_key(&campaign, identity)))
                .condition_expression("attribute_exists(customerId)")
                .update_expression("SET email = :nobody REMOVE subject, body, failedReason, explained, providerId")
                .expression_attribute_values(":nobody", AttributeValue::S(Email::erased().to_string()));
            writes.push(async move { update.send().await.map(|_| 1).map_err(store_error) });
        }
        sum(writes).await
    }

    async fn forget_moves(&self, identity: CustomerId, before: Time) -> Result<u64, StoreError> {
        let (low, high) = moves_before(before);
        let query = self
            .client
            .query()
            .table_name(&self.memberships)
            .key_condition_expression("pk = :pk AND sk BETWEEN :low AND :high")
            .expression_attribute_values(":pk", AttributeValue::S(customer_partition(identity)))
            .expression_attribute_values(":low", AttributeValue::S(low))
            .expression_attribute_values(":high", AttributeValue::S(high))
            .projection_expression("pk, sk");
        let mut items = all(query).await?;
        let (_, high) = moves_before(self.still_before(identity, before).await?);
        items.retain(|item| text(item.get("sk").cloned()).is_some_and(|place| place <= high));
        let count = items.len() as u64;
        self.delete_all(&self.memberships, items).await?;
        Ok(count)
    }

    async fn forget_words(&self, identities: &[CustomerId]) -> Result<u64, StoreError> {
        let ends: BTreeSet<String> = identities.iter().map(ToString::to_string).collect();
        let mut rows = Vec::new();
        let mut pages = self.client.scan().table_name(&self.search).into_paginator().items().send();
        while let Some(item) = pages.next().await {
            let item = item.map_err(store_error)?;
            let token = text(item.get("token").cloned()).unwrap_or_default();
            if token.rsplit_once('\u{1f}').is_some_and(|(_, id)| ends.contains(id)) {
                rows.push(item);
            }
        }
        let count = rows.len() as u64;
        self.delete_all(&self.search, rows).await?;
        // Who has begun anew meanwhile is to be found by what is said of them now.
        let living = self.customers(identities).await?;
        self.put_all(&self.search, living.iter().flat_map(|found| crate::search::rows(&found.record)).collect()).await?;
        Ok(count)
    }
}

impl Dynamo {
    /// Up to when what was listed under an identity is of somebody who was erased, if `before` was read before the list. Whoever
    /// has begun anew meanwhile is there by now, since what they brought was written with them: that is theirs.
    pub(crate) async fn still_before(&self, identity: CustomerId, before: Time) -> Result<Time, StoreError> {
        let ledger = self.hold(&[identity]).await?;
        let forgotten = ledger.identity(identity).and_then(Identity::forgotten_before);
        Ok(forgotten.map_or(before, |forgotten| forgotten.min(before)))
    }

    /// Everything that a table keyed by customer, or an index of it, has of one.
    pub(crate) async fn all_of(&self, table: &str, index: Option<&str>, identity: CustomerId) -> Result<Vec<Item>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(table)
            .set_index_name(index.map(str::to_owned))
            .key_condition_expression("customerId = :customer")
            .expression_attribute_values(":customer", AttributeValue::S(identity.to_string()));
        all(query).await
    }
}

/// Makes some changes side by side.
async fn sum<W: Future<Output = Result<u64, StoreError>>>(writes: Vec<W>) -> Result<u64, StoreError> {
    stream::iter(writes).buffer_unordered(CONCURRENCY).try_fold(0, async |sum, one| Ok(sum + one)).await
}
