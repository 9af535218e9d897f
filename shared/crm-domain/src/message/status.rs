//! Where a message stands, and why it went nowhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a recipient was not written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// No address on the channel.
    Unreachable,
    /// No consent for the channel.
    NoConsent,
    /// The address is on the suppression list.
    Suppressed,
    /// They have had as many messages as anybody may get.
    Capped,
    /// Held out, for comparison.
    HeldOut,
    /// The customer was erased or merged away between launch and sending.
    Gone,
    /// The campaign was cancelled before this message went out.
    Cancelled,
}

impl SkipReason {
    /// The word that the API has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::NoConsent => "no_consent",
            Self::Gone => "gone",
            Self::Cancelled => "cancelled",
            Self::Suppressed => "suppressed",
            Self::Capped => "capped",
            Self::HeldOut => "held_out",
        }
    }
}

/// When it was decided not to write to a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    Launch,
    Send,
}

impl Phase {
    /// The word that the API has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Launch => "launch",
            Self::Send => "send",
        }
    }
}

/// Where a message stands; derived from its timestamps, of which each is set once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageStatus {
    Queued,
    Sent,
    Delivered,
    Opened,
    Clicked,
    Converted,
    Bounced,
    Complained,
    Unsubscribed,
    Failed,
    Skipped,
    Unknown,
}

impl MessageStatus {
    pub const ALL: [Self; 12] = [
        Self::Queued,
        Self::Sent,
        Self::Delivered,
        Self::Opened,
        Self::Clicked,
        Self::Converted,
        Self::Bounced,
        Self::Complained,
        Self::Unsubscribed,
        Self::Failed,
        Self::Skipped,
        Self::Unknown,
    ];

    /// The word that the API has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Converted => "converted",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
            Self::Unsubscribed => "unsubscribed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Unknown => "unknown",
        }
    }

    /// The reverse of [`MessageStatus::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}
