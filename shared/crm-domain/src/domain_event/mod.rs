//! What the CRM tells other systems: that something has happened, as CloudEvents 1.0.
//!
//! An event follows from a committed change ([`Change`]) and from nothing else, its id included: whoever looks at the same
//! change twice makes the same event, and receivers drop what they have seen by its id. What each type carries is in
//! [`data`]. Where events go is said by [`crate::webhook`] and by the deployment.

mod changes;
pub mod data;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{CustomerId, EventId};
use crate::time::Time;

pub use changes::{Change, Teller};

/// What happened. The number at the end is that of the data's form: members may be added to it, never taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "EventType")]
pub enum EventType {
    /// Somebody is known for the first time.
    #[serde(rename = "crm.customer.created.v1")]
    CustomerCreated,
    /// Somebody was erased: whoever was told of them is to forget them too.
    #[serde(rename = "crm.customer.erased.v1")]
    CustomerErased,
    /// An order stands; again, with another event, when an older version of it takes its place.
    #[serde(rename = "crm.order.applied.v1")]
    OrderApplied,
    /// An order that stands has another status.
    #[serde(rename = "crm.order.status-changed.v1")]
    OrderStatusChanged,
    /// A customer belongs to a segment, since their data or the time say so.
    #[serde(rename = "crm.segment.entered.v1")]
    SegmentEntered,
    /// A customer does not belong to a segment any more, since their data or the time say so.
    #[serde(rename = "crm.segment.left.v1")]
    SegmentLeft,
    /// The members of a segment are by now those of new rules; who came or went with these is told by this event alone.
    #[serde(rename = "crm.segment.rebuilt.v1")]
    SegmentRebuilt,
    /// A campaign has come to its end.
    #[serde(rename = "crm.campaign.finished.v1")]
    CampaignFinished,
    #[serde(rename = "crm.message.sent.v1")]
    MessageSent,
    #[serde(rename = "crm.message.delivered.v1")]
    MessageDelivered,
    #[serde(rename = "crm.message.opened.v1")]
    MessageOpened,
    #[serde(rename = "crm.message.clicked.v1")]
    MessageClicked,
    /// The recipient placed an order that counts for the campaign.
    #[serde(rename = "crm.message.converted.v1")]
    MessageConverted,
    #[serde(rename = "crm.message.bounced.v1")]
    MessageBounced,
    #[serde(rename = "crm.message.complained.v1")]
    MessageComplained,
    #[serde(rename = "crm.message.unsubscribed.v1")]
    MessageUnsubscribed,
    #[serde(rename = "crm.message.failed.v1")]
    MessageFailed,
    /// Somebody tries a webhook; sent to that one alone, whatever it wants.
    #[serde(rename = "crm.webhook.test.v1")]
    WebhookTest,
}

impl EventType {
    pub const ALL: [Self; 18] = [
        Self::CustomerCreated,
        Self::CustomerErased,
        Self::OrderApplied,
        Self::OrderStatusChanged,
        Self::SegmentEntered,
        Self::SegmentLeft,
        Self::SegmentRebuilt,
        Self::CampaignFinished,
        Self::MessageSent,
        Self::MessageDelivered,
        Self::MessageOpened,
        Self::MessageClicked,
        Self::MessageConverted,
        Self::MessageBounced,
        Self::MessageComplained,
        Self::MessageUnsubscribed,
        Self::MessageFailed,
        Self::WebhookTest,
    ];

    /// The type as events carry it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CustomerCreated => "crm.customer.created.v1",
            Self::CustomerErased => "crm.customer.erased.v1",
            Self::OrderApplied => "crm.order.applied.v1",
            Self::OrderStatusChanged => "crm.order.status-changed.v1",
            Self::SegmentEntered => "crm.segment.entered.v1",
            Self::SegmentLeft => "crm.segment.left.v1",
            Self::SegmentRebuilt => "crm.segment.rebuilt.v1",
            Self::CampaignFinished => "crm.campaign.finished.v1",
            Self::MessageSent => "crm.message.sent.v1",
            Self::MessageDelivered => "crm.message.delivered.v1",
            Self::MessageOpened => "crm.message.opened.v1",
            Self::MessageClicked => "crm.message.clicked.v1",
            Self::MessageConverted => "crm.message.converted.v1",
            Self::MessageBounced => "crm.message.bounced.v1",
            Self::MessageComplained => "crm.message.complained.v1",
            Self::MessageUnsubscribed => "crm.message.unsubscribed.v1",
            Self::MessageFailed => "crm.message.failed.v1",
            Self::WebhookTest => "crm.webhook.test.v1",
        }
    }

    /// The reverse of [`EventType::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One event, in the JSON form of CloudEvents 1.0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DomainEvent {
    specversion: String,
    /// By which receivers know that they have seen it.
    pub id: EventId,
    /// `/crm/STAGE`: which deployment says so.
    pub source: String,
    #[serde(rename = "type")]
    pub kind: EventType,
    /// The thing that it is about: `customers/ID`.
    pub subject: String,
    /// When it was stored, to the second; when it happened is among the data.
    pub time: Time,
    datacontenttype: String,
    pub data: Value,
}

impl DomainEvent {
    /// The event of `kind` that `identity` tells from all others of this kind.
    #[must_use]
    pub fn new(kind: EventType, identity: &[&str], source: &str, subject: String, time: Time, data: &impl Serialize) -> Self {
        Self {
            specversion: "1.0".to_owned(),
            id: EventId::of(kind.as_str(), identity),
            source: source.to_owned(),
            kind,
            subject,
            time,
            datacontenttype: "application/json".to_owned(),
            // Texts, numbers and lists: this cannot fail.
            data: serde_json::to_value(data).unwrap_or_default(),
        }
    }

    /// Of whom it has more than ids, and who may ask that this be forgotten; nobody where there is nothing to forget.
    #[must_use]
    pub fn person(&self) -> Option<CustomerId> {
        let is_personal = matches!(self.kind, EventType::CustomerCreated | EventType::OrderApplied);
        let id = self.data.get("customerId").filter(|_| is_personal)?;
        id.as_str().and_then(CustomerId::parse)
    }

    /// Its JSON text: what is signed, sent and kept.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_as_they_are_written() {
        for kind in EventType::ALL {
            assert_eq!(EventType::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(EventType::parse("crm.order.applied.v2"), None);
    }

    #[test]
    fn an_event_has_the_form_of_cloudevents_and_an_id_that_follows_from_what_happened() {
        let event = |identity: &str| {
            let data = data::CustomerErased { customer_id: "c".into(), identities: Vec::new() };
            DomainEvent::new(
                EventType::CustomerErased,
                &[identity],
                "/crm/dev",
                "customers/c".into(),
                Time::from_micros(0),
                &data,
            )
        };
        assert_eq!((event("a").id, event("a").id == event("b").id), (event("a").id, false));
        let json: Value = serde_json::from_str(&event("a").text()).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "specversion": "1.0", "id": event("a").id.to_string(), "source": "/crm/dev", "type": "crm.customer.erased.v1",
                "subject": "customers/c", "time": "1970-01-01T00:00:00Z", "datacontenttype": "application/json",
                "data": {"customerId": "c", "identities": []},
            })
        );
        assert_eq!(serde_json::from_value::<DomainEvent>(json).unwrap(), event("a"));
    }
}
