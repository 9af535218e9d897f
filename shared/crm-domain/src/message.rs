//! The delivery log: one entry per recipient of a campaign, and the receipts that move it forward.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::customer::Channel;
use crate::faults::{self, Faults, Fields, Reason};
use crate::ids::{CampaignId, CustomerId};
use crate::json::Json;
use crate::time::Time;

/// A message: one recipient of one campaign. Known to providers as `CAMPAIGN.CUSTOMER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    pub campaign: CampaignId,
    pub customer: CustomerId,
}

impl MessageId {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (campaign, customer) = text.split_once('.')?;
        Some(Self { campaign: CampaignId::parse(campaign)?, customer: CustomerId::parse(customer)? })
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.campaign, self.customer)
    }
}

/// What a provider may report of a message that it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Report {
    Delivered,
    Opened,
    Clicked,
    Bounced,
    Complained,
    Unsubscribed,
    Failed,
}

/// One receipt: what happened to a message, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub message: MessageId,
    pub report: Report,
    pub at: Time,
    pub reason: Option<String>,
}

/// Why a recipient was not written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// No address on the channel.
    Unreachable,
    /// No consent for the channel.
    NoConsent,
    /// The customer was erased or merged away between launch and sending.
    Gone,
    /// The campaign was cancelled before this message went out.
    Cancelled,
}

/// When it was decided not to write to a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    Launch,
    Send,
}

/// Where a message stands; derived from its timestamps, of which each is set once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageStatus {
    Queued,
    Sent,
    Delivered,
    Opened,
    Clicked,
    Bounced,
    Complained,
    Unsubscribed,
    Failed,
    Skipped,
    Unknown,
}

/// The log entry of one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub customer_id: CustomerId,
    pub email: String,
    pub channel: Channel,
    /// Index of the variant of the campaign.
    pub variant: u32,
    pub queued_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clicked_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounced_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complained_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsubscribed_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped_reason: Option<SkipReason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped_phase: Option<Phase>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl Message {
    #[must_use]
    pub const fn status(&self) -> MessageStatus {
        if self.skipped_reason.is_some() {
            MessageStatus::Skipped
        } else if self.failed_at.is_some() {
            MessageStatus::Failed
        } else if self.unsubscribed_at.is_some() {
            MessageStatus::Unsubscribed
        } else if self.complained_at.is_some() {
            MessageStatus::Complained
        } else if self.bounced_at.is_some() {
            MessageStatus::Bounced
        } else if self.clicked_at.is_some() {
            MessageStatus::Clicked
        } else if self.opened_at.is_some() {
            MessageStatus::Opened
        } else if self.delivered_at.is_some() {
            MessageStatus::Delivered
        } else if self.sent_at.is_some() {
            MessageStatus::Sent
        } else {
            MessageStatus::Queued
        }
    }

    /// Whether nothing more will be done to send it.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.sent_at.is_some() || self.failed_at.is_some() || self.skipped_reason.is_some()
    }
}

/// Counts over log entries: `audience = queued + sent + failed + skipped`, and each of the others is part of `sent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
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
}

impl Tally {
    /// Counts one more entry.
    pub const fn count(&mut self, message: &Message) {
        self.audience += 1;
        if message.skipped_reason.is_some() {
            self.skipped += 1;
        } else if message.failed_at.is_some() {
            self.failed += 1;
        } else if message.sent_at.is_some() {
            self.sent += 1;
            self.delivered += message.delivered_at.is_some() as u64;
            self.opened += message.opened_at.is_some() as u64;
            self.clicked += message.clicked_at.is_some() as u64;
            self.bounced += message.bounced_at.is_some() as u64;
            self.complained += message.complained_at.is_some() as u64;
            self.unsubscribed += message.unsubscribed_at.is_some() as u64;
        } else {
            self.queued += 1;
        }
    }

    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            audience: self.audience + other.audience,
            queued: self.queued + other.queued,
            sent: self.sent + other.sent,
            delivered: self.delivered + other.delivered,
            opened: self.opened + other.opened,
            clicked: self.clicked + other.clicked,
            bounced: self.bounced + other.bounced,
            complained: self.complained + other.complained,
            unsubscribed: self.unsubscribed + other.unsubscribed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

impl Receipt {
    /// Reads the body of `POST /api/receipts/{provider}` and of receipt events.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json, path: &str) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, path)?;
        let message = fields.required("messageId", |json| {
            json.as_text().and_then(MessageId::parse).ok_or_else(|| "must be the id of a message".into())
        });
        let report = fields.required("status", Report::from_json);
        let at = fields.required("at", Time::from_json);
        let reason = fields.optional("reason", |json| faults::text(json, 500)).value();
        fields.finish()?;
        match (message, report, at) {
            (Some(message), Some(report), Some(at)) => Ok(Self { message, report, at, reason }),
            _ => Err(Faults::of(path, "is incomplete")),
        }
    }
}

impl Report {
    fn from_json(json: &Json) -> Result<Self, Reason> {
        Ok(match json.as_text() {
            Some("delivered") => Self::Delivered,
            Some("opened") => Self::Opened,
            Some("clicked") => Self::Clicked,
            Some("bounced") => Self::Bounced,
            Some("complained") => Self::Complained,
            Some("unsubscribed") => Self::Unsubscribed,
            Some("failed") => Self::Failed,
            _ => return Err("must be delivered, opened, clicked, bounced, complained, unsubscribed or failed".into()),
        })
    }
}
