//! What is set for everybody, and what the deployment was given.

use crm_domain::settings::CampaignDefaults;
use schemars::JsonSchema;
use serde::Serialize;

use super::launches::{Caps, StandingTiming};

/// What is set for everybody. Of a deployment's parameters it shows what others build upon; they change with a deployment.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// In which all amounts are, by its ISO 4217 code.
    pub currency: String,
    pub consent_defaults: ConsentDefaults,
    pub version: &'static str,
    #[serde(flatten)]
    #[schemars(with = "DefaultsOfCampaigns")]
    pub campaigns: CampaignDefaults,
}

/// What is taken for the consent of those who never said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentDefaults {
    pub email: bool,
    pub sms: bool,
    pub whatsapp: bool,
}

/// What the form of a new campaign begins with. A launch takes nothing from it: what its request does not name is off.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
#[allow(dead_code, reason = "describes what the domain reads and writes")]
pub struct DefaultsOfCampaigns {
    pub caps: Option<Caps>,
    #[schemars(flatten)]
    pub timing: StandingTiming,
    /// For how many days after a message its recipient's orders count for the campaign.
    #[schemars(range(min = 1, max = 90))]
    pub attribution_days: Option<u32>,
    /// Share of those who could be written to that is not, for comparison.
    #[schemars(range(min = 0, max = 0.5))]
    pub holdout: Option<f64>,
}

/// What is to change of what campaigns begin with; `null` takes it out.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "SettingsChangeRequest")]
#[allow(dead_code, reason = "describes what the domain reads")]
pub struct SettingsChange {
    #[schemars(flatten)]
    pub campaigns: DefaultsOfCampaigns,
}
