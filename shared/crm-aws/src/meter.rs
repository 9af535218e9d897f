//! What requests use, counted where all of them pass: at the clients, whoever calls.
//!
//! `DynamoDB` is asked with each request for the units that it bills ([`dynamodb`]). Where an answer does not say, or says less
//! than what it brings amounts to, they follow from the sizes of the items. A metered piece of work has a meter of its own, which
//! the requests made within it find. Everything is said in the closing line of its invocation, so what a deployment pays for can
//! be read in its logs. Not counted: requests that got no answer, though the service may have done what they asked.

pub(crate) mod dynamodb;
#[cfg(feature = "sqs")]
pub(crate) mod sqs;

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use crate::items::Item;
use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::cost::{Usage, WHOLE};
use crm_domain::did;

tokio::task_local! {
    static METER: Arc<Mutex<Usage>>;
}

/// Does `work` and says what it used.
pub(crate) async fn metered<F: Future>(work: F) -> (F::Output, Usage) {
    let meter = Arc::new(Mutex::new(Usage::default()));
    let output = METER.scope(meter.clone(), work).await;
    let usage = *meter.lock().unwrap_or_else(PoisonError::into_inner);
    say(usage);
    (output, usage)
}

fn add(used: Usage) {
    let noted = METER.try_with(|meter| {
        let mut meter = meter.lock().unwrap_or_else(PoisonError::into_inner);
        *meter = meter.plus(used);
    });
    if noted.is_err() {
        say(used);
    }
}

/// Whole units for the closing line. They are no metrics, each of which would be billed.
fn say(used: Usage) {
    let units = |thousandths: u64| thousandths as f64 / WHOLE as f64;
    if used.written > 0 {
        did!(cost.written = units(used.written));
    }
    if used.read > 0 {
        did!(cost.read = units(used.read));
    }
    if used.queued > 0 {
        did!(cost.queued = units(used.queued));
    }
}

/// Bytes of an item as they are billed (Amazon DynamoDB developer guide, "Item sizes and formats"): names and values, with
/// a little for each list and map.
pub(crate) fn item_size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &AttributeValue) -> usize {
    // About one byte for two significant digits, and one more.
    let number = |text: &str| {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.trim_matches('0').len().div_ceil(2) + 1 + usize::from(text.starts_with('-'))
    };
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

    #[tokio::test]
    async fn meters_do_not_see_each_other() {
        let one = || add(Usage { written: WHOLE, ..Usage::default() });
        let (inner, outer) = metered(async {
            one();
            metered(async { one() }).await.1
        })
        .await;
        assert_eq!((inner.written, outer.written), (WHOLE, WHOLE));
        // Nobody meters this.
        one();
    }

    #[test]
    fn sizes_are_those_of_names_and_values() {
        let map = HashMap::from([("b".to_owned(), AttributeValue::N("12".into()))]);
        let item = Item::from([
            ("text".to_owned(), AttributeValue::S("héé".into())),
            ("list".to_owned(), AttributeValue::L(vec![AttributeValue::Bool(true), AttributeValue::M(map)])),
            ("n".to_owned(), AttributeValue::N("-1200.0".into())),
        ]);
        assert_eq!(item_size(&item), 4 + 5 + 4 + 3 + (1 + 1) + (1 + 3 + (1 + 1 + 2)) + (1 + 1 + 1 + 1));
    }
}
