//! Memberships and timers.
//!
//! One table holds, by partition: `c#CUSTOMER` where somebody stands and how they came there, `m#EDITION#SHARD` who
//! belongs, `n#EDITION` how many and since when (`sizes.rs`). All of it changes in one transaction, on condition that the standing and the customer
//! are still those on which it rests: so the parts always agree, and doing it twice changes nothing.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, TransactWriteItem};
use crm_domain::ids::{CustomerId, SegmentId};
use crm_domain::membership::{EditionId, Minute, Move, Settled, Standing};
use crm_domain::ports::{Folded, KeepMemberships, Page, ReadMemberships, StoreError};
use crm_domain::sizes::Count;
use crm_domain::time::Time;
use crm_domain::world;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;

use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::items::{Item, key, number, text, unless_conflict};
use crate::partition::{Partition, all};
use crate::sizes::counters_partition;
use crate::transaction::{check_at, delete, put, put_at};

/// Partitions that share the members of an edition.
const MEMBER_SHARDS: u32 = 16;
/// Counters that share the size of an edition; a writer takes any of them.
const SIZE_SHARDS: u32 = 8;
/// Partitions that share the flips of a minute.
const TIMER_SHARDS: u32 = 4;
/// Editions whose counters are read at once.
const COUNTS_AT_ONCE: usize = 8;
/// Rows deleted by one sweep.
const SWEEP: i32 = 1_000;

const STANDING: &str = "standing";
/// Begins the sort keys of the history; they end in the time and the version of the standing.
const HISTORY: &str = "h#";

impl ReadMemberships for Dynamo {
    async fn standings(&self, customers: &[CustomerId]) -> Result<Vec<Standing>, StoreError> {
        let mut ids = customers.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let keys = ids.into_iter().map(standing_key).collect();
        self.get_all(&self.memberships, keys).await?.iter().map(read_standing).collect()
    }

    async fn counts(&self, editions: &[EditionId]) -> Result<Vec<Count>, StoreError> {
        let counts: Vec<_> = editions.iter().map(|edition| self.count_of(*edition)).collect();
        stream::iter(counts).buffered(COUNTS_AT_ONCE).try_collect().await
    }

    async fn folded(&self, segment: SegmentId, from: Date) -> Result<Folded, StoreError> {
        self.folded_counts(segment, from).await
    }

    async fn members(
        &self,
        edition: EditionId,
        after: Option<String>,
        limit: usize,
    ) -> Result<Page<(CustomerId, Time)>, StoreError> {
        let (first, mut after) = match after.as_deref().and_then(|at| at.split_once('#')) {
            Some((shard, id)) => (shard.parse().map_err(corrupt)?, Some(id.to_owned())),
            None => (0, None),
        };
        let mut items = Vec::new();
        for shard in first..MEMBER_SHARDS {
            let partition = Partition {
                table: &self.memberships,
                index: None,
                key: ("pk", members_partition(edition, shard)),
                sort: "sk",
                ascending: true,
            };
            let page = self.page(partition, after.take(), limit - items.len()).await?;
            for item in &page.items {
                items.push(read_member(item)?);
            }
            // A full page may end with the shard; whether anybody comes after it, the next page says.
            let more = page.next.is_some() || (items.len() == limit && shard + 1 < MEMBER_SHARDS);
            if items.len() == limit && more {
                let next = items.last().map(|(id, _)| format!("{shard}#{id}"));
                return Ok(Page { items, next });
            }
        }
        Ok(Page { items, next: None })
    }

    async fn moves(
        &self,
        customer: CustomerId,
        after: Option<String>,
        limit: usize,
    ) -> Result<Page<(String, Vec<Move>)>, StoreError> {
        // Newest first, and ends before the standing, whose sort key is greater than those of the history.
        let after = format!("{HISTORY}{}", after.as_deref().unwrap_or("~"));
        let partition = Partition {
            table: &self.memberships,
            index: None,
            key: ("pk", customer_partition(customer)),
            sort: "sk",
            ascending: false,
        };
        let page = self.page(partition, Some(after), limit).await?;
        let place = |sort: &str| sort.strip_prefix(HISTORY).map(str::to_owned);
        let read = |item: &Item| match (item.get("sk"), item.get("moves")) {
            (Some(AttributeValue::S(sort)), Some(AttributeValue::S(moves))) => {
                Ok((place(sort).ok_or_else(|| corrupt("a history has no place"))?, serde_json::from_str(moves).map_err(corrupt)?))
            }
            _ => Err(corrupt("a history has no moves")),
        };
        let next = page.next.as_deref().and_then(place);
        Ok(Page { items: page.items.iter().map(read).collect::<Result<_, _>>()?, next })
    }
}

impl KeepMemberships for Dynamo {
    async fn write_settled(&self, settled: &[Settled]) -> Result<(), StoreError> {
        let mut actions = Vec::new();
        let mut counts: BTreeMap<EditionId, Count> = BTreeMap::new();
        for one in settled {
            self.add_settled(one, &mut actions)?;
            for (edition, more) in one.counts() {
                counts.entry(edition).or_default().add(&more);
            }
        }
        let shard = world::up_to(u64::from(SIZE_SHARDS) - 1) as u32;
        for (edition, more) in counts {
            actions.extend(self.count_update(edition, shard, more)?);
        }
        self.transact(actions).await
    }

    async fn due(&self, minute: Minute) -> Result<Vec<CustomerId>, StoreError> {
        let mut customers = Vec::new();
        for shard in 0..TIMER_SHARDS {
            let query = self.client.query().table_name(&self.timers).consistent_read(true);
            let query = query
                .key_condition_expression("#bucket = :bucket")
                .expression_attribute_names("#bucket", "bucket")
                .expression_attribute_values(":bucket", AttributeValue::S(bucket(minute, shard)));
            customers.extend(
                all(query).await?.into_iter().filter_map(|mut item| CustomerId::parse(&text(item.remove("customerId"))?)),
            );
        }
        Ok(customers)
    }

    async fn earliest_due(&self) -> Result<Option<Minute>, StoreError> {
        let items = self.client.scan().table_name(&self.timers).projection_expression("#bucket");
        let items = items.expression_attribute_names("#bucket", "bucket").into_paginator().items().send();
        let items: Vec<Item> = items.try_collect().await.map_err(store_error)?;
        let minute = |item: Item| -> Option<Minute> {
            let AttributeValue::S(bucket) = item.get("bucket")? else { return None };
            Some(Minute::new(bucket.split('#').next()?.parse().ok()?))
        };
        Ok(items.into_iter().filter_map(minute).min())
    }

    async fn forget_due(&self, minute: Minute, customers: &[CustomerId]) -> Result<(), StoreError> {
        let keys = customers.iter().map(|customer| timer_key(minute, *customer)).collect();
        self.delete_all(&self.timers, keys).await
    }

    async fn drained(&self) -> Result<Option<Minute>, StoreError> {
        let Some(item) = self.app_item("clock", "drained").await? else { return Ok(None) };
        number(&item, "until", "the clock has no minute").map(|minute| Some(Minute::new(minute)))
    }

    async fn note_drained(&self, minute: Minute) -> Result<(), StoreError> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.app)
            .set_key(Some(key([("pk", "clock".to_owned()), ("sk", "drained".to_owned())])))
            .condition_expression("attribute_not_exists(#until) OR #until < :minute")
            .update_expression("SET #until = :minute")
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":minute", AttributeValue::N(minute.number().to_string()))
            .send()
            .await;
        unless_conflict(answer.map_err(store_error))
    }

    async fn sweep(&self, edition: EditionId) -> Result<bool, StoreError> {
        let members = (0..MEMBER_SHARDS).map(|shard| members_partition(edition, shard));
        for partition in members.chain([counters_partition(edition)]) {
            let answer = self
                .client
                .query()
                .table_name(&self.memberships)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", AttributeValue::S(partition))
                .projection_expression("pk, sk")
                .limit(SWEEP)
                .send()
                .await
                .map_err(store_error)?;
            let keys = answer.items.unwrap_or_default();
            if !keys.is_empty() {
                self.delete_all(&self.memberships, keys).await?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn fold(&self, segment: SegmentId, edition: EditionId, before: Option<Date>) -> Result<(), StoreError> {
        self.fold_counts(segment, edition, before).await
    }

    async fn forget_sizes(&self, segment: SegmentId) -> Result<(), StoreError> {
        self.forget_history(segment).await
    }
}

impl Dynamo {
    /// What is written of one customer, but for the counters.
    fn add_settled(&self, settled: &Settled, actions: &mut Vec<TransactWriteItem>) -> Result<(), StoreError> {
        let Settled { customer_version, before, after, moves, .. } = settled;
        let customer = after.customer;
        actions.push(self.customer_check(customer, *customer_version)?);
        actions.push(put_at(&self.memberships, standing_item(after, before.version + 1)?, before.version)?);
        for (edition, since) in settled.joins() {
            let mut item = key([("pk", members_partition(edition, customer.shard(MEMBER_SHARDS))), ("sk", customer.to_string())]);
            item.insert("since".to_owned(), AttributeValue::N(since.micros().to_string()));
            actions.push(put(&self.memberships, item)?);
        }
        for edition in settled.leaves() {
            let key = key([("pk", members_partition(edition, customer.shard(MEMBER_SHARDS))), ("sk", customer.to_string())]);
            actions.push(delete(&self.memberships, key)?);
        }
        if let Some(last) = moves.last() {
            let place = format!("{HISTORY}{}#{:010}", last.at.sortable(), before.version + 1);
            let mut item = key([("pk", customer_partition(customer)), ("sk", place)]);
            item.insert("moves".to_owned(), AttributeValue::S(serde_json::to_string(moves).map_err(corrupt)?));
            actions.push(put(&self.memberships, item)?);
        }
        let (old, new) = (before.wakes_at.map(Minute::of), after.wakes_at.map(Minute::of));
        if old != new {
            if let Some(minute) = old {
                actions.push(delete(&self.timers, timer_key(minute, customer))?);
            }
            if let Some(minute) = new {
                actions.push(put(&self.timers, timer_key(minute, customer))?);
            }
        }
        Ok(())
    }

    /// That the customer is still as they were looked at; 0 stands for nobody there.
    fn customer_check(&self, customer: CustomerId, version: u64) -> Result<TransactWriteItem, StoreError> {
        let key = key([("id", customer.to_string())]);
        if version > 0 {
            return check_at(&self.customers, key, version);
        }
        let check = ConditionCheck::builder().table_name(&self.customers).set_key(Some(key));
        // Of somebody who was merged or erased the identity is left.
        let check = check.condition_expression("attribute_not_exists(email)").build().map_err(corrupt)?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }
}

/// Between which sort keys the moves before a moment are.
pub(crate) fn moves_before(before: Time) -> (String, String) {
    (HISTORY.to_owned(), format!("{HISTORY}{}", before.sortable()))
}

pub(crate) fn customer_partition(customer: CustomerId) -> String {
    format!("c#{customer}")
}

fn members_partition(edition: EditionId, shard: u32) -> String {
    format!("m#{edition}#{shard}")
}

fn standing_key(customer: CustomerId) -> Item {
    key([("pk", customer_partition(customer)), ("sk", STANDING.to_owned())])
}

fn bucket(minute: Minute, shard: u32) -> String {
    format!("{}#{shard}", minute.number())
}

fn timer_key(minute: Minute, customer: CustomerId) -> Item {
    key([("bucket", bucket(minute, customer.shard(TIMER_SHARDS))), ("customerId", customer.to_string())])
}

fn standing_item(standing: &Standing, version: u64) -> Result<Item, StoreError> {
    let mut item = standing_key(standing.customer);
    let member_of: Vec<(EditionId, i64)> = standing.member_of.iter().map(|(edition, at)| (*edition, at.micros())).collect();
    let packed = postcard::to_stdvec(&member_of).map_err(corrupt)?;
    item.insert("memberOf".to_owned(), AttributeValue::B(packed.into()));
    let mut numbers = vec![("version", version as i64), ("revision", standing.revision as i64)];
    numbers.extend(standing.wakes_at.map(|at| ("wakesAt", at.micros())));
    item.extend(numbers.into_iter().map(|(name, value)| (name.to_owned(), AttributeValue::N(value.to_string()))));
    Ok(item)
}

fn read_standing(item: &Item) -> Result<Standing, StoreError> {
    let id = match item.get("pk") {
        Some(AttributeValue::S(pk)) => pk.strip_prefix("c#").and_then(CustomerId::parse),
        _ => None,
    };
    let Some(AttributeValue::B(packed)) = item.get("memberOf") else { return Err(corrupt("a standing has no memberships")) };
    let member_of: Vec<(EditionId, i64)> = postcard::from_bytes(packed.as_ref()).map_err(corrupt)?;
    let wakes_at = item.contains_key("wakesAt").then(|| number(item, "wakesAt", "wakesAt is missing")).transpose()?;
    Ok(Standing {
        customer: id.ok_or_else(|| corrupt("a standing has no customer"))?,
        version: number(item, "version", "version is missing")?,
        revision: number(item, "revision", "revision is missing")?,
        member_of: member_of.into_iter().map(|(edition, at)| (edition, Time::from_micros(at))).collect(),
        wakes_at: wakes_at.map(Time::from_micros),
    })
}

fn read_member(item: &Item) -> Result<(CustomerId, Time), StoreError> {
    let id = text(item.get("sk").cloned()).and_then(|id| CustomerId::parse(&id));
    Ok((id.ok_or_else(|| corrupt("a member has no id"))?, Time::from_micros(number(item, "since", "since is missing")?)))
}
