//! What the API takes and answers about addresses that are not written to.

use crm_domain::customer::Channel;
use crm_domain::faults::Faults;
use crm_domain::suppression::SuppressionReason;
use crm_domain::time::Time;
use schemars::JsonSchema;
use serde::Serialize;

/// An address that is not written to.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Suppression {
    /// Follows from channel and address by a key, and tells neither.
    pub id: String,
    pub channel: Channel,
    /// As much of it as those recognise who know it; the rest is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    pub reason: SuppressionReason,
    /// When the reason came about.
    pub at: Time,
}

/// What became of addresses that were to be added.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Suppressed {
    /// Those that were not on the list, or for a later reason.
    pub added: u64,
    /// Lines of a file that were refused.
    pub rejected: Faults,
}

/// An address to be added.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "SuppressionRequest")]
#[allow(dead_code, reason = "describes what the domain reads")]
pub struct Addition {
    /// E-mail where it is not given.
    pub channel: Option<Channel>,
    #[schemars(length(min = 1, max = 254))]
    pub address: String,
}

/// What a mail program or the page of preferences sends; nothing at all is an unsubscription too.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
#[allow(dead_code, reason = "describes what the handler reads")]
pub struct Preferences {
    #[schemars(rename = "List-Unsubscribe")]
    pub list_unsubscribe: Option<String>,
    /// Channels that were to be chosen from.
    pub offered: Option<Channel>,
    /// Channels on which messages are wanted.
    pub wanted: Option<Channel>,
}
