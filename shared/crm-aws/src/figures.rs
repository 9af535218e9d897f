//! Daily figures: counters that move in the same transaction as the records they count.
//!
//! One item per month and shard, one attribute per day and figure: `o07`, `r07`, `c07` are orders, revenue and new
//! customers of the seventh. A batch spans many days but few months, so this costs few writes; shards keep workers apart.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, Select};
use crm_domain::ledger::{DayDelta, Ledger};
use crm_domain::ports::{CheckHealth, DayFigures, Figures, ReadFigures, StoreError};
use crm_domain::world;
use futures_util::future::try_join_all;
use jiff::civil::Date;

use crate::dynamo::Dynamo;
use crate::error::store_error;
use crate::items::{Item, key};

/// Workers that add at the same moment meet on one of these.
const SHARDS: u32 = 16;

/// The counters to add, by the key of their item.
pub(crate) fn month_updates(ledgers: &[&Ledger]) -> Vec<(Item, Vec<(String, i64)>)> {
    let shard = world::up_to(u64::from(SHARDS) - 1);
    let mut months: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for (date, delta) in ledgers.iter().flat_map(|ledger| ledger.day_deltas()) {
        let month = months.entry(format!("{:04}-{:02}", date.year(), date.month())).or_default();
        for (figure, value) in [("o", delta.orders), ("r", delta.revenue), ("c", delta.customers)] {
            *month.entry(format!("{figure}{:02}", date.day())).or_default() += value;
        }
    }
    months
        .into_iter()
        .map(|(month, mut adds)| {
            adds.retain(|_, value| *value != 0);
            (key([("pk", format!("figures#{shard}")), ("sk", month)]), adds.into_iter().collect())
        })
        .filter(|(_, adds): &(_, Vec<_>)| !adds.is_empty())
        .collect()
}

impl ReadFigures for Dynamo {
    async fn figures(&self) -> Result<Figures, StoreError> {
        let mut days = self.days().await?;
        days.retain(|_, figures| *figures != DayDelta::default());
        let mut campaigns = self.app_partition("campaign".to_owned(), None, false).await?;
        campaigns.retain(|item| item.get("status") != Some(&AttributeValue::S("draft".to_owned())));
        let messages = campaigns.iter().filter_map(|item| integer(item.get("audience")?)).map(|n| n as u64).sum();
        Ok(Figures {
            segments: self.count("segment").await?,
            campaigns: campaigns.len() as u64,
            messages,
            days: days.into_iter().map(|(date, figures)| DayFigures { date, figures }).collect(),
        })
    }

    async fn customer_count(&self) -> Result<u64, StoreError> {
        let customers: i64 = self.days().await?.values().map(|day| day.customers).sum();
        Ok(u64::try_from(customers).unwrap_or_default())
    }
}

impl CheckHealth for Dynamo {
    async fn is_reachable(&self) -> bool {
        self.app_item("health", "check").await.is_ok()
    }
}

impl Dynamo {
    async fn days(&self) -> Result<BTreeMap<Date, DayDelta>, StoreError> {
        let shards = (0..SHARDS).map(|shard| self.app_partition(format!("figures#{shard}"), None, false));
        let mut days = BTreeMap::new();
        for item in try_join_all(shards).await?.into_iter().flatten() {
            add_month(&item, &mut days);
        }
        Ok(days)
    }

    async fn count(&self, pk: &str) -> Result<u64, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.app)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .select(Select::Count)
            .into_paginator()
            .send();
        let mut count = 0;
        while let Some(page) = pages.next().await {
            count += page.map_err(store_error)?.count as u64;
        }
        Ok(count)
    }
}

fn add_month(item: &Item, days: &mut BTreeMap<Date, DayDelta>) {
    let Some(AttributeValue::S(month)) = item.get("sk") else { return };
    for (name, value) in item {
        let (Some(figure), Some(value)) = (name.get(..1), integer(value)) else { continue };
        let Some(date) = name.get(1..).and_then(|day| format!("{month}-{day}").parse::<Date>().ok()) else { continue };
        let day = days.entry(date).or_default();
        match figure {
            "o" => day.orders += value,
            "r" => day.revenue += value,
            "c" => day.customers += value,
            _ => {}
        }
    }
}

fn integer(value: &AttributeValue) -> Option<i64> {
    value.as_n().ok()?.parse().ok()
}
