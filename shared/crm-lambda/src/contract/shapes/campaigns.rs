//! What the API says of campaigns and their messages.

use crm_domain::campaign::{CampaignStatus, Variant};
use crm_domain::caps::Caps;
use crm_domain::customer::Channel;
use crm_domain::experiment::Share;
use crm_domain::message::{MessageStatus, Phase, SkipReason};
use crm_domain::time::Time;
use crm_domain::timing::Timing;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::launches::{Funnel, TestPhase};
use super::super::reports::LogCounts;

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
    #[schemars(with = "super::super::launches::Timing")]
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
