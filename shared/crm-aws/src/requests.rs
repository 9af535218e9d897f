//! Idempotency keys, buckets of requests and uses of API keys in the Requests table, all of which DynamoDB lets expire.

use std::collections::HashMap;
use std::fmt::Write as _;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use crm_domain::audit;
use crm_domain::ports::{KeepRequests, StoreError};
use crm_domain::replay::{self, Claim, RequestKey};
use crm_domain::time::{DAY, Time};
use uuid::Uuid;

use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::items::{Item, key, number, text, unless_conflict, until};

impl KeepRequests for Dynamo {
    async fn claim(&self, key: &RequestKey, claim: &Claim) -> Result<Option<Claim>, StoreError> {
        let mut item = request_key(key);
        item.insert("attempt".to_owned(), AttributeValue::S(claim.id.to_string()));
        item.insert("fingerprint".to_owned(), AttributeValue::B(Blob::new(claim.fingerprint)));
        item.insert("at".to_owned(), micros(claim.at));
        item.insert("leaseUntil".to_owned(), micros(claim.lease_until));
        item.insert("expiresAt".to_owned(), until(claim.at.plus(replay::KEPT)));
        let put = self
            .client
            .put_item()
            .table_name(&self.requests)
            .set_item(Some(item))
            // DynamoDB may take two days to remove what has expired.
            .condition_expression("attribute_not_exists(id) OR expiresAt <= :now")
            .expression_attribute_values(":now", until(claim.at))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(refused) = put.send().await else { return Ok(None) };
        let Some(PutItemError::ConditionalCheckFailedException(failed)) = refused.as_service_error() else {
            return Err(store_error(refused));
        };
        let item = match failed.item() {
            Some(item) if !item.is_empty() => Some(item.clone()),
            _ => self.get(&self.requests, request_key(key)).await?,
        };
        read_claim(&item.ok_or(StoreError::Conflict)?).map(Some)
    }

    async fn take_over(&self, key: &RequestKey, claim: &Claim, lease_was: Time) -> Result<(), StoreError> {
        self.client
            .update_item()
            .table_name(&self.requests)
            .set_key(Some(request_key(key)))
            .update_expression("SET leaseUntil = :lease")
            .condition_expression("attempt = :attempt AND leaseUntil = :was AND attribute_not_exists(answer)")
            .expression_attribute_values(":lease", micros(claim.lease_until))
            .expression_attribute_values(":was", micros(lease_was))
            .expression_attribute_values(":attempt", AttributeValue::S(claim.id.to_string()))
            .send()
            .await
            .map(|_| ())
            .map_err(store_error)
    }

    async fn answer(&self, key: &RequestKey, id: Uuid, answer: Vec<u8>) -> Result<(), StoreError> {
        self.client
            .update_item()
            .table_name(&self.requests)
            .set_key(Some(request_key(key)))
            .update_expression("SET answer = :answer")
            .condition_expression("attempt = :attempt")
            .expression_attribute_values(":answer", AttributeValue::B(Blob::new(answer)))
            .expression_attribute_values(":attempt", AttributeValue::S(id.to_string()))
            .send()
            .await
            .map(|_| ())
            .map_err(store_error)
    }

    async fn release(&self, key: &RequestKey, id: Uuid) -> Result<(), StoreError> {
        let done = self
            .client
            .delete_item()
            .table_name(&self.requests)
            .set_key(Some(request_key(key)))
            .condition_expression("attempt = :attempt AND attribute_not_exists(answer)")
            .expression_attribute_values(":attempt", AttributeValue::S(id.to_string()))
            .send()
            .await;
        // Otherwise it is somebody else's by now.
        unless_conflict(done.map_err(store_error))
    }

    async fn bucket(&self, key: &RequestKey) -> Result<Option<Time>, StoreError> {
        self.get(&self.requests, request_key(key)).await?.map(|item| time(&item, "fullAt")).transpose()
    }

    async fn set_bucket(&self, key: &RequestKey, was: Option<Time>, full_at: Time) -> Result<(), StoreError> {
        let mut item = request_key(key);
        item.insert("fullAt".to_owned(), micros(full_at));
        item.insert("expiresAt".to_owned(), until(full_at.plus(DAY)));
        let put = self.client.put_item().table_name(&self.requests).set_item(Some(item));
        let put = match was {
            None => put.condition_expression("attribute_not_exists(id)"),
            Some(was) => put.condition_expression("fullAt = :was").expression_attribute_values(":was", micros(was)),
        };
        put.send().await.map(|_| ()).map_err(store_error)
    }
}

impl Dynamo {
    pub(crate) async fn note_use(&self, id: &str, at: Time) -> Result<(), StoreError> {
        let mut item = key([("id", id.to_owned())]);
        item.insert("usedAt".to_owned(), micros(at));
        item.insert("expiresAt".to_owned(), until(at.plus(audit::KEPT)));
        self.client.put_item().table_name(&self.requests).set_item(Some(item)).send().await.map(|_| ()).map_err(store_error)
    }

    pub(crate) async fn last_uses(&self, ids: Vec<String>) -> Result<HashMap<String, Time>, StoreError> {
        let keys = ids.into_iter().map(|id| key([("id", id)])).collect();
        let items = self.get_all(&self.requests, keys).await?;
        items
            .iter()
            .filter_map(|item| Some((text(item.get("id").cloned())?, item)))
            .map(|(id, item)| Ok((id, time(item, "usedAt")?)))
            .collect()
    }
}

fn request_key(key: &RequestKey) -> Item {
    let hex = key.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    crate::items::key([("id", hex)])
}

fn micros(time: Time) -> AttributeValue {
    AttributeValue::N(time.micros().to_string())
}

fn time(item: &Item, name: &str) -> Result<Time, StoreError> {
    number(item, name, format_args!("a request has no {name}")).map(Time::from_micros)
}

fn read_claim(item: &Item) -> Result<Claim, StoreError> {
    let bytes = |name: &str| match item.get(name) {
        Some(AttributeValue::B(bytes)) => Some(bytes.as_ref().to_vec()),
        _ => None,
    };
    let id = text(item.get("attempt").cloned()).and_then(|id| Uuid::parse_str(&id).ok());
    let fingerprint = bytes("fingerprint").and_then(|bytes| bytes.try_into().ok());
    Ok(Claim {
        id: id.ok_or_else(|| corrupt("a request has no id"))?,
        fingerprint: fingerprint.ok_or_else(|| corrupt("a request has no fingerprint"))?,
        at: time(item, "at")?,
        lease_until: time(item, "leaseUntil")?,
        answer: bytes("answer"),
    })
}
