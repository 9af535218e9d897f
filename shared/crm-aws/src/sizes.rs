//! The counters of editions, and the history of sizes of segments, in the Memberships table.
//!
//! `n#EDITION` has some counters that share the size: `members`, and for each day (numbered from 1970) who entered (`e`),
//! left (`l`) and came or went with rules (`r`). `d#SEGMENT` has what was folded away: an item per month with the same by
//! day of the month and edition, and `totals` with the members of editions that are swept away.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, TransactWriteItem, Update};
use crm_domain::ids::SegmentId;
use crm_domain::membership::EditionId;
use crm_domain::ports::{Folded, StoreError};
use crm_domain::sizes::{Count, Flow};
use crm_domain::time::{DAY, Time};
use jiff::civil::Date;

use crate::dynamo::Dynamo;
use crate::error::corrupt;
use crate::items::{Item, key, text};
use crate::partition::all;

/// Days that one transaction folds: a condition takes at most 300 operators.
const FOLDED_AT_ONCE: usize = 20;
const TOTALS: &str = "totals";
/// How often anything was folded.
const FOLDS: &str = "folds";

/// Numbers to add to an item, by attribute.
type Adds = BTreeMap<String, i64>;

impl Dynamo {
    /// What is counted of an edition and not folded away.
    pub(crate) async fn count_of(&self, edition: EditionId) -> Result<Count, StoreError> {
        let mut count = Count::default();
        for item in self.counters(edition).await? {
            count.add(&read_counter(&item)?);
        }
        Ok(count)
    }

    /// Adds to one counter of an edition; `None` when there is nothing to add.
    pub(crate) fn count_update(
        &self,
        edition: EditionId,
        shard: u32,
        count: Count,
    ) -> Result<Option<TransactWriteItem>, StoreError> {
        let count = count.within_a_write();
        let mut adds: Adds = count.days.iter().flat_map(|(day, flow)| counter_names(*day, flow)).collect();
        adds.insert("members".to_owned(), count.members);
        adds.retain(|_, more| *more != 0);
        if adds.is_empty() {
            return Ok(None);
        }
        self.addition(key([("pk", counters_partition(edition)), ("sk", shard.to_string())]), &adds).map(Some)
    }

    pub(crate) async fn folded_counts(&self, segment: SegmentId, from: Date) -> Result<Folded, StoreError> {
        // The totals sort after all months, and are read before them: items are read one after the other, and what is folded
        // away in between must show in the number of folds when that is asked for again.
        let query = self.client.query().table_name(&self.memberships).consistent_read(true).scan_index_forward(false);
        let query = query
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", AttributeValue::S(history_partition(segment)))
            .expression_attribute_values(":first", AttributeValue::S(month_of(from)))
            .expression_attribute_values(":last", AttributeValue::S(TOTALS.to_owned()));
        let mut folded = Folded::default();
        for item in all(query).await? {
            read_history(&item, &mut folded)?;
        }
        Ok(folded)
    }

    pub(crate) async fn fold_counts(
        &self,
        segment: SegmentId,
        edition: EditionId,
        before: Option<Date>,
    ) -> Result<(), StoreError> {
        for item in self.counters(edition).await? {
            let count = read_counter(&item)?;
            let over: Vec<(Date, Flow)> = count.days.into_iter().filter(|(day, _)| before.is_none_or(|end| *day < end)).collect();
            let counter: Item =
                ["pk", "sk"].iter().filter_map(|name| Some(((*name).to_owned(), item.get(*name)?.clone()))).collect();
            for days in over.chunks(FOLDED_AT_ONCE) {
                let mut actions = vec![self.removal(counter.clone(), days)?];
                let mut months: BTreeMap<String, Adds> = BTreeMap::new();
                for (day, flow) in days {
                    months.entry(month_of(*day)).or_default().extend(history_names(*day, edition, flow));
                }
                // Of days on which as many came as went nothing is left to keep.
                for (month, adds) in months.into_iter().filter(|(_, adds)| !adds.is_empty()) {
                    actions.push(self.addition(history_key(segment, month), &adds)?);
                }
                actions.push(self.addition(history_key(segment, TOTALS.to_owned()), &[(FOLDS.to_owned(), 1)].into())?);
                self.transact(actions).await?;
            }
            if before.is_none() {
                let totals = [(FOLDS.to_owned(), 1), (format!("m{edition}"), count.members)].into();
                let delete = Delete::builder().table_name(&self.memberships).set_key(Some(counter));
                let delete = match count.members {
                    0 => delete.condition_expression("attribute_not_exists(members) OR members = :members"),
                    _ => delete.condition_expression("members = :members"),
                };
                let delete = delete.expression_attribute_values(":members", number(count.members)).build().map_err(corrupt)?;
                let totals = self.addition(history_key(segment, TOTALS.to_owned()), &totals)?;
                self.transact(vec![TransactWriteItem::builder().delete(delete).build(), totals]).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn forget_history(&self, segment: SegmentId) -> Result<(), StoreError> {
        let query = self.client.query().table_name(&self.memberships).projection_expression("pk, sk");
        let query = query
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(history_partition(segment)));
        self.delete_all(&self.memberships, all(query).await?).await
    }

    async fn counters(&self, edition: EditionId) -> Result<Vec<Item>, StoreError> {
        let query = self.client.query().table_name(&self.memberships).consistent_read(true);
        let query = query
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(counters_partition(edition)));
        all(query).await
    }

    fn addition(&self, key: Item, adds: &Adds) -> Result<TransactWriteItem, StoreError> {
        let terms: Vec<String> = adds.keys().enumerate().map(|(place, name)| format!("{name} :v{place}")).collect();
        let mut update = Update::builder()
            .table_name(&self.memberships)
            .set_key(Some(key))
            .update_expression(format!("ADD {}", terms.join(", ")));
        for (place, more) in adds.values().enumerate() {
            update = update.expression_attribute_values(format!(":v{place}"), number(*more));
        }
        Ok(TransactWriteItem::builder().update(update.build().map_err(corrupt)?).build())
    }

    /// Takes days off a counter, on condition that they are as they were read.
    fn removal(&self, key: Item, days: &[(Date, Flow)]) -> Result<TransactWriteItem, StoreError> {
        let read: Adds = days.iter().flat_map(|(day, flow)| counter_names(*day, flow)).collect();
        let (mut removed, mut unchanged) = (Vec::new(), Vec::new());
        let mut update = Update::builder().table_name(&self.memberships).set_key(Some(key));
        for (place, (name, value)) in read.iter().enumerate() {
            if *value == 0 {
                unchanged.push(format!("(attribute_not_exists({name}) OR {name} = :v{place})"));
            } else {
                unchanged.push(format!("{name} = :v{place}"));
            }
            removed.push(name.as_str());
            update = update.expression_attribute_values(format!(":v{place}"), number(*value));
        }
        let update = update
            .update_expression(format!("REMOVE {}", removed.join(", ")))
            .condition_expression(unchanged.join(" AND "))
            .build()
            .map_err(corrupt)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

pub(crate) fn counters_partition(edition: EditionId) -> String {
    format!("n#{edition}")
}

fn history_partition(segment: SegmentId) -> String {
    format!("d#{segment}")
}

fn history_key(segment: SegmentId, sort: String) -> Item {
    key([("pk", history_partition(segment)), ("sk", sort)])
}

fn month_of(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

fn counter_names(day: Date, flow: &Flow) -> [(String, i64); 3] {
    let number = Time::start_of(day).micros().div_euclid(DAY);
    [("e", flow.entered), ("l", flow.left), ("r", flow.rebuilt)].map(|(kind, value)| (format!("{kind}{number}"), value))
}

fn history_names(day: Date, edition: EditionId, flow: &Flow) -> impl Iterator<Item = (String, i64)> {
    let figures = [("e", flow.entered), ("l", flow.left), ("r", flow.rebuilt)];
    let named = figures.map(|(kind, value)| (format!("{kind}{:02}x{edition}", day.day()), value));
    named.into_iter().filter(|(_, value)| *value != 0)
}

fn read_counter(item: &Item) -> Result<Count, StoreError> {
    let mut count = Count::default();
    for (name, value) in item {
        let AttributeValue::N(value) = value else { continue };
        let value: i64 = value.parse().map_err(corrupt)?;
        if name == "members" {
            count.members = value;
        } else if let Some(number) = name.get(1..).and_then(|number| number.parse::<i64>().ok()) {
            let day = Time::from_micros(number.saturating_mul(DAY)).date();
            set(count.days.entry(day).or_default(), name, value);
        }
    }
    Ok(count)
}

fn read_history(item: &Item, folded: &mut Folded) -> Result<(), StoreError> {
    let sort = text(item.get("sk").cloned()).ok_or_else(|| corrupt("a history has no month"))?;
    for (name, value) in item {
        let AttributeValue::N(value) = value else { continue };
        let value: i64 = value.parse().map_err(corrupt)?;
        if name == FOLDS {
            folded.times = value.unsigned_abs();
        } else if let Some((day, edition)) = name.get(1..).and_then(|rest| rest.split_once('x')) {
            let (Ok(day), Ok(edition)) = (format!("{sort}-{day}").parse::<Date>(), edition.parse()) else { continue };
            set(folded.counts.entry(edition).or_default().days.entry(day).or_default(), name, value);
        } else if let Some(edition) = name.strip_prefix('m').and_then(|edition| edition.parse().ok()) {
            folded.counts.entry(edition).or_default().members = value;
        }
    }
    Ok(())
}

fn set(flow: &mut Flow, name: &str, value: i64) {
    match name.get(..1) {
        Some("e") => flow.entered = value,
        Some("l") => flow.left = value,
        Some("r") => flow.rebuilt = value,
        _ => {}
    }
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(adds: impl IntoIterator<Item = (String, i64)>) -> Item {
        adds.into_iter().map(|(name, value)| (name, number(value))).collect()
    }

    #[test]
    fn what_is_folded_away_reads_as_it_was_counted() {
        let flow = Flow { entered: 3, left: 0, rebuilt: -2 };
        let days: [Date; 2] = ["2026-02-28".parse().unwrap(), "1969-12-31".parse().unwrap()];
        let counted = item(days.iter().flat_map(|day| counter_names(*day, &flow)).chain([("members".to_owned(), 7)]));
        let count = read_counter(&counted).unwrap();
        assert_eq!(count, Count { members: 7, days: days.iter().map(|day| (*day, flow)).collect() });
        let mut month = item(history_names(days[0], 12, &flow));
        month.insert("sk".to_owned(), AttributeValue::S(month_of(days[0])));
        let mut totals = item([("m12".to_owned(), 7), (FOLDS.to_owned(), 2)]);
        totals.insert("sk".to_owned(), AttributeValue::S(TOTALS.to_owned()));
        let mut folded = Folded::default();
        read_history(&month, &mut folded).unwrap();
        read_history(&totals, &mut folded).unwrap();
        let known = Count { members: 7, days: [(days[0], flow)].into() };
        assert_eq!(folded, Folded { times: 2, counts: [(12, known)].into() });
    }
}
