//! Batches of keys and puts, repeated until DynamoDB has processed all of them.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{DeleteRequest, KeysAndAttributes, PutRequest, WriteRequest};
use crm_domain::ports::StoreError;
use crm_domain::world;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error, throttled};
use crate::items::Item;

/// Most keys of one `BatchGetItem`.
const GET_BATCH: usize = 100;
/// Most puts of one `BatchWriteItem`.
const WRITE_BATCH: usize = 25;
/// Batches under way at once.
const CONCURRENCY: usize = 4;
/// Rounds until unprocessed keys count as throttled.
const ROUNDS: u32 = 8;

impl Dynamo {
    /// The items that exist among `keys`, strongly consistent, in no particular order. Keys must be distinct.
    pub(crate) async fn get_all(&self, table: &str, keys: Vec<Item>) -> Result<Vec<Item>, StoreError> {
        self.get_projected(table, keys, &[]).await
    }

    /// The same, with the attributes `names` alone; all when empty.
    pub(crate) async fn get_projected(&self, table: &str, keys: Vec<Item>, names: &[&str]) -> Result<Vec<Item>, StoreError> {
        let batches = stream::iter(batches(keys, GET_BATCH));
        batches.map(|batch| self.get_batch(table, batch, names)).buffer_unordered(CONCURRENCY).try_concat().await
    }

    /// Puts all items, in no particular order.
    pub(crate) async fn put_all(&self, table: &str, items: Vec<Item>) -> Result<(), StoreError> {
        let mut requests = Vec::with_capacity(items.len());
        for item in items {
            let put = PutRequest::builder().set_item(Some(item)).build().map_err(corrupt)?;
            requests.push(WriteRequest::builder().put_request(put).build());
        }
        self.write_all(table, requests).await
    }

    /// Deletes all items of these keys, in no particular order; keys must be distinct.
    pub(crate) async fn delete_all(&self, table: &str, keys: Vec<Item>) -> Result<(), StoreError> {
        let mut requests = Vec::with_capacity(keys.len());
        for key in keys {
            let delete = DeleteRequest::builder().set_key(Some(key)).build().map_err(corrupt)?;
            requests.push(WriteRequest::builder().delete_request(delete).build());
        }
        self.write_all(table, requests).await
    }

    async fn write_all(&self, table: &str, requests: Vec<WriteRequest>) -> Result<(), StoreError> {
        let batches = stream::iter(batches(requests, WRITE_BATCH));
        batches.map(|batch| self.write_batch(table, batch)).buffer_unordered(CONCURRENCY).try_collect().await
    }

    async fn get_batch(&self, table: &str, mut keys: Vec<Item>, names: &[&str]) -> Result<Vec<Item>, StoreError> {
        let (projection, placeholders) = projected(names).unzip();
        let mut found = Vec::with_capacity(keys.len());
        for round in 0..ROUNDS {
            let request = KeysAndAttributes::builder()
                .set_keys(Some(keys))
                .consistent_read(true)
                .set_projection_expression(projection.clone())
                .set_expression_attribute_names(placeholders.clone())
                .build()
                .map_err(corrupt)?;
            let request = self.client.batch_get_item().request_items(table, request);
            let answer = request.send().await.map_err(store_error)?;
            let (responses, unprocessed) = (answer.responses, answer.unprocessed_keys);
            let items = responses.unwrap_or_default().remove(table).unwrap_or_default();
            found.extend(items);
            match unprocessed.unwrap_or_default().remove(table) {
                Some(rest) if !rest.keys().is_empty() => keys = rest.keys().to_vec(),
                _ => return Ok(found),
            }
            pause(round).await;
        }
        Err(throttled())
    }

    async fn write_batch(&self, table: &str, mut requests: Vec<WriteRequest>) -> Result<(), StoreError> {
        for round in 0..ROUNDS {
            let answer = self.client.batch_write_item().request_items(table, requests).send().await.map_err(store_error)?;
            match answer.unprocessed_items.unwrap_or_default().remove(table) {
                Some(rest) if !rest.is_empty() => requests = rest,
                _ => return Ok(()),
            }
            pause(round).await;
        }
        Err(throttled())
    }
}

/// All of them, at most `size` together, from the last on. They are moved: a copy of an item is an allocation for each of its names.
fn batches<T>(mut all: Vec<T>, size: usize) -> Vec<Vec<T>> {
    let mut batches = Vec::with_capacity(all.len().div_ceil(size));
    while !all.is_empty() {
        batches.push(all.split_off(all.len().saturating_sub(size)));
    }
    batches
}

/// The projection of these attributes, some of which may have reserved names, and what its placeholders stand for.
pub(crate) fn projected(names: &[&str]) -> Option<(String, HashMap<String, String>)> {
    let placeholders: Vec<String> = (0..names.len()).map(|index| format!("#a{index}")).collect();
    let stand_for = placeholders.iter().cloned().zip(names.iter().map(ToString::to_string)).collect();
    (!names.is_empty()).then(|| (placeholders.join(","), stand_for))
}

/// Full-jitter back-off: 25 ms doubling.
pub(crate) async fn pause(round: u32) {
    let ceiling = 25_u64 << round.min(6);
    tokio::time::sleep(Duration::from_millis(world::up_to(ceiling))).await;
}
