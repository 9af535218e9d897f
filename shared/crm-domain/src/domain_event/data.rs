//! What events carry. Addresses and names are only where receivers cannot do without: [`CustomerCreated`] and
//! [`OrderApplied`]; everything else names people by their ids.

use std::collections::BTreeSet;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::Number;

use crate::campaign::CampaignStatus;
use crate::customer::Channel;
use crate::domain_event::EventType;
use crate::membership::{Cause, EditionId};
use crate::order::OrderStatus;
use crate::time::Time;

/// Most lines of an order that an event carries: it has to fit into a message of a queue.
pub const MAX_LINES: usize = 100;

/// How the data of a type are described.
pub fn schema(kind: EventType, generator: &mut SchemaGenerator) -> Schema {
    match kind {
        EventType::CustomerCreated => generator.subschema_for::<CustomerCreated>(),
        EventType::CustomerErased => generator.subschema_for::<CustomerErased>(),
        EventType::OrderApplied => generator.subschema_for::<OrderApplied>(),
        EventType::OrderStatusChanged => generator.subschema_for::<OrderStatusChanged>(),
        EventType::SegmentEntered | EventType::SegmentLeft => generator.subschema_for::<Moved>(),
        EventType::SegmentRebuilt => generator.subschema_for::<SegmentRebuilt>(),
        EventType::CampaignFinished => generator.subschema_for::<CampaignFinished>(),
        EventType::MessageSent
        | EventType::MessageDelivered
        | EventType::MessageOpened
        | EventType::MessageClicked
        | EventType::MessageConverted
        | EventType::MessageBounced
        | EventType::MessageComplained
        | EventType::MessageUnsubscribed
        | EventType::MessageFailed => generator.subschema_for::<MessageNews>(),
        EventType::WebhookTest => generator.subschema_for::<WebhookTest>(),
    }
}

/// Of `crm.customer.created.v1`: the customer as they were when the event was made. Personal.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerCreated {
    pub customer_id: String,
    pub email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    pub tags: BTreeSet<String>,
    pub created_at: Time,
}

/// Of `crm.customer.erased.v1`: ids alone.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerErased {
    pub customer_id: String,
    /// All ids under which they were known, that one included.
    pub identities: Vec<String>,
}

/// Of `crm.order.applied.v1`: the order as it stands. Personal: it has its customer's address.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderApplied {
    /// Our id of the order, as in `/api/orders/{id}`.
    pub id: String,
    /// The merchant's own number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    pub customer_id: String,
    pub email: String,
    /// Up to the first 100 lines.
    pub items: Vec<Line>,
    /// How many lines there are.
    pub lines: u64,
    /// What was paid, in major units.
    pub total: Number,
    pub currency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed_at: Option<Time>,
    pub status: OrderStatus,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderAppliedLine")]
pub struct Line {
    pub sku: String,
    pub name: String,
    pub quantity: u32,
    pub unit_price: Number,
}

/// Of `crm.order.status-changed.v1`: ids alone.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderStatusChanged {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// Absent where the customer was erased since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    pub status: OrderStatus,
    pub previous_status: OrderStatus,
}

/// Of `crm.segment.entered.v1` and `crm.segment.left.v1`: ids, and the segment's name.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Moved {
    pub segment_id: String,
    pub segment_name: String,
    pub customer_id: String,
    /// `data` where the customer has changed, `time` where nothing but time has passed.
    pub cause: Cause,
    /// When they came or went.
    pub at: Time,
}

/// Of `crm.segment.rebuilt.v1`: whoever keeps the segment's members is to read them anew.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SegmentRebuilt {
    pub segment_id: String,
    pub segment_name: String,
    /// Names the meaning that is shown now; later ones are greater.
    pub edition: EditionId,
}

/// Of `crm.campaign.finished.v1`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CampaignFinished {
    pub campaign_id: String,
    pub name: String,
    pub segment_id: String,
    pub channel: Channel,
    /// `sent`, or `cancelled`.
    pub status: CampaignStatus,
    /// How many people its log names, those who were not written to included.
    pub audience: u64,
    pub finished_at: Time,
}

/// Of `crm.message.*.v1`: ids alone; neither address nor text.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageNews {
    pub message_id: String,
    pub campaign_id: String,
    pub customer_id: String,
    pub channel: Channel,
    /// Index of the variant of the campaign.
    pub variant: u32,
    /// When that happened, as its provider says.
    pub at: Time,
    /// Why it failed or bounced, addresses taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Of `crm.webhook.test.v1`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookTest {
    pub webhook_id: String,
    /// What is to be read by people.
    pub note: String,
}
