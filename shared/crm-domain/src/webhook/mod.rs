//! Webhooks: addresses of other systems to which events are sent, signed.
//!
//! What is here decides: who may be named ([`target`]), what a receiver wants to hear, how its secret follows from the
//! deployment's, when a delivery is tried again and when a receiver is given up ([`delivery`], [`health`]). Sending is the adapters'.

pub mod delivery;
pub mod health;
pub mod target;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain_event::EventType;
use crate::faults::{self, Faults, Fields, Patch, Reason};
use crate::ids::WebhookId;
use crate::json::Json;
use crate::signature;
use crate::suppression::AddressKey;
use crate::time::{DAY, Time};

pub use target::Targets;

/// Most webhooks of a deployment.
pub const MOST: usize = 20;
/// For how long the secret before the current one signs beside it.
pub const PREVIOUS_SIGNS: i64 = DAY;
/// Greatest length of a description.
const DESCRIPTION: usize = 200;

/// Whether events are sent there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WebhookState")]
pub enum State {
    Enabled,
    Disabled,
}

/// Why a webhook is disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WebhookDisabledReason")]
pub enum DisabledReason {
    /// Somebody has disabled it.
    Manual,
    /// Nothing could be delivered for a whole day.
    Failing,
    /// The receiver answered 410: it is gone.
    Gone,
}

/// That a webhook is disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Disabled {
    pub reason: DisabledReason,
    pub at: Time,
}

/// A receiver of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    pub id: WebhookId,
    pub url: String,
    /// What it wants to hear; everything, also what comes with later versions, where that is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<EventType>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Disabled>,
    /// Counts the secrets that it has had.
    pub secret_version: u32,
    /// When the current secret took the place of the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated_at: Option<Time>,
    pub created_at: Time,
    pub updated_at: Time,
}

/// The body of `POST /api/webhooks`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub url: String,
    pub types: Option<Vec<EventType>>,
    pub description: Option<String>,
}

/// The body of `PATCH /api/webhooks/{id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    url: Option<String>,
    types: Patch<Vec<EventType>>,
    description: Patch<String>,
    enabled: Option<bool>,
}

/// Why a secret is not rotated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StillRotating;

impl Draft {
    /// Reads the body.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json, targets: Targets) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let url = fields.required("url", |json| targets.from_json(json));
        let types = fields.optional("types", types).value();
        let description = fields.optional("description", |json| faults::text(json, DESCRIPTION)).value();
        fields.finish()?;
        let url = url.ok_or_else(|| Faults::of("url", "is required"))?;
        Ok(Self { url, types, description })
    }

    /// The webhook that it makes.
    #[must_use]
    pub fn webhook(self, id: WebhookId, now: Time) -> Webhook {
        let Self { url, types, description } = self;
        Webhook {
            id,
            url,
            types,
            description,
            disabled: None,
            secret_version: 1,
            rotated_at: None,
            created_at: now,
            updated_at: now,
        }
    }
}

impl Change {
    /// Reads the body.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json, targets: Targets) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let url = match fields.optional("url", |json| targets.from_json(json)) {
            Patch::Clear => {
                fields.fault("url", "must be a URL");
                None
            }
            other => other.value(),
        };
        let types = fields.optional("types", types);
        let description = fields.optional("description", |json| faults::text(json, DESCRIPTION));
        let enabled = match fields.optional("enabled", faults::boolean) {
            Patch::Clear => {
                fields.fault("enabled", "must be true or false");
                None
            }
            other => other.value(),
        };
        fields.finish()?;
        Ok(Self { url, types, description, enabled })
    }
}

impl Webhook {
    #[must_use]
    pub const fn state(&self) -> State {
        if self.disabled.is_some() { State::Disabled } else { State::Enabled }
    }

    #[must_use]
    pub const fn is_enabled(&self) -> bool {
        self.disabled.is_none()
    }

    /// Whether it is sent events of a kind.
    #[must_use]
    pub fn wants(&self, kind: EventType) -> bool {
        self.is_enabled() && self.types.as_ref().is_none_or(|types| types.contains(&kind))
    }

    /// This with a change made.
    #[must_use]
    pub fn changed(&self, change: Change, now: Time) -> Self {
        let mut next = self.clone();
        if let Some(url) = change.url {
            next.url = url;
        }
        match change.types {
            Patch::Absent => {}
            Patch::Clear => next.types = None,
            Patch::Set(types) => next.types = Some(types),
        }
        match change.description {
            Patch::Absent => {}
            Patch::Clear => next.description = None,
            Patch::Set(description) => next.description = Some(description),
        }
        match change.enabled {
            Some(true) => next.disabled = None,
            Some(false) if self.is_enabled() => next.disabled = Some(Disabled { reason: DisabledReason::Manual, at: now }),
            Some(false) | None => {}
        }
        if next != *self {
            next.updated_at = now;
        }
        next
    }

    /// This, not sent to any more.
    #[must_use]
    pub fn given_up(&self, reason: DisabledReason, now: Time) -> Self {
        Self { disabled: Some(Disabled { reason, at: now }), updated_at: now, ..self.clone() }
    }

    /// This with another secret.
    ///
    /// # Errors
    /// The one before the current one still signs: with three, receivers that know the first would be cut off.
    pub fn rotated(&self, now: Time) -> Result<Self, StillRotating> {
        if self.previous_until(now).is_some() {
            return Err(StillRotating);
        }
        Ok(Self { secret_version: self.secret_version + 1, rotated_at: Some(now), updated_at: now, ..self.clone() })
    }

    /// Until when the secret before the current one signs too, if it does at `now`.
    #[must_use]
    pub fn previous_until(&self, now: Time) -> Option<Time> {
        self.rotated_at.map(|at| at.plus(PREVIOUS_SIGNS)).filter(|until| now < *until)
    }

    /// The secret of a version. It follows from the deployment's key and is stored nowhere: who has a copy of the tables can
    /// sign nothing.
    #[must_use]
    pub fn secret(&self, key: &AddressKey, version: u32) -> Vec<u8> {
        key.derived(&format!("webhook\n{}\n{version}", self.id))
    }

    /// The same, as a receiver is to know it.
    #[must_use]
    pub fn written_secret(&self, key: &AddressKey) -> String {
        signature::written(&self.secret(key, self.secret_version))
    }

    /// The keys that sign at `now`, the current one first.
    #[must_use]
    pub fn keys(&self, key: &AddressKey, now: Time) -> Vec<Vec<u8>> {
        let mut keys = vec![self.secret(key, self.secret_version)];
        if self.previous_until(now).is_some() {
            keys.push(self.secret(key, self.secret_version.saturating_sub(1)));
        }
        keys
    }
}

fn types(json: &Json) -> Result<Vec<EventType>, Reason> {
    let mut types = Vec::new();
    for item in faults::list(json, EventType::ALL.len())? {
        let kind = item.as_text().and_then(EventType::parse).filter(|kind| *kind != EventType::WebhookTest);
        let kind = kind.ok_or("must name types of events, such as crm.order.applied.v1")?;
        if types.contains(&kind) {
            return Err("must name no type twice".into());
        }
        types.push(kind);
    }
    if types.is_empty() { Err("must name at least one type".into()) } else { Ok(types) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_micros(1_800_000_000_000_000);

    fn read(text: &str) -> Result<Draft, Vec<String>> {
        let draft = Draft::parse(&Json::parse(text.as_bytes()).unwrap(), Targets::Public);
        draft.map_err(|faults| faults.0.into_iter().map(|fault| fault.field).collect())
    }

    fn webhook() -> Webhook {
        let text = r#"{"url":"https://example.com/","types":["crm.order.applied.v1"],"description":"Shop"}"#;
        read(text).unwrap().webhook(WebhookId::from_bytes([7; 16]), NOW)
    }

    fn change(webhook: &Webhook, text: &str) -> Webhook {
        let change = Change::parse(&Json::parse(text.as_bytes()).unwrap(), Targets::Public).unwrap();
        webhook.changed(change, NOW.plus(1))
    }

    #[test]
    fn every_fault_is_told() {
        assert_eq!(read("{}").unwrap_err(), ["url"]);
        assert_eq!(
            read(r#"{"url":"http://a.example","types":[],"description":"","secret":"x"}"#).unwrap_err(),
            ["url", "types", "description", "secret"]
        );
        for types in [r#"["crm.webhook.test.v1"]"#, r#"["x"]"#, r#"["crm.order.applied.v1","crm.order.applied.v1"]"#, "1"] {
            assert_eq!(read(&format!(r#"{{"url":"https://a.example","types":{types}}}"#)).unwrap_err(), ["types"], "{types}");
        }
        let faults = Change::parse(&Json::parse(br#"{"url":null,"enabled":null}"#).unwrap(), Targets::Public).unwrap_err();
        assert_eq!(faults.0.len(), 2);
    }

    #[test]
    fn it_hears_what_it_wants_while_it_is_enabled() {
        let webhook = webhook();
        assert!(webhook.wants(EventType::OrderApplied) && !webhook.wants(EventType::CustomerCreated));
        assert!(change(&webhook, r#"{"types":null}"#).wants(EventType::CustomerCreated));
        let disabled = change(&webhook, r#"{"enabled":false}"#);
        assert!(!disabled.wants(EventType::OrderApplied));
        assert_eq!(disabled.disabled, Some(Disabled { reason: DisabledReason::Manual, at: NOW.plus(1) }));
        assert_eq!(change(&webhook.given_up(DisabledReason::Gone, NOW), r#"{"enabled":true}"#).disabled, None);
        let gone = webhook.given_up(DisabledReason::Gone, NOW);
        assert_eq!(change(&gone, r#"{"enabled":false}"#), gone, "it stays known why");
        assert_eq!(change(&webhook, "{}"), webhook);
    }

    #[test]
    fn secrets_follow_from_the_key_and_the_one_before_signs_for_a_day() {
        let (key, webhook) = (AddressKey::of_secret("s"), webhook());
        let other = Webhook { id: WebhookId::from_bytes([8; 16]), ..webhook.clone() };
        let first = webhook.secret(&key, 1);
        assert_eq!((first.len(), webhook.keys(&key, NOW)), (32, vec![first.clone()]));
        assert!(first != other.secret(&key, 1) && first != webhook.secret(&AddressKey::of_secret("t"), 1));
        let rotated = webhook.rotated(NOW).unwrap();
        assert_eq!(rotated.keys(&key, NOW.plus(DAY - 1)), [webhook.secret(&key, 2), first]);
        assert_eq!(rotated.rotated(NOW.plus(DAY - 1)), Err(StillRotating));
        assert_eq!(rotated.keys(&key, NOW.plus(DAY)), [webhook.secret(&key, 2)]);
        assert!(rotated.rotated(NOW.plus(DAY)).is_ok());
        assert!(webhook.written_secret(&key).starts_with("whsec_"));
    }
}
