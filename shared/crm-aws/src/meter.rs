//! What requests use, counted where they are made.
//!
//! A metered piece of work has a meter of its own, which the requests made within it find; other requests count nothing.
//! `DynamoDB` is asked for the units that it bills. Where an answer does not say (a condition that did not hold, a service
//! that leaves it out), they follow from the sizes of the items.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::{AttributeValue, ConsumedCapacity};
use crm_domain::cost::{self, Usage, WHOLE};

use crate::records::Item;

tokio::task_local! {
    static METER: Arc<Mutex<Usage>>;
}

/// Does `work` and says what it used.
pub(crate) async fn metered<F: Future>(work: F) -> (F::Output, Usage) {
    let meter = Arc::new(Mutex::new(Usage::default()));
    let output = METER.scope(meter.clone(), work).await;
    let usage = *meter.lock().unwrap_or_else(PoisonError::into_inner);
    (output, usage)
}

fn add(used: Usage) {
    // Nobody counts: nothing to do.
    let _ = METER.try_with(|meter| {
        let mut meter = meter.lock().unwrap_or_else(PoisonError::into_inner);
        *meter = meter.plus(used);
    });
}

/// A write of which `bytes` are known to be in the item, should it have to be asked.
pub(crate) fn wrote(consumed: Option<&ConsumedCapacity>, bytes: impl FnOnce() -> usize) {
    add(Usage { written: thousandths(consumed).unwrap_or_else(|| cost::write_units(bytes())), ..Usage::default() });
}

/// A transaction of writes of so many bytes each. Each costs twice.
pub(crate) fn transacted(consumed: Option<&[ConsumedCapacity]>, sizes: impl Iterator<Item = usize>) {
    let billed = consumed.filter(|consumed| !consumed.is_empty());
    let billed = billed.and_then(|consumed| consumed.iter().map(|one| thousandths(Some(one))).sum::<Option<u64>>());
    let written = billed.unwrap_or_else(|| sizes.map(|bytes| 2 * cost::write_units(bytes)).sum());
    add(Usage { written, ..Usage::default() });
}

/// One request that read these items, or one page of a query or scan.
pub(crate) fn read(consumed: Option<&ConsumedCapacity>, items: &[Item], consistent: bool) {
    let by_size = || cost::read_units(items.iter().map(item_size).sum(), consistent);
    add(Usage { read: thousandths(consumed).unwrap_or_else(by_size), ..Usage::default() });
}

/// One batch of single reads, strongly consistent: each item is rounded up by itself, and a missing one costs one.
pub(crate) fn read_batch(consumed: Option<&[ConsumedCapacity]>, items: &[Item], asked: usize) {
    let billed = consumed.filter(|consumed| !consumed.is_empty());
    let billed = billed.and_then(|consumed| consumed.iter().map(|one| thousandths(Some(one))).sum::<Option<u64>>());
    let by_size = || {
        let missing = asked.saturating_sub(items.len()) as u64 * WHOLE;
        missing + items.iter().map(|item| cost::read_units(item_size(item), true)).sum::<u64>()
    };
    add(Usage { read: billed.unwrap_or_else(by_size), ..Usage::default() });
}

/// One request to a queue with so many bytes.
#[cfg(feature = "sqs")]
pub(crate) fn queued(bytes: usize) {
    add(Usage { queued: cost::queue_requests(bytes), ..Usage::default() });
}

fn thousandths(consumed: Option<&ConsumedCapacity>) -> Option<u64> {
    let units = consumed?.capacity_units?;
    (units.is_finite() && units >= 0.0).then(|| (units * WHOLE as f64).round() as u64)
}

/// Bytes of an item as they are billed (Amazon DynamoDB developer guide, "Item sizes and formats"): names and values, with
/// a little for each list and map.
pub(crate) fn item_size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &AttributeValue) -> usize {
    // About one byte for two significant digits, and one more.
    let number =
        |text: &str| text.bytes().filter(u8::is_ascii_digit).count().div_ceil(2) + 1 + usize::from(text.starts_with('-'));
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(text) => number(text),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Bool(_) | AttributeValue::Null(_) => 1,
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + value_size(value)).sum::<usize>(),
        AttributeValue::M(values) => 3 + values.iter().map(|(name, value)| 1 + name.len() + value_size(value)).sum::<usize>(),
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::Ns(texts) => texts.iter().map(|text| number(text)).sum(),
        AttributeValue::Bs(all) => all.iter().map(|bytes| bytes.as_ref().len()).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn billed(units: f64) -> ConsumedCapacity {
        ConsumedCapacity::builder().capacity_units(units).build()
    }

    #[tokio::test]
    async fn what_is_billed_is_counted_and_what_is_not_said_follows_from_sizes() {
        let item = |bytes: usize| Item::from([("a".to_owned(), AttributeValue::S("x".repeat(bytes - 1)))]);
        let ((), usage) = metered(async {
            wrote(Some(&billed(3.0)), || 1);
            wrote(None, || 1025);
            transacted(Some(&[billed(4.0), billed(2.0)]), std::iter::empty());
            transacted(None, [10, 1025].into_iter());
            read(Some(&billed(0.5)), &[], false);
            read(None, &[item(4096), item(1)], true);
            read_batch(None, &[item(1), item(5000)], 3);
        })
        .await;
        assert_eq!((usage.written, usage.read), ((3 + 2 + 6 + 2 + 4) * WHOLE, WHOLE / 2 + 2 * WHOLE + 4 * WHOLE));
        // Outside of anything metered nothing is counted, and meters do not see each other.
        wrote(None, || 1);
        let (_, inner) = metered(metered(async { wrote(None, || 1) })).await;
        assert_eq!(inner, Usage::default());
    }

    #[test]
    fn sizes_are_those_of_names_and_values() {
        let map = HashMap::from([("b".to_owned(), AttributeValue::N("12".into()))]);
        let item = Item::from([
            ("text".to_owned(), AttributeValue::S("héé".into())),
            ("list".to_owned(), AttributeValue::L(vec![AttributeValue::Bool(true), AttributeValue::M(map)])),
        ]);
        assert_eq!(item_size(&item), 4 + 5 + 4 + 3 + (1 + 1) + (1 + 3 + (1 + 1 + 2)));
    }
}
