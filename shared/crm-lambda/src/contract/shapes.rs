//! What the API answers: made by the views, described in the document. An absent member is not known.

use std::collections::BTreeMap;

use crm_domain::access::{Role, Scope, UserStatus};
use crm_domain::audit::Actor;
use crm_domain::campaign::{CampaignStatus, Variant};
use crm_domain::caps::Caps;
use crm_domain::customer::{AttributeValue, Channel};
use crm_domain::experiment::Share;
use crm_domain::faults::Faults;
use crm_domain::import::{ImportKind, ImportStatus};
use crm_domain::membership::Cause;
use crm_domain::message::{MessageStatus, Phase, SkipReason};
use crm_domain::order::OrderStatus;
use crm_domain::time::Time;
use crm_domain::timing::Timing;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Number, Value};

use super::launches::{Funnel, TestPhase};
use super::reports::LogCounts;

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

/// A saved audience.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Segment {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub kind: SegmentKind,
    /// As they were written; a list has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<super::requests::RuleGroup>")]
    pub rules: Option<Value>,
    /// How many belong. While new rules are being built it is the count of the old ones; absent while the first are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// How many belonged at the end of each of the last 15 days (UTC), today by now; fewer where these rules are younger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recent_sizes: Option<Vec<u64>>,
    pub state: SegmentState,
    /// How far the building is, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<f64>,
    pub created_at: Time,
    pub updated_at: Time,
}

/// What says who belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SegmentKind {
    Rules,
    /// Its members are named one by one.
    List,
}

/// Whether count and members are those of the rules as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SegmentState {
    Building,
    Live,
}

/// How large a segment was, day by day; days before it was first built are left out.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sizes {
    pub days: Vec<DaySize>,
}

/// One day (UTC) of a segment: the size of the day before + `entered` - `left` + `rebuilt` is its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DaySize {
    #[schemars(extend("format" = "date"))]
    pub day: String,
    /// At its end; today by now.
    pub size: u64,
    /// Who came by a change of their own, or as time passed; who comes twice counts twice.
    pub entered: i64,
    pub left: i64,
    /// Who came without those who went, because rules were changed or everybody was looked at anew.
    pub rebuilt: i64,
    /// Whether other rules count from this day on.
    pub rules_changed: bool,
}

/// How many two segments share.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Overlap {
    pub count: u64,
    pub other: u64,
    pub both: u64,
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

/// An entering or leaving.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Move {
    #[schemars(extend("format" = "uuid"))]
    pub segment_id: String,
    pub name: String,
    pub event: MoveKind,
    pub at: Time,
    pub cause: Cause,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MoveKind {
    Entered,
    Left,
}

/// Whom rules would pick at this moment.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    pub count: u64,
    /// All customers.
    pub total: u64,
    /// At most 20 of those picked.
    pub sample: Vec<Customer>,
    pub took_ms: u64,
}

/// A campaign with the counts of its log.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Campaign {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub name: String,
    #[schemars(extend("format" = "uuid"))]
    pub segment_id: String,
    pub channel: Channel,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objective: Option<String>,
    pub variants: Vec<Variant>,
    /// Share of those who could be written to that is not.
    #[serde(skip_serializing_if = "Share::is_none")]
    #[schemars(with = "Option<Share>")]
    pub holdout: Share,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<TestPhase>,
    /// What was decided of everybody when the audience was frozen; the log has it too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub funnel: Option<Funnel>,
    pub status: CampaignStatus,
    pub created_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launched_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<Time>,
    #[serde(flatten)]
    #[schemars(with = "super::launches::Timing")]
    pub timing: Timing,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caps: Option<Caps>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_reason: Option<String>,
    /// Whether every recipient has their entry in the log.
    pub planned: bool,
    /// For how many days after a message its recipient's orders count.
    pub attribution_days: u32,
    #[serde(flatten)]
    pub counts: LogCounts,
}

/// What became of one recipient.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub id: String,
    #[schemars(extend("format" = "uuid"))]
    pub customer_id: String,
    pub email: String,
    pub channel: Channel,
    pub status: MessageStatus,
    pub variant: u32,
    pub queued_at: Time,
    /// From when on they may be written to, where that is later for some than for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Time>,
    /// When a machine opened it, such as a scanner for viruses; that is not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine_opened_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clicked_at: Option<Time>,
    /// When the recipient placed the first order that counted for the campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub converted_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounced_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complained_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsubscribed_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_reason: Option<String>,
    /// When it was given up to find out whether it was sent; never sent again because of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_at: Option<Time>,
    /// The provider's own name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped_reason: Option<SkipReason>,
    /// When it was decided not to write to them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// A campaign that was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Launched {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub status: CampaignStatus,
}

/// The figures of one day.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "DailyFigures")]
pub struct Day {
    #[schemars(extend("format" = "date"))]
    pub date: String,
    pub orders: i64,
    pub revenue: Number,
    pub customers: i64,
}

/// The figures of the dashboard.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Statistics {
    pub customers: i64,
    pub orders: i64,
    pub revenue: Number,
    pub segments: u64,
    pub campaigns: u64,
    pub messages: u64,
    pub currency: String,
    /// Ascending; days without anything are left out.
    pub daily: Vec<Day>,
}

/// How a queue stands.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("required" = ["name", "depth", "inFlight", "delayed", "deadLetters", "ageSeconds"]))]
pub struct Queue {
    pub name: &'static str,
    pub depth: u64,
    pub in_flight: u64,
    pub delayed: u64,
    pub dead_letters: u64,
    /// SQS tells the age of the oldest message to `CloudWatch` only.
    pub age_seconds: Option<u64>,
}

/// How many dead letters were moved back.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Redriven {
    pub name: &'static str,
    pub moved: u64,
}

/// Where a file is to be put.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    pub method: &'static str,
    pub url: String,
    pub headers: BTreeMap<String, String>,
}

/// An import that waits for its file.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportTicket {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub kind: ImportKind,
    pub status: ImportStatus,
    pub upload: Upload,
}

/// How far an import is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Import {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub kind: ImportKind,
    pub status: ImportStatus,
    pub bytes_read: u64,
    pub bytes_total: u64,
    pub rows: u64,
    pub accepted: u64,
    pub rejected: u64,
    pub parts: u64,
    pub pending_parts: usize,
    pub ignored_columns: Vec<String>,
    pub created_at: Time,
    pub rejected_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Somebody who works with the CRM.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub id: String,
    pub email: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    pub role: Role,
    pub status: UserStatus,
    pub created_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_sign_in_at: Option<Time>,
}

/// The signed-in user.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    pub id: String,
    pub email: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    pub role: Role,
}

/// Who the caller is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhoAmI {
    pub user: Me,
}

/// An access token, and whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    pub token: String,
    pub expires_at: Time,
    pub user: Me,
}

/// A key of an integration.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKey {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub name: String,
    pub scopes: Vec<Scope>,
    pub created_by: String,
    pub created_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Time>,
    /// The key itself: shown when it is created, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// Whether the product works.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    pub status: &'static str,
    pub version: &'static str,
    pub checks: BTreeMap<&'static str, &'static str>,
}

/// Something that is queued to be written.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    pub id: String,
    pub status: &'static str,
}

/// What became of one element of a bulk request.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Faults>,
}

/// What became of each element, in order.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkAccepted {
    pub items: Vec<Outcome>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "{T}Page", extend("required" = ["items", "nextCursor"]))]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; `null` on the last one.
    pub next_cursor: Option<String>,
}
