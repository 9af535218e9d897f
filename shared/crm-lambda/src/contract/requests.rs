//! What the API takes, for the document alone: requests are read by the domain, which names every fault at once. That the
//! two agree is seen by sending what the document allows, and what it does not.

use std::collections::BTreeMap;

use crm_domain::access::{Role, Scope};
use crm_domain::attachment::ContentType;
use crm_domain::customer::Channel;
use crm_domain::import::ImportKind;
use crm_domain::message::{Bounce, Report};
use crm_domain::order::OrderStatus;
use schemars::JsonSchema;
use serde_json::{Number, Value};

/// Who a customer is. Only what is named changes; `null` clears it.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "CustomerRequest")]
pub struct Customer {
    #[schemars(extend("format" = "email", "maxLength" = 254))]
    pub email: String,
    #[schemars(length(min = 1, max = 200))]
    pub name: Option<String>,
    #[schemars(length(min = 1, max = 500))]
    pub phone: Option<String>,
    #[schemars(length(min = 1, max = 500))]
    pub city: Option<String>,
    #[schemars(length(min = 1, max = 500))]
    pub country: Option<String>,
    pub time_zone: Option<TimeZone>,
    #[schemars(length(max = 50))]
    pub tags: Option<Vec<Tag>>,
    pub attributes: Option<BTreeMap<AttributeKey, Option<Attribute>>>,
    #[schemars(range(max = 1_000_000_000))]
    pub visits: Option<u32>,
    pub last_active_at: Option<Moment>,
    pub created_at: Option<Moment>,
    pub email_consent: Option<bool>,
    pub sms_consent: Option<bool>,
    pub whatsapp_consent: Option<bool>,
}

/// What is to change of a customer; `null` clears. The address changes by merging customers.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "CustomerChangeRequest")]
pub struct CustomerChange {
    #[schemars(length(min = 1, max = 200))]
    pub name: Option<String>,
    #[schemars(length(min = 1, max = 500))]
    pub phone: Option<String>,
    #[schemars(length(min = 1, max = 500))]
    pub city: Option<String>,
    #[schemars(length(min = 1, max = 500))]
    pub country: Option<String>,
    pub time_zone: Option<TimeZone>,
    #[schemars(length(max = 50))]
    pub tags: Option<Vec<Tag>>,
    pub attributes: Option<BTreeMap<AttributeKey, Option<Attribute>>>,
    #[schemars(range(max = 1_000_000_000))]
    pub visits: Option<u32>,
    pub last_active_at: Option<Moment>,
    pub created_at: Option<Moment>,
    pub email_consent: Option<bool>,
    pub sms_consent: Option<bool>,
    pub whatsapp_consent: Option<bool>,
}

/// Which customer becomes part of another.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "MergeRequest")]
pub struct Merge {
    /// An id, or an e-mail address.
    #[schemars(length(min = 1, max = 254))]
    pub from: String,
}

/// A file that is about to be uploaded.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "AttachmentRequest")]
pub struct Attachment {
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    pub content_type: ContentType,
    /// In bytes; the upload must be of just this length.
    #[schemars(range(min = 1, max = 10_485_760))]
    pub size: u32,
}

/// A line of an order.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "OrderLineRequest")]
pub struct OrderLine {
    #[schemars(length(min = 1, max = 100))]
    pub sku: String,
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    #[schemars(range(min = 1, max = 1_000_000))]
    pub quantity: u32,
    #[schemars(range(min = 0, max = 1_000_000_000_000_i64), extend("multipleOf" = 0.01))]
    pub unit_price: Number,
}

/// An order: its lines, or what was paid, or both.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "OrderRequest")]
pub struct Order {
    #[schemars(length(min = 1, max = 100))]
    pub order_id: Option<String>,
    #[schemars(extend("format" = "email", "maxLength" = 254))]
    pub email: String,
    #[schemars(length(min = 1, max = 200))]
    pub items: Option<Vec<OrderLine>>,
    #[schemars(range(min = 0, max = 1_000_000_000_000_i64), extend("multipleOf" = 0.01))]
    pub total: Option<Number>,
    #[schemars(range(min = 1, max = 1_000_000))]
    pub quantity: Option<u32>,
    pub currency: Option<String>,
    pub placed_at: Option<Moment>,
    pub status: Option<OrderStatus>,
}

/// Something that a customer did; `visit` counts as a visit.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "ActivityRequest")]
pub struct Activity {
    #[schemars(extend("format" = "email", "maxLength" = 254))]
    pub email: String,
    #[schemars(length(min = 1, max = 100))]
    pub r#type: String,
    pub at: Moment,
    #[schemars(length(min = 1, max = 100))]
    pub activity_id: Option<String>,
}

/// Where an order stands from now on.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "StatusChangeRequest")]
pub struct StatusChange {
    pub status: OrderStatus,
}

/// A new segment.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "SegmentRequest")]
pub struct Segment {
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    #[schemars(length(min = 1, max = 500))]
    pub description: Option<String>,
    /// Rules if nothing is said.
    pub kind: Option<SegmentKind>,
    /// Required, but for a list.
    #[schemars(with = "RuleGroup", default)]
    pub rules: Option<RuleGroup>,
}

/// What says who belongs: rules, or a list of names.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", rename = "SegmentKindRequest")]
pub enum SegmentKind {
    Rules,
    List,
}

/// Whom to add to a list and whom to remove: addresses, or ids of customers.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListChange {
    #[schemars(length(max = 10_000))]
    pub add: Option<Vec<String>>,
    #[schemars(length(max = 10_000))]
    pub remove: Option<Vec<String>>,
}

/// What is to change of every member: at least one of the three. An attribute that is `null` is cleared.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "EditRequest")]
pub struct Edit {
    #[schemars(length(max = 50))]
    pub tags_added: Option<Vec<Tag>>,
    #[schemars(length(max = 50))]
    pub tags_removed: Option<Vec<Tag>>,
    #[schemars(with = "BTreeMap<AttributeKey, Option<Attribute>>", default)]
    pub attributes: Option<BTreeMap<AttributeKey, Option<Attribute>>>,
}

/// What is to change of everybody whom rules pick: at least one of the three. An attribute that is `null` is cleared.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "MatchingEditRequest")]
pub struct MatchingEdit {
    pub rules: RuleGroup,
    #[schemars(length(max = 50))]
    pub tags_added: Option<Vec<Tag>>,
    #[schemars(length(max = 50))]
    pub tags_removed: Option<Vec<Tag>>,
    #[schemars(with = "BTreeMap<AttributeKey, Option<Attribute>>", default)]
    pub attributes: Option<BTreeMap<AttributeKey, Option<Attribute>>>,
}

/// Tags that customers get or lose, at least one; those who are named twice count once.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "TaggingRequest")]
pub struct Tagging {
    /// Ids of customers.
    #[schemars(length(min = 1, max = 500))]
    pub ids: Vec<String>,
    #[schemars(length(max = 50))]
    pub tags_added: Option<Vec<Tag>>,
    #[schemars(length(max = 50))]
    pub tags_removed: Option<Vec<Tag>>,
}

/// Whom a file is to hold.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "CustomersExportRequest")]
pub struct CustomersExport {
    /// Everybody where there are none.
    pub rules: Option<RuleGroup>,
}

/// What is to change of a segment.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "SegmentChangeRequest")]
pub struct SegmentChange {
    #[schemars(with = "String", default, length(min = 1, max = 200))]
    pub name: Option<String>,
    #[schemars(length(min = 1, max = 500))]
    pub description: Option<String>,
    #[schemars(with = "RuleGroup", default)]
    pub rules: Option<RuleGroup>,
}

/// Rules to be tried.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "PreviewRequest")]
pub struct Preview {
    pub rules: RuleGroup,
}

/// One wording of the message.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "VariantRequest")]
pub struct Variant {
    #[schemars(length(min = 1, max = 200))]
    pub subject: Option<String>,
    #[schemars(length(min = 1, max = 10000))]
    pub body: String,
    /// How many get it, relative to the others; 1 when nothing is said.
    #[schemars(range(min = 0.001, max = 1000))]
    pub share: Option<f64>,
}

/// A campaign to be launched, or kept as a draft.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "CampaignRequest")]
pub struct Campaign {
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    #[schemars(extend("format" = "uuid"))]
    pub segment_id: String,
    pub channel: Channel,
    #[schemars(length(min = 1, max = 500))]
    pub objective: Option<String>,
    #[schemars(length(min = 1, max = 5))]
    pub variants: Vec<Variant>,
    /// Share of those who could be written to that is not, for comparison.
    #[schemars(range(min = 0, max = 0.5))]
    pub holdout: Option<f64>,
    pub test: Option<super::launches::Test>,
    pub scheduled_at: Option<Moment>,
    #[schemars(flatten)]
    pub timing: super::launches::Timing,
    pub caps: Option<super::launches::Caps>,
    /// For how many days after a message its recipient's orders count for the campaign; 7 unless given.
    #[schemars(range(min = 1, max = 90))]
    pub attribution_days: Option<u32>,
    /// Whether it is kept as a draft.
    pub draft: Option<bool>,
}

/// What a file will hold; `mapping` names your columns by our fields.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "ImportRequest")]
pub struct Import {
    pub kind: ImportKind,
    pub mapping: Option<BTreeMap<String, String>>,
}

/// Somebody who may enter.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "InvitationRequest")]
pub struct Invitation {
    #[schemars(extend("format" = "email", "maxLength" = 254))]
    pub email: String,
    pub role: Role,
}

/// What is to change of a user.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "UserChangeRequest")]
pub struct UserChange {
    #[schemars(with = "Role", default)]
    pub role: Option<Role>,
    #[schemars(with = "bool", default)]
    pub disabled: Option<bool>,
}

/// A new API key.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "ApiKeyRequest")]
pub struct ApiKey {
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    #[schemars(length(min = 1, max = 2))]
    pub scopes: Vec<Scope>,
    pub expires_at: Option<Moment>,
}

/// Google's ID token.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "CredentialRequest")]
pub struct Credential {
    pub credential: String,
}

/// What a provider reports of a message.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "ReceiptRequest")]
pub struct Receipt {
    pub message_id: String,
    pub status: Report,
    pub at: Moment,
    #[schemars(length(min = 1, max = 500))]
    pub reason: Option<String>,
    /// Of what kind a bounce is; hard where it is not given.
    pub bounce_type: Option<Bounce>,
    /// Whether a machine opened it, and no person.
    pub machine: Option<bool>,
}

/// One object, or up to 500 of them.
#[derive(JsonSchema)]
#[schemars(untagged, rename = "{T}OrMany")]
pub enum OneOrMany<T> {
    One(T),
    Many(Many<T>),
}

/// Up to 500 objects; each is accepted or refused by itself.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename = "Many{T}")]
pub struct Many<T> {
    #[schemars(length(min = 1, max = 500))]
    pub items: Vec<T>,
}

/// Rules in the form of react-querybuilder: at most six groups deep, at most 100 conditions.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct RuleGroup {
    pub combinator: Combinator,
    pub not: Option<bool>,
    pub rules: Vec<RuleOrGroup>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Combinator {
    And,
    Or,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum RuleOrGroup {
    Group(RuleGroup),
    Rule(Rule),
}

/// A condition.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct Rule {
    pub field: String,
    pub operator: String,
    /// What the field is compared with; operators such as `null` need nothing.
    pub value: Option<Value>,
    /// An ISO 8601 duration counted back from now, or an interval of two dates.
    pub within: Option<String>,
}

/// A group with what it makes of one customer.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct ExplainedGroup {
    pub combinator: Combinator,
    pub not: bool,
    /// The segment whose rules these are, where a condition names it.
    pub segment: Option<String>,
    pub holds: bool,
    pub rules: Vec<Explanation>,
}

/// A condition with what it makes of one customer.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct ExplainedRule {
    pub field: String,
    pub operator: String,
    /// What the field is compared with; operators such as `null` need nothing.
    pub value: Option<Value>,
    pub within: Option<String>,
    pub holds: bool,
    /// The customer's value; `null` when there is none.
    pub seen: Value,
    /// When time alone will change `holds`.
    pub flips_at: Option<Moment>,
}

/// A group or condition with what it makes of one customer.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Explanation {
    Group(ExplainedGroup),
    Condition(ExplainedRule),
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $schema:tt;)*) => {$(
        $(#[$doc])*
        #[derive(PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    )*};
}

texts! {
    /// RFC 3339, or a plain date, which stands for its first moment in UTC.
    Moment = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}], "examples": ["2026-01-31", "2026-01-31T12:00:00Z"]};
    /// An IANA time zone.
    TimeZone = {"type": "string", "examples": ["Asia/Kolkata"], "minLength": 1, "maxLength": 100};
    Tag = {"type": "string", "minLength": 1, "maxLength": 64};
    AttributeKey = {"type": "string", "pattern": "^[A-Za-z0-9_]{1,64}$"};
    Attribute = {"anyOf": [{"type": "string", "minLength": 1, "maxLength": 500}, {"type": "number", "minimum": -1e15, "maximum": 1e15}, {"type": "boolean"}]};
}
