//! Requests that wait for their turn with a model, in the App table: an item each, which expires.

use crm_domain::ai::{Outcome, Waiting};
use crm_domain::ports::{KeepWaiting, StoreError};
use crm_domain::time::Time;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::dynamo::Dynamo;
use crate::error::corrupt;
use crate::items::{Item, until};

/// The sort key: each has a partition of its own.
const REQUEST: &str = "request";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WaitingRecord {
    pk: String,
    sk: String,
    id: Uuid,
    user: String,
    asked_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<OutcomeRecord>,
}

#[derive(Serialize, Deserialize)]
struct OutcomeRecord {
    status: u16,
    /// JSON text: it may be nested deeper, and have other numbers, than an item takes.
    body: String,
}

impl KeepWaiting for Dynamo {
    async fn put_waiting(&self, waiting: &Waiting) -> Result<(), StoreError> {
        self.put_new(waiting_item(waiting)?, "attribute_not_exists(pk)").await
    }

    async fn waiting(&self, id: Uuid, now: Time) -> Result<Option<Waiting>, StoreError> {
        let found = self.app_item(&partition(id), REQUEST).await?.map(read_waiting).transpose()?;
        Ok(found.filter(|waiting| waiting.expires_at() > now))
    }

    async fn finish_waiting(&self, waiting: &Waiting) -> Result<(), StoreError> {
        self.put_new(waiting_item(waiting)?, "attribute_not_exists(outcome)").await
    }
}

fn partition(id: Uuid) -> String {
    format!("ai#request#{id}")
}

fn waiting_item(waiting: &Waiting) -> Result<Item, StoreError> {
    let outcome = waiting.outcome.as_ref();
    if outcome.is_some_and(|outcome| !outcome.fits()) {
        return Err(StoreError::Unavailable("the outcome is too large".into()));
    }
    let record = WaitingRecord {
        pk: partition(waiting.id),
        sk: REQUEST.to_owned(),
        id: waiting.id,
        user: waiting.user.clone(),
        asked_at: waiting.asked_at,
        outcome: outcome.map(|outcome| OutcomeRecord { status: outcome.status, body: outcome.body.to_string() }),
    };
    let mut item: Item = serde_dynamo::to_item(record).map_err(corrupt)?;
    item.insert("expiresAt".to_owned(), until(waiting.expires_at()));
    Ok(item)
}

fn read_waiting(item: Item) -> Result<Waiting, StoreError> {
    let WaitingRecord { id, user, asked_at, outcome, .. } = serde_dynamo::from_item(item).map_err(corrupt)?;
    let outcome = match outcome {
        None => None,
        Some(record) => Some(Outcome { status: record.status, body: serde_json::from_str(&record.body).map_err(corrupt)? }),
    };
    Ok(Waiting { id, user, asked_at, outcome })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter;
    use aws_sdk_dynamodb::types::AttributeValue;
    use crm_domain::ai::MAX_KEPT;
    use serde_json::json;

    #[test]
    fn requests_that_wait_survive_storage() {
        let asked_at = Time::parse("2026-11-25T10:00:00.5Z").unwrap();
        let mut waiting = Waiting { id: Uuid::now_v7(), user: "u".into(), asked_at, outcome: None };
        let item = waiting_item(&waiting).unwrap();
        // By this a first outcome is known.
        assert!(!item.contains_key("outcome"));
        assert_eq!(read_waiting(item).unwrap(), waiting);
        let body = json!({"rules": {"op": "and", "value": [1.5, 1e300, null, {"deep": [[[]]]}]}});
        waiting.outcome = Some(Outcome { status: 200, body });
        let item = waiting_item(&waiting).unwrap();
        assert_eq!(item.get("expiresAt"), Some(&AttributeValue::N("1795604400".into())));
        assert_eq!(read_waiting(item).unwrap(), waiting);
    }

    #[test]
    fn an_outcome_that_is_too_large_is_refused() {
        let mut waiting = Waiting { id: Uuid::now_v7(), user: "u".into(), asked_at: Time::from_micros(0), outcome: None };
        let of = |bytes: usize| Some(Outcome { status: 200, body: json!("x".repeat(bytes - 2)) });
        waiting.outcome = of(MAX_KEPT);
        assert!(meter::item_size(&waiting_item(&waiting).unwrap()) < 400_000, "DynamoDB takes 400 KB");
        waiting.outcome = of(MAX_KEPT + 1);
        assert!(matches!(waiting_item(&waiting), Err(StoreError::Unavailable(_))));
    }
}
