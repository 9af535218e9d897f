//! Single items: their keys, versions and attributes, and how one is read or written by itself.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::ports::{StoreError, Versioned};
use crm_domain::time::{SECOND, Time};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};

/// An item of a table.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A key of one or two text attributes.
pub(crate) fn key<const N: usize>(parts: [(&str, String); N]) -> Item {
    parts.into_iter().map(|(name, value)| (name.to_owned(), AttributeValue::S(value))).collect()
}

/// An item with its record as one map beside the version.
pub(crate) fn row<T: Serialize>(pk: &str, sk: &str, version: u64, record: &T) -> Result<Item, StoreError> {
    let mut item = key([("pk", pk.to_owned()), ("sk", sk.to_owned())]);
    item.insert("version".to_owned(), AttributeValue::N(version.to_string()));
    item.insert("record".to_owned(), serde_dynamo::to_attribute_value(record).map_err(corrupt)?);
    Ok(item)
}

/// The reverse of [`row`].
pub(crate) fn read_row<T: DeserializeOwned>(mut item: Item) -> Result<Versioned<T>, StoreError> {
    let version = number(&item, "version", "an item has no version")?;
    let record = item.remove("record").ok_or_else(|| corrupt("an item has no record"))?;
    Ok(Versioned { version, record: serde_dynamo::from_attribute_value(record).map_err(corrupt)? })
}

/// The text that an attribute is, if it is one.
pub(crate) fn text(value: Option<AttributeValue>) -> Option<String> {
    match value {
        Some(AttributeValue::S(text)) => Some(text),
        _ => None,
    }
}

/// A number that an item must have; `lack` says that it has none.
pub(crate) fn number<T>(item: &Item, name: &str, lack: impl Display) -> Result<T, StoreError>
where
    T: FromStr<Err: Display>,
{
    match item.get(name) {
        Some(AttributeValue::N(number)) => number.parse().map_err(corrupt),
        _ => Err(corrupt(lack)),
    }
}

/// Until when DynamoDB keeps an item: whole seconds.
pub(crate) fn until(time: Time) -> AttributeValue {
    AttributeValue::N((time.micros() / SECOND).to_string())
}

impl Dynamo {
    /// The item of this key, strongly consistent.
    pub(crate) async fn get(&self, table: &str, key: Item) -> Result<Option<Item>, StoreError> {
        let request = self.client.get_item().table_name(table).set_key(Some(key)).consistent_read(true);
        Ok(request.send().await.map_err(store_error)?.item)
    }

    /// Puts an item, on condition that version `version` is stored (0: none).
    pub(crate) async fn put_versioned(&self, table: &str, item: Item, version: u64) -> Result<(), StoreError> {
        let (condition, stored) = version_condition(version);
        let put = self.client.put_item().table_name(table).set_item(Some(item)).condition_expression(condition);
        let put = put.expression_attribute_names("#version", "version").set_expression_attribute_values(stored);
        put.send().await.map(|_| ()).map_err(store_error)
    }
}

/// A condition on the stored version, which `#version` names, and its values: absent for version 0.
pub(crate) fn version_condition(version: u64) -> (&'static str, Option<HashMap<String, AttributeValue>>) {
    match version {
        0 => ("attribute_not_exists(#version)", None),
        _ => ("#version = :version", Some([(":version".to_owned(), AttributeValue::N(version.to_string()))].into())),
    }
}

/// Whether a write was made: false where its condition does not hold.
pub(crate) fn held<T>(outcome: Result<T, StoreError>) -> Result<bool, StoreError> {
    match outcome {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict) => Ok(false),
        Err(error) => Err(error),
    }
}

/// That a write was made, or that its condition does not hold, where that means that nothing is left to do.
pub(crate) fn unless_conflict<T>(outcome: Result<T, StoreError>) -> Result<(), StoreError> {
    held(outcome).map(|_| ())
}
