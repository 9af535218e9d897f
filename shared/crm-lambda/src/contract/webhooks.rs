//! What the API takes and answers about webhooks and what was delivered to them.

use crm_domain::domain_event::EventType;
use crm_domain::ports::Versioned;
use crm_domain::time::Time;
use crm_domain::webhook::delivery::{Delivery as Logged, Outcome};
use crm_domain::webhook::health::Health;
use crm_domain::webhook::{DisabledReason, State, Webhook as Kept};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// A receiver of events: each is sent as a CloudEvent 1.0 by POST, with the headers of Standard Webhooks (`webhook-id`,
/// `webhook-timestamp`, `webhook-signature`), at least once; `webhook-id` is the event's id and tells repetitions. Any 2xx
/// takes it; everything else is tried again for a day; 410 disables the webhook.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub url: String,
    /// What it is sent; absent: everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<EventType>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<DisabledReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Time>,
    /// Counts the secrets that it has had.
    pub secret_version: u32,
    /// Until when the secret before the current one signs too; absent when it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_secret_until: Option<Time>,
    /// Since when nothing could be delivered; absent while that works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Time>,
    /// Attempts that failed one after the other.
    pub failures: u32,
    /// Until when nothing is sent, since the receiver fails again and again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rests_until: Option<Time>,
    pub created_at: Time,
    pub updated_at: Time,
}

/// A webhook with the secret that signs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookWithSecret {
    #[serde(flatten)]
    pub webhook: Webhook,
    /// `whsec_` and base64: what libraries of Standard Webhooks take.
    pub secret: String,
}

/// The secret that signs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookSecret {
    /// `whsec_` and base64: what libraries of Standard Webhooks take.
    pub secret: String,
    pub secret_version: u32,
    /// Until when the secret before it signs too; absent when it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_secret_until: Option<Time>,
}

/// Something that was put on its way.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryQueued {
    /// Its delivery, which is in the log after the first attempt.
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    #[schemars(extend("format" = "uuid"))]
    pub event_id: String,
}

/// One event on its way to a webhook. It is in the log from its first attempt on, for 30 days.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    #[schemars(extend("format" = "uuid"))]
    pub event_id: String,
    pub r#type: EventType,
    /// What the event is about: `orders/ID`.
    pub subject: String,
    /// When the event was stored.
    pub at: Time,
    pub outcome: Outcome,
    pub attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_attempt_at: Option<Time>,
    /// When it is tried again; absent when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Time>,
    /// HTTP status of the last answer; absent where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The beginning of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    /// Milliseconds that the last attempt took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u32>,
}

/// A delivery with its event.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryWithEvent {
    #[serde(flatten)]
    pub delivery: Delivery,
    /// The CloudEvent as it is sent; absent where somebody of whom it tells was erased: then it is not sent again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Value>,
}

impl Webhook {
    /// As the API shows it at `now`.
    #[must_use]
    pub fn of(webhook: &Kept, health: &Health, now: Time) -> Self {
        Self {
            id: webhook.id.to_string(),
            url: webhook.url.clone(),
            types: webhook.types.clone(),
            description: webhook.description.clone(),
            state: webhook.state(),
            disabled_reason: webhook.disabled.map(|disabled| disabled.reason),
            disabled_at: webhook.disabled.map(|disabled| disabled.at),
            secret_version: webhook.secret_version,
            previous_secret_until: webhook.previous_until(now),
            failing_since: health.failing_since,
            failures: health.failures,
            rests_until: health.rests_until.filter(|until| now < *until),
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
        }
    }
}

impl From<&Logged> for Delivery {
    fn from(one: &Logged) -> Self {
        Self {
            id: one.id.to_string(),
            event_id: one.event_id.to_string(),
            r#type: one.kind,
            subject: one.subject.clone(),
            at: one.at,
            outcome: one.outcome,
            attempts: one.attempts,
            last_attempt_at: one.last_attempt_at,
            next_attempt_at: one.next_attempt_at,
            status: one.status,
            cause: one.cause.clone(),
            excerpt: one.excerpt.clone(),
            duration_ms: one.millis,
        }
    }
}

impl From<Versioned<Logged>> for DeliveryWithEvent {
    fn from(held: Versioned<Logged>) -> Self {
        let event = held.record.event.as_deref().and_then(|text| serde_json::from_str(text).ok());
        Self { delivery: Delivery::from(&held.record), event }
    }
}

/// Where events are to be sent.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "WebhookRequest")]
#[allow(dead_code, reason = "describes what the domain reads")]
pub struct WebhookDraft {
    /// `https`, at a host of the public Internet, without user and fragment.
    #[schemars(extend("format" = "uri", "maxLength" = 2000))]
    pub url: String,
    /// What is to be sent there, at least one; everything, also what comes with later versions, where it is absent.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub types: Option<Vec<WantedType>>,
    #[schemars(length(min = 1, max = 200))]
    pub description: Option<String>,
}

/// What is to change of a webhook.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "WebhookChangeRequest")]
#[allow(dead_code, reason = "describes what the domain reads")]
pub struct WebhookChange {
    #[schemars(default, extend("format" = "uri", "maxLength" = 2000))]
    pub url: String,
    /// `null` for everything.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub types: Option<Vec<WantedType>>,
    /// `null` clears it.
    #[schemars(length(min = 1, max = 200))]
    pub description: Option<String>,
    #[schemars(default)]
    pub enabled: bool,
}

/// A type of events that can be asked for.
pub struct WantedType;

impl JsonSchema for WantedType {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WantedEventType".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let wanted = EventType::ALL.into_iter().filter(|kind| *kind != EventType::WebhookTest);
        let names: Vec<&str> = wanted.map(EventType::as_str).collect();
        schemars::json_schema!({"type": "string", "enum": names, "description": "A type of events that can be asked for."})
    }
}
