//! The audit log: who changed what, when, and how it was before. Personal data is masked before it gets here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::AuditId;
use crate::time::{DAY, Time};

/// How long entries are kept.
pub const KEPT: i64 = 400 * DAY;
/// Members longer than this, as JSON, are told by their size alone: two rule trees must fit in one item.
const MAX_MEMBER: usize = 16_384;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// The user's id; `keys/ID` for an API key.
    pub id: String,
    /// The user's address, or the key's name.
    pub name: String,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    #[schemars(with = "String")]
    pub id: AuditId,
    pub at: Time,
    pub actor: Actor,
    /// The operation of the API, as in its document: `update_segment`.
    pub action: String,
    /// Path of what was changed: `segments/ID`.
    pub object: String,
    /// The members that differ, as they were; absent for something new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The same members afterwards; absent for something that is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    pub request_id: String,
}

/// Which entries are wanted; all that are given must fit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    pub actor: Option<String>,
    pub object: Option<String>,
    /// From this moment on.
    pub since: Option<Time>,
    /// Before this moment.
    pub until: Option<Time>,
}

impl AuditFilter {
    /// Whether an entry is wanted.
    #[must_use]
    pub fn fits(&self, entry: &AuditEntry) -> bool {
        self.actor.as_ref().is_none_or(|actor| *actor == entry.actor.id)
            && self.object.as_ref().is_none_or(|object| *object == entry.object)
            && self.since.is_none_or(|since| entry.at >= since)
            && self.until.is_none_or(|until| entry.at < until)
    }
}

impl AuditEntry {
    /// The members that differ between two views of a thing, personal ones masked.
    #[must_use]
    pub fn difference(before: Option<Value>, after: Option<Value>) -> (Option<Value>, Option<Value>) {
        match (before, after) {
            (Some(Value::Object(before)), Some(Value::Object(after))) => {
                let keep = |one: &Map<String, Value>, other: &Map<String, Value>| {
                    let differing = one.iter().filter(|(key, value)| other.get(*key) != Some(value));
                    Value::Object(differing.map(|(key, value)| (key.clone(), value.clone())).collect())
                };
                (Some(shown(keep(&before, &after))), Some(shown(keep(&after, &before))))
            }
            (before, after) => (before.map(shown), after.map(shown)),
        }
    }
}

fn shown(view: Value) -> Value {
    let Value::Object(members) = view else { return view };
    let members = members.into_iter().map(|(key, value)| {
        let value = match (key.as_str(), &value) {
            ("email", Value::String(email)) => Value::String(masked_email(email)),
            _ => match value.to_string().len() {
                0..=MAX_MEMBER => value,
                bytes => Value::String(format!("({bytes} bytes)")),
            },
        };
        (key, value)
    });
    Value::Object(members.collect())
}

/// An address of which a reader who knows it can recognise it, and nobody else.
#[must_use]
pub fn masked_email(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((local, domain)) => format!("{}***@{domain}", local.chars().next().unwrap_or('*')),
        None => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_told_and_addresses_are_masked() {
        let before = json!({"name": "VIP", "rules": {"a": 1}, "email": "ann@example.com"});
        let after = json!({"name": "VIPs", "rules": {"a": 1}, "email": "bob@example.com"});
        let (before, after) = AuditEntry::difference(Some(before), Some(after));
        assert_eq!(before, Some(json!({"name": "VIP", "email": "a***@example.com"})));
        assert_eq!(after, Some(json!({"name": "VIPs", "email": "b***@example.com"})));
        let (before, after) = AuditEntry::difference(None, Some(json!({"long": "x".repeat(20_000)})));
        assert_eq!((before, after), (None, Some(json!({"long": "(20002 bytes)"}))));
    }
}
