//! A campaign: an audience, a channel, and the message variants that go to it.

use serde::{Deserialize, Serialize};

use crate::customer::Channel;
use crate::ids::{CampaignId, CustomerId, SegmentId};
use crate::rules::Rules;
use crate::time::Time;

/// One wording of the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Variant {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    pub body: String,
}

/// Where a campaign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CampaignStatus {
    /// Accepted; its audience is being frozen or is being written to.
    Sending,
    Paused,
    Cancelled,
    Sent,
    Failed,
}

/// The part of a campaign that changes after its launch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CampaignState {
    pub status: CampaignStatus,
    /// Whether the audience is frozen: every recipient has a log entry.
    pub planned: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_reason: Option<String>,
}

/// A launched campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    pub id: CampaignId,
    pub name: String,
    pub segment_id: SegmentId,
    /// The segment's rules at launch: later edits do not change who gets this campaign.
    pub rules: Rules,
    pub channel: Channel,
    pub objective: Option<String>,
    pub variants: Vec<Variant>,
    pub created_at: Time,
    /// Number of shards of its log, fixed at launch: about one per hundred customers.
    pub shards: u32,
    /// Number of parts of the scan that freezes the audience.
    pub plan_parts: u32,
    pub state: CampaignState,
}

impl Campaign {
    /// The shard of the log that holds `customer`.
    #[must_use]
    pub fn shard_of(&self, customer: CustomerId) -> u32 {
        customer.shard(self.shards)
    }

    /// The variant that `customer` gets: a hash of both, so that planning twice agrees.
    #[must_use]
    pub fn variant_of(&self, customer: CustomerId) -> u32 {
        let salt = self.id.shard(u32::MAX);
        (customer.shard(u32::MAX) ^ salt) % (self.variants.len().max(1) as u32)
    }
}
