//! What the API says of customers and their orders.

use std::collections::BTreeMap;

use crm_domain::audit::Actor;
use crm_domain::customer::{AttributeValue, Channel};
use crm_domain::faults::Faults;
use crm_domain::message::{MessageStatus, SkipReason};
use crm_domain::order::OrderStatus;
use crm_domain::time::Time;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Number;

use super::segments::Move;

/// A customer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Customer {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub email: String,
    /// Addresses of the customers who were merged into this one.
    pub other_emails: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    pub tags: Vec<String>,
    pub attributes: BTreeMap<String, AttributeValue>,
    pub visits: u64,
    /// Sum of the orders that count, in major units.
    pub total_spend: Number,
    pub order_count: u64,
    /// Rounded half up; absent without orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average_order_value: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_order_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_order_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_active_at: Option<Time>,
    pub created_at: Time,
    pub updated_at: Time,
    pub email_consent: bool,
    pub sms_consent: bool,
    pub whatsapp_consent: bool,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderLine {
    pub sku: String,
    pub name: String,
    pub quantity: u32,
    pub unit_price: Number,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    /// The merchant's own number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    pub email: String,
    /// Under which its customer is found; absent where they were erased since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "uuid"))]
    pub customer_id: Option<String>,
    pub items: Vec<OrderLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    /// What was paid, in major units.
    pub total: Number,
    pub currency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed_at: Option<Time>,
    pub status: OrderStatus,
    /// Whether a version that says something else was ever received.
    pub conflict: bool,
}

/// What became of a change of a list.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListChanged {
    pub queued: u64,
    /// Who was refused, by their place in the request.
    pub rejected: Faults,
}

/// What becomes of tags that customers who are named get and lose.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tagged {
    pub queued: u64,
    /// What really changes, of the customers as they were when they were asked about: the opposite of it, of just these, undoes it.
    pub changes: Vec<TagChange>,
    /// Who was refused, by their place in the request.
    pub rejected: Faults,
}

/// Customers who get and lose the same tags.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TagChange {
    pub ids: Vec<String>,
    pub tags_added: Vec<String>,
    pub tags_removed: Vec<String>,
}

/// A segment to which a customer belongs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberOf {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub name: String,
    pub since: Time,
}

/// Something that happened with a customer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Happening {
    Order {
        at: Time,
        order: Order,
    },
    Activity {
        at: Time,
        activity: ActivityOf,
    },
    Message {
        at: Time,
        message: MessageTo,
    },
    /// An entering or leaving.
    Segment {
        at: Time,
        #[serde(rename = "move")]
        moved: Move,
    },
}

/// Something that a customer did.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityOf {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub r#type: String,
}

/// A message of a campaign to a customer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageTo {
    #[schemars(extend("format" = "uuid"))]
    pub campaign_id: String,
    pub campaign_name: String,
    pub channel: Channel,
    pub status: MessageStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped_reason: Option<SkipReason>,
}

/// Somebody who was erased: their id is all that is kept of them.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Erasure {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub at: Time,
    pub by: Actor,
    /// When the last traces were gone; absent until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
}

/// How many erasures are made again.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErasuresReplayed {
    pub erasures: u64,
}
