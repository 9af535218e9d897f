//! Counting at the client of `DynamoDB`.

use std::collections::HashMap;

use aws_sdk_dynamodb::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::batch_execute_statement::{BatchExecuteStatementInput, BatchExecuteStatementOutput};
use aws_sdk_dynamodb::operation::batch_get_item::{BatchGetItemInput, BatchGetItemOutput};
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemInput, BatchWriteItemOutput};
use aws_sdk_dynamodb::operation::delete_item::{DeleteItemError, DeleteItemInput, DeleteItemOutput};
use aws_sdk_dynamodb::operation::get_item::{GetItemInput, GetItemOutput};
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::scan::{ScanInput, ScanOutput};
use aws_sdk_dynamodb::operation::transact_write_items::{
    TransactWriteItemsError, TransactWriteItemsInput, TransactWriteItemsOutput,
};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemInput, UpdateItemOutput};
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity, TransactWriteItem, WriteRequest};
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use crm_domain::cost::{Usage, WHOLE, read_units, write_units};

use super::{add, item_size};
use crate::items::Item;

/// A secondary index: who has both attributes is in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Index {
    pub(crate) keys: [&'static str; 2],
    /// Whether it holds whole items, not their keys alone.
    pub(crate) is_whole: bool,
}

/// The interceptor: asks for units with each request, and counts them with each answer.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    /// The secondary indexes of the tables that have any.
    indexes: HashMap<String, &'static [Index]>,
}

/// What a request will use as far as its own content says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Asked {
    /// Thousandths of units for all of its writes, as if nothing was stored yet.
    written: u64,
    /// What of it is billed though a condition does not hold: no index is written.
    refused: u64,
    /// Keys of a batch of reads.
    keys: usize,
    is_consistent: bool,
}

impl Storable for Asked {
    type Storer = StoreReplace<Self>;
}

impl Counting {
    pub(crate) fn new(indexes: impl IntoIterator<Item = (String, &'static [Index])>) -> Self {
        Self { indexes: indexes.into_iter().collect() }
    }

    /// A put of an item, of which each write costs `times` as much as one alone. Indexes cost once in any case.
    fn put(&self, table: &str, item: &Item, times: u64) -> Asked {
        let bytes = item_size(item);
        let refused = times * write_units(bytes);
        let within = self.indexes.get(table).copied().unwrap_or_default().iter();
        let within = within.filter(|index| index.keys.iter().all(|key| item.contains_key(*key)));
        let indexed: u64 = within.map(|index| write_units(if index.is_whole { bytes } else { 1 })).sum();
        Asked { written: refused + indexed, refused, ..Asked::default() }
    }

    /// One action of a transaction. Of an update, a deletion and a check the size is not known here: the least.
    fn action(&self, action: &TransactWriteItem) -> Asked {
        action.put().map_or(Asked::least(2), |put| self.put(put.table_name(), put.item(), 2))
    }

    /// One write of a batch.
    fn request(&self, table: &str, request: &WriteRequest) -> Asked {
        request.put_request().map_or(Asked::least(1), |put| self.put(table, put.item(), 1))
    }

    fn requests(&self, all: &HashMap<String, Vec<WriteRequest>>) -> Asked {
        let requests = all.iter().flat_map(|(table, requests)| requests.iter().map(move |request| self.request(table, request)));
        requests.fold(Asked::default(), Asked::plus)
    }
}

impl Asked {
    const fn least(times: u64) -> Self {
        Self { written: times * WHOLE, refused: times * WHOLE, keys: 0, is_consistent: false }
    }

    const fn plus(self, other: Self) -> Self {
        Self { written: self.written + other.written, refused: self.refused + other.refused, ..self }
    }

    const fn read(consistent: Option<bool>) -> Self {
        Self { written: 0, refused: 0, keys: 0, is_consistent: matches!(consistent, Some(true)) }
    }

    fn wrote(self, said: Option<&ConsumedCapacity>) -> Usage {
        written(thousandths(said).unwrap_or(self.written))
    }

    /// One request that brought these items, or one page of a query or scan: together they are rounded up.
    fn brought(self, said: Option<&ConsumedCapacity>, items: &[Item]) -> Usage {
        let bytes = items.iter().map(item_size).sum();
        read(thousandths(said).unwrap_or_default().max(read_units(bytes, self.is_consistent)))
    }

    /// A batch of single reads: each item is rounded up by itself, and a missing one costs the least.
    fn brought_each(self, answer: &BatchGetItemOutput) -> Usage {
        let unread = answer.unprocessed_keys.iter().flat_map(HashMap::values).map(|keys| keys.keys.len()).sum::<usize>();
        let items = answer.responses.iter().flat_map(HashMap::values).flatten();
        let (found, units) =
            items.fold((0, 0), |(found, units), item| (found + 1, units + read_units(item_size(item), self.is_consistent)));
        let missing = self.keys.saturating_sub(unread + found) as u64 * read_units(0, self.is_consistent);
        read(thousandths(answer.consumed_capacity()).unwrap_or_default().max(units + missing))
    }
}

const fn written(written: u64) -> Usage {
    Usage { written, read: 0, queued: 0, invoked: 0, held: 0 }
}

const fn read(read: u64) -> Usage {
    Usage { written: 0, read, queued: 0, invoked: 0, held: 0 }
}

/// What the service says of all tables together; none where it does not say.
fn thousandths<'a>(said: impl IntoIterator<Item = &'a ConsumedCapacity>) -> Option<u64> {
    let one = |one: &ConsumedCapacity| {
        let units = one.capacity_units?;
        (units.is_finite() && units >= 0.0).then(|| (units * WHOLE as f64).round() as u64)
    };
    let mut said = said.into_iter().peekable();
    said.peek()?;
    said.map(one).sum()
}

/// Sets on a request that it asks for its units.
macro_rules! asking {
    ($input:ident: $($kind:ty, $request:ident => $asked:expr;)+) => {
        $(if let Some($request) = $input.downcast_mut::<$kind>() {
            $request.return_consumed_capacity = Some(ReturnConsumedCapacity::Total);
            return Some($asked);
        })+
    };
}

impl Intercept for Counting {
    fn name(&self) -> &'static str {
        "Counting"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let input = context.input_mut();
        let asked = (|| {
            asking! { input:
                GetItemInput, get => Asked::read(get.consistent_read);
                QueryInput, query => Asked::read(query.consistent_read);
                ScanInput, scan => Asked::read(scan.consistent_read);
                BatchGetItemInput, get => {
                    let asked = get.request_items.iter().flat_map(HashMap::values);
                    let keys = asked.clone().map(|keys| keys.keys.len()).sum();
                    Asked { keys, is_consistent: asked.clone().all(|keys| keys.consistent_read == Some(true)), ..Asked::default() }
                };
                PutItemInput, put => match (&put.table_name, &put.item) {
                    (Some(table), Some(item)) => self.put(table, item, 1),
                    _ => Asked::least(1),
                };
                UpdateItemInput, _update => Asked::least(1);
                DeleteItemInput, _delete => Asked::least(1);
                TransactWriteItemsInput, write => {
                    write.transact_items().iter().map(|action| self.action(action)).fold(Asked::default(), Asked::plus)
                };
                BatchExecuteStatementInput, write => {
                    write.statements.iter().flatten().map(|_| Asked::least(1)).fold(Asked::default(), Asked::plus)
                };
                BatchWriteItemInput, write => write.request_items.as_ref().map_or(Asked::default(), |all| self.requests(all));
            }
            None
        })();
        if let Some(asked) = asked {
            bag.interceptor_state().store_put(asked);
        }
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(asked) = bag.load::<Asked>().copied() else { return Ok(()) };
        let used = match context.output_or_error() {
            Ok(answer) => {
                if let Some(answer) = answer.downcast_ref::<GetItemOutput>() {
                    asked.brought(answer.consumed_capacity(), answer.item.as_slice())
                } else if let Some(answer) = answer.downcast_ref::<QueryOutput>() {
                    asked.brought(answer.consumed_capacity(), answer.items())
                } else if let Some(answer) = answer.downcast_ref::<ScanOutput>() {
                    asked.brought(answer.consumed_capacity(), answer.items())
                } else if let Some(answer) = answer.downcast_ref::<BatchGetItemOutput>() {
                    asked.brought_each(answer)
                } else if let Some(answer) = answer.downcast_ref::<PutItemOutput>() {
                    asked.wrote(answer.consumed_capacity())
                } else if let Some(answer) = answer.downcast_ref::<UpdateItemOutput>() {
                    asked.wrote(answer.consumed_capacity())
                } else if let Some(answer) = answer.downcast_ref::<DeleteItemOutput>() {
                    asked.wrote(answer.consumed_capacity())
                } else if let Some(answer) = answer.downcast_ref::<TransactWriteItemsOutput>() {
                    written(thousandths(answer.consumed_capacity()).unwrap_or(asked.written))
                } else if let Some(answer) = answer.downcast_ref::<BatchExecuteStatementOutput>() {
                    // Also what a broken condition has cost.
                    written(thousandths(answer.consumed_capacity()).unwrap_or(asked.written))
                } else if let Some(answer) = answer.downcast_ref::<BatchWriteItemOutput>() {
                    let left = answer.unprocessed_items.as_ref().map_or(0, |left| self.requests(left).written);
                    written(thousandths(answer.consumed_capacity()).unwrap_or(asked.written.saturating_sub(left)))
                } else {
                    Usage::default()
                }
            }
            // What was refused for load, or for its form, costs nothing.
            Err(error) => written(error.as_operation_error().map_or(0, |error| {
                let is_refused = matches!(error.downcast_ref(), Some(PutItemError::ConditionalCheckFailedException(_)))
                    || matches!(error.downcast_ref(), Some(UpdateItemError::ConditionalCheckFailedException(_)))
                    || matches!(error.downcast_ref(), Some(DeleteItemError::ConditionalCheckFailedException(_)))
                    || matches!(error.downcast_ref(), Some(TransactWriteItemsError::TransactionCanceledException(_)));
                if is_refused { asked.refused } else { 0 }
            })),
        };
        add(used);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
