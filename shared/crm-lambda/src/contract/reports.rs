//! What the API answers about the results of a campaign.

use std::collections::BTreeMap;

use crm_domain::cost::Work;
use crm_domain::message::Tally;
use crm_domain::time::Time;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Number;

use crate::contract::launches::Funnel;

/// The results of a campaign, as they were counted at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CampaignReport {
    #[schemars(extend("format" = "uuid"))]
    pub campaign_id: String,
    /// When counting began; absent as long as nothing has been counted: then only `counts` are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
    /// Whether a newer report is on its way.
    pub recounting: bool,
    pub counts: ReportCounts,
    pub rates: ReportRates,
    /// Those who were skipped, by the reason.
    pub skipped: BTreeMap<String, u64>,
    /// By the hour for two days, then by the day, without a gap, up to the last stretch in which anything happened.
    pub series: Vec<ReportStretch>,
    pub variants: Vec<VariantReport>,
    pub failures: ReportFailures,
    /// The way from the audience to the recipients, as it was frozen at the launch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub funnel: Option<Funnel>,
    pub attribution: ReportAttribution,
    /// Only for campaigns that hold somebody out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lift: Option<ReportLift>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<ReportCost>,
}

/// Counts of a log: `audience = queued + sent + failed + skipped + unknown`, and each of the others is part of `sent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogCounts {
    pub audience: u64,
    pub queued: u64,
    pub sent: u64,
    pub delivered: u64,
    pub opened: u64,
    pub clicked: u64,
    pub bounced: u64,
    pub complained: u64,
    pub unsubscribed: u64,
    pub failed: u64,
    pub skipped: u64,
    /// Those of whom it will not be known whether they were written to: the provider's answer was lost.
    pub unknown: u64,
}

impl From<Tally> for LogCounts {
    fn from(tally: Tally) -> Self {
        Self {
            audience: tally.audience,
            queued: tally.queued,
            sent: tally.sent,
            delivered: tally.delivered,
            opened: tally.opened,
            clicked: tally.clicked,
            bounced: tally.bounced,
            complained: tally.complained,
            unsubscribed: tally.unsubscribed,
            failed: tally.failed,
            skipped: tally.skipped,
            unknown: tally.unknown,
        }
    }
}

/// Counts of a log with the orders that its recipients placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportCounts {
    #[serde(flatten)]
    pub log: LogCounts,
    /// Recipients with an order that counts.
    pub converted: u64,
}

/// Shares from 0 to 1; absent where nobody is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportRates {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_sent: Option<Rates>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_delivered: Option<Rates>,
}

/// Shares of one number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rates {
    pub delivered: f64,
    pub opened: f64,
    pub clicked: f64,
    pub bounced: f64,
    pub complained: f64,
    pub unsubscribed: f64,
    pub converted: f64,
}

/// What happened in one stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportStretch {
    pub from: Time,
    /// 1 or 24.
    pub hours: i64,
    pub sent: u64,
    pub delivered: u64,
    pub opened: u64,
    pub clicked: u64,
    /// Recipients by their first order that counts.
    pub converted: u64,
}

/// The results of one variant.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VariantReport {
    /// Its place in the campaign, from 0.
    pub variant: u32,
    pub counts: ReportCounts,
    pub rates: ReportRates,
    pub orders: u64,
    pub revenue: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revenue_per_recipient: Option<Number>,
}

/// Why messages failed or bounced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportFailures {
    /// The most frequent first.
    pub top: Vec<FailureCount>,
    /// How many had other reasons.
    pub others: u64,
}

/// A reason and how many messages it kept from arriving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailureCount {
    pub reason: String,
    pub count: u64,
}

/// The orders that count: placed by recipients after their message, at most `days` days later, and not cancelled.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportAttribution {
    pub days: u32,
    pub converted: u64,
    pub orders: u64,
    pub revenue: Number,
    pub currency: String,
}

/// How recipients compare with those who were held out.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportLift {
    pub sent: ReportGroup,
    pub held_out: ReportGroup,
    /// How much larger the share of buyers is; an interval at 95 % (Newcombe's hybrid score interval).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion: Option<ReportDifference>,
    /// How much more each person has spent; an interval at 95 % (Welch).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revenue_per_person: Option<ReportDifference>,
}

/// One side of the comparison.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportGroup {
    pub people: u64,
    pub converted: u64,
    /// From 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion_rate: Option<f64>,
    pub orders: u64,
    pub revenue: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revenue_per_person: Option<Number>,
}

/// A difference with its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportDifference {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// The difference as a share of what those held out did; absent where they did nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relative: Option<f64>,
}

/// What the campaign has used of AWS, by the price list of `infra/prices.json`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportCost {
    pub total: ReportUsage,
    pub parts: Vec<ReportCostPart>,
    /// What a million messages like these would cost; absent as long as none is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_per_million: Option<f64>,
    /// Per recipient who was sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_units_per_recipient: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_requests_per_recipient: Option<f64>,
    pub currency: String,
    pub region: String,
    /// The day of the price list.
    pub prices_as_of: String,
}

/// The usage of one kind of work.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportCostPart {
    pub work: Work,
    #[serde(flatten)]
    pub usage: ReportUsage,
}

/// Units and their price.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportUsage {
    pub write_units: f64,
    pub read_units: f64,
    pub queue_requests: f64,
    pub invocations: f64,
    pub gb_seconds: f64,
    pub price: f64,
}
