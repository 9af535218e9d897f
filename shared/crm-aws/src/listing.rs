//! Newest-first lists over all orders, or all customers.
//!
//! One index partition per day and shard keeps writes spread; a directory of the partitions that exist makes reading
//! them in order cheap. The directory's rows are written before the first item of their partition.

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::ports::StoreError;
use futures_util::future::try_join_all;

use crate::dynamo::Dynamo;
use crate::items::{Item, key, text};
use crate::partition::first;

/// A list kept in day partitions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List {
    /// Partition key of the directory in the App table.
    pub directory: &'static str,
    pub index: &'static str,
}

pub(crate) const ORDERS: List = List { directory: "lists#orders", index: "byDay" };
pub(crate) const CUSTOMERS: List = List { directory: "lists#customers", index: "byCreation" };

/// Partitions looked at together; a sparse list needs many to fill a page.
const PARTITIONS: usize = 16;

impl Dynamo {
    /// Up to `limit` items after the position `after`, newest first, and the position of the last when there are more.
    pub(crate) async fn newest(
        &self,
        table: &str,
        list: List,
        after: Option<String>,
        limit: usize,
    ) -> Result<(Vec<Item>, Option<String>), StoreError> {
        let mut found: Vec<(String, Item)> = Vec::new();
        // `~` sorts after every digit: the day of `after` itself is included, whatever the shard.
        let mut below = after.as_ref().map_or_else(|| "~".to_owned(), |position| format!("{}~", day(position)));
        while found.len() <= limit {
            let mut partitions = self.partitions(list, &below).await?;
            let more = partitions.len() == PARTITIONS;
            if more {
                // The last day may be cut in the middle: leave it to the next round unless it is all there is.
                let cut = partitions.last().map(|p| day(p).to_owned()).unwrap_or_default();
                if partitions.first().is_some_and(|first| day(first) != cut) {
                    partitions.retain(|partition| day(partition) != cut);
                }
            }
            let Some(oldest) = partitions.last().map(|partition| day(partition).to_owned()) else { break };
            // Whole days, newest first, only until the page is full.
            let mut rest = partitions.as_slice();
            while let Some(first) = rest.first().filter(|_| found.len() <= limit) {
                let same = rest.iter().take_while(|p| day(p) == day(first)).count();
                let (today, later) = rest.split_at(same);
                let pages = today.iter().map(|p| self.partition(table, list, p, after.as_deref(), limit + 1));
                let mut items: Vec<(String, Item)> = try_join_all(pages).await?.concat();
                items.sort_by(|a, b| b.0.cmp(&a.0));
                found.append(&mut items);
                rest = later;
            }
            if !more {
                break;
            }
            below = oldest;
        }
        let next = (found.len() > limit).then(|| found.get(limit.saturating_sub(1)).map(|(sort, _)| sort.clone())).flatten();
        found.truncate(limit);
        Ok((found.into_iter().map(|(_, item)| item).collect(), next))
    }

    /// Makes sure that the directory names these partitions.
    pub(crate) async fn register_partitions(&self, list: List, partitions: &[String]) -> Result<(), StoreError> {
        let full = |partition: &String| format!("{}/{partition}", list.directory);
        let mut unknown: Vec<String> = {
            let known = self.known_lists.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            partitions.iter().filter(|partition| !known.contains(&full(partition))).cloned().collect()
        };
        unknown.sort();
        unknown.dedup();
        let rows = unknown.iter().map(|partition| key([("pk", list.directory.to_owned()), ("sk", partition.clone())])).collect();
        self.put_all(&self.app, rows).await?;
        let mut known = self.known_lists.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.extend(unknown.iter().map(full));
        Ok(())
    }

    /// Names of the newest partitions below `below`.
    async fn partitions(&self, list: List, below: &str) -> Result<Vec<String>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.app)
            .key_condition_expression("pk = :pk AND sk < :below")
            .expression_attribute_values(":pk", AttributeValue::S(list.directory.to_owned()))
            .expression_attribute_values(":below", AttributeValue::S(below.to_owned()))
            .scan_index_forward(false);
        Ok(first(query, PARTITIONS).await?.into_iter().filter_map(|mut item| text(item.remove("sk"))).collect())
    }

    async fn partition(
        &self,
        table: &str,
        list: List,
        partition: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Item)>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(table)
            .index_name(list.index)
            .key_condition_expression("listKey = :key AND listSort < :after")
            .expression_attribute_values(":key", AttributeValue::S(partition.to_owned()))
            .expression_attribute_values(":after", AttributeValue::S(after.unwrap_or("~").to_owned()))
            .scan_index_forward(false);
        let items = first(query, limit).await?.into_iter();
        Ok(items.filter_map(|item| Some((text(item.get("listSort").cloned())?, item))).collect())
    }
}

/// The day with which partitions and positions begin.
fn day(text: &str) -> &str {
    text.get(..10).unwrap_or(text)
}
