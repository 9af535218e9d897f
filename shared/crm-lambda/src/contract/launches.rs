//! What drafts, previews and questions about a campaign take and give.

use crm_domain::campaign::CampaignStatus;
use crm_domain::customer::Channel;
use crm_domain::experiment::{Share, WinBy};
use crm_domain::funnel::STEPS;
use crm_domain::rules;
use crm_domain::sms::Encoding;
use crm_domain::timing::Day;
use schemars::JsonSchema;
use serde::Serialize;

use super::requests::{ExplainedGroup, Moment, Variant};
use super::shapes::Message;

/// A test phase: some recipients get the variants first, and the rest gets the one that did best.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "TestRequest")]
#[allow(dead_code, reason = "describes what the domain's reader takes")]
pub struct Test {
    /// Of the recipients.
    #[schemars(range(min = 0.001, max = 0.999))]
    pub share: f64,
    /// From the moment at which the audience is frozen.
    #[schemars(range(min = 1, max = 10080))]
    pub minutes: u32,
    /// Clicks when nothing is said.
    pub by: Option<WinBy>,
}

/// When somebody may be written to; at any time when nothing is said. Hours are those of the recipient's own clock.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", rename = "TimingRequest")]
#[allow(dead_code, reason = "describes what the domain's reader takes")]
pub struct Timing {
    /// The time on each recipient's own clock at which they are written to, in place of `scheduledAt`: `2026-12-01T09:00`. Where
    /// it has passed already, at once.
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:00)?$"))]
    pub local_time: Option<String>,
    #[schemars(flatten)]
    pub standing: StandingTiming,
}

/// What of it may be said of many campaigns.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", rename = "StandingTimingRequest")]
#[allow(dead_code, reason = "describes what the domain's reader takes")]
pub struct StandingTiming {
    /// The zone of those of whom none is known; UTC when nothing is said.
    pub time_zone: Option<super::requests::TimeZone>,
    /// Open hours; all when there are none.
    #[schemars(length(max = 7))]
    pub windows: Option<Vec<Window>>,
    /// Hours in which nobody is written to, whatever the windows say.
    pub quiet_hours: Option<Hours>,
    /// Most recipients in any minute.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub rate_per_minute: Option<u32>,
}

/// A stretch of the day, its end not included; it may pass midnight.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "HoursRequest")]
#[allow(dead_code, reason = "describes what the domain's reader takes")]
pub struct Hours {
    #[schemars(regex(pattern = r"^([01]\d|2[0-3]):[0-5]\d$"))]
    pub from: String,
    #[schemars(regex(pattern = r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"))]
    pub until: String,
}

/// A stretch of some days, or of all. One that passes midnight belongs to the day on which it begins.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "WindowRequest")]
#[allow(dead_code, reason = "describes what the domain's reader takes")]
pub struct Window {
    #[schemars(regex(pattern = r"^([01]\d|2[0-3]):[0-5]\d$"))]
    pub from: String,
    #[schemars(regex(pattern = r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"))]
    pub until: String,
    #[schemars(length(max = 7))]
    pub days: Option<Vec<Day>>,
}

/// At most so many messages to a person in any stretch of so many days, over all campaigns.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "CapsRequest")]
#[allow(dead_code, reason = "describes what the domain's reader takes")]
pub struct Caps {
    #[schemars(range(min = 1, max = 100))]
    pub messages: u32,
    #[schemars(range(min = 1, max = 90))]
    pub days: u32,
}

/// What is to change of a draft; `null` takes out what may be left out.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "CampaignChangeRequest")]
#[allow(dead_code, reason = "describes what the domain's reader takes")]
pub struct CampaignChange {
    #[schemars(with = "String", default, length(min = 1, max = 200))]
    pub name: Option<String>,
    #[schemars(with = "String", default, extend("format" = "uuid"))]
    pub segment_id: Option<String>,
    #[schemars(with = "Channel", default)]
    pub channel: Option<Channel>,
    #[schemars(length(min = 1, max = 500))]
    pub objective: Option<String>,
    #[schemars(with = "Vec<Variant>", default, length(min = 1, max = 5))]
    pub variants: Option<Vec<Variant>>,
    #[schemars(range(min = 0, max = 0.5))]
    pub holdout: Option<f64>,
    pub test: Option<Test>,
    /// For how many days after a message its recipient's orders count for the campaign; 7 unless given.
    #[schemars(range(min = 1, max = 90))]
    pub attribution_days: Option<u32>,
    pub scheduled_at: Option<Moment>,
    #[schemars(flatten)]
    pub timing: Timing,
    pub caps: Option<Caps>,
}

/// A campaign to be previewed: as it is to be launched, or a draft with what it is to say.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "CampaignPreviewRequest")]
#[allow(dead_code, reason = "describes what the domain's reader takes")]
pub struct CampaignPreview {
    /// The draft: whom its holdout takes depends on it.
    #[schemars(extend("format" = "uuid"))]
    pub draft_id: Option<String>,
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    #[schemars(extend("format" = "uuid"))]
    pub segment_id: String,
    pub channel: Channel,
    #[schemars(length(min = 1, max = 500))]
    pub objective: Option<String>,
    #[schemars(length(min = 1, max = 5))]
    pub variants: Vec<Variant>,
    #[schemars(range(min = 0, max = 0.5))]
    pub holdout: Option<f64>,
    pub test: Option<Test>,
    /// For how many days after a message its recipient's orders count for the campaign; 7 unless given.
    #[schemars(range(min = 1, max = 90))]
    pub attribution_days: Option<u32>,
    pub scheduled_at: Option<Moment>,
    #[schemars(flatten)]
    pub timing: Timing,
    pub caps: Option<Caps>,
    pub draft: Option<bool>,
}

/// Texts to be tried on somebody.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "RenderRequest")]
#[allow(dead_code, reason = "describes what the domain's reader takes")]
pub struct Render {
    #[schemars(extend("format" = "email"))]
    pub email: String,
    pub channel: Channel,
    #[schemars(length(min = 1, max = 5))]
    pub variants: Vec<Variant>,
}

/// A text as somebody would get it, or why they could not.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rendered {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// In how many segments an SMS is sent and paid for, at most 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segments: Option<u32>,
    /// The alphabet of an SMS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Each variant as somebody would get it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenderedAll {
    pub messages: Vec<Rendered>,
}

/// Somebody, named as an example.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What a step is called.
pub struct StepName;

impl JsonSchema for StepName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "StepName".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "enum": STEPS, "description": "In the order in which they are taken."})
    }
}

/// One step of the way from an audience to its recipients.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunnelStep {
    #[schemars(with = "StepName")]
    pub step: &'static str,
    /// Who is left after it.
    pub count: u64,
    /// Who drops out at it.
    pub dropped: u64,
    /// Some of those who are left; of a preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<Vec<Person>>,
    /// Some of those who drop out; of a preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropped_sample: Option<Vec<Person>>,
}

/// How many are written to, and where the others drop out.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Funnel {
    pub steps: Vec<FunnelStep>,
    pub will_send: u64,
    /// Of a preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<ExpectedCost>,
}

/// What a launch would cost on AWS: planning, delivery and receipts by the list of prices, without what a provider of
/// messages takes.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExpectedCost {
    pub at_most: f64,
    /// For a million recipients.
    pub price_per_million: f64,
    pub currency: String,
    pub region: String,
    /// The oldest date of any price.
    pub prices_as_of: String,
}

/// A test phase.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestPhase {
    pub share: Share,
    pub minutes: u32,
    pub by: WinBy,
    /// When it ends; known once the audience is frozen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<crm_domain::time::Time>,
    /// Index of the variant that won.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub winner: Option<u32>,
}

/// What one step makes of somebody.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("required" = ["step", "atLaunch", "now"]))]
pub struct WhyStep {
    #[schemars(with = "StepName")]
    pub step: &'static str,
    /// Whether it let them through when the audience was frozen; `null` where it was not asked.
    pub at_launch: Option<bool>,
    /// Whether it would now, by itself; `null` for somebody who is gone.
    pub now: Option<bool>,
}

/// Why somebody got a campaign, or did not.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Why {
    pub email: String,
    #[schemars(extend("format" = "uuid"))]
    pub customer_id: String,
    pub status: CampaignStatus,
    pub steps: Vec<WhyStep>,
    /// What the segment's rules make of them, as they are now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<ExplainedGroup>")]
    pub rules: Option<rules::Explanation>,
    /// Their entry in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<Message>,
}
