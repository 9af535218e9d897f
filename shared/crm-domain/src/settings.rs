//! What the web app's form of a new campaign begins with, as somebody has set it for everybody.
//!
//! The API itself never takes anything from here: a launch that does not name caps, windows or a holdout has none, whatever
//! is set. So programs that launch campaigns are not surprised by what people have agreed on for themselves.

use serde::{Deserialize, Serialize};

use crate::attribution;
use crate::caps::Caps;
use crate::experiment::Share;
use crate::faults::{Faults, Fields};
use crate::json::Json;
use crate::timing::Timing;

/// What a new campaign begins with in the form; nothing of it holds for a campaign that does not say it itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CampaignDefaults {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caps: Option<Caps>,
    /// Never with a local time: that is of one campaign.
    #[serde(flatten)]
    pub timing: Timing,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution_days: Option<u32>,
    #[serde(default, skip_serializing_if = "Share::is_none")]
    pub holdout: Share,
}

impl CampaignDefaults {
    /// These with the members of `change` in place of their own; `null` takes one out. They are held to what a launch is held to.
    ///
    /// # Errors
    /// Every fault of what would come of it.
    pub fn changed(&self, change: &Json) -> Result<Self, Faults> {
        let Json::Object(changes) = change else { return Err(Faults::of("", "must be an object")) };
        let mut members = self.members();
        members.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        members.extend(changes.iter().cloned());
        Self::parse(&Json::Object(members))
    }

    fn parse(json: &Json) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let caps = Caps::read(&mut fields);
        let timing = Timing::read_standing(&mut fields);
        let attribution_days = fields.optional("attributionDays", attribution::days).value();
        let holdout = fields.optional("holdout", Share::held_out).value().unwrap_or_default();
        fields.finish()?;
        Ok(Self { caps, timing, attribution_days, holdout })
    }

    fn members(&self) -> Vec<(String, Json)> {
        // Texts and numbers that were read from JSON: this cannot fail.
        let text = serde_json::to_string(self).unwrap_or_default();
        match Json::parse(text.as_bytes()) {
            Ok(Json::Object(members)) => members,
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &str = r#"{"caps":{"messages":3,"days":7},"timeZone":"Asia/Kolkata","windows":[{"from":"09:00","until":"20:00","days":["mon"]}],"quietHours":{"from":"21:00","until":"08:00"},"ratePerMinute":600,"attributionDays":14,"holdout":0.05}"#;

    fn change(defaults: &CampaignDefaults, text: &str) -> Result<CampaignDefaults, Faults> {
        defaults.changed(&Json::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn a_change_leaves_what_it_does_not_name_and_null_takes_out() {
        let all = change(&CampaignDefaults::default(), ALL).unwrap();
        assert_eq!(serde_json::to_string(&all).unwrap(), ALL);
        assert_eq!(change(&all, "{}").unwrap(), all);
        let less = change(&all, r#"{"caps":null,"windows":[],"holdout":0,"attributionDays":30}"#).unwrap();
        let expected = CampaignDefaults {
            caps: None,
            timing: Timing { windows: Vec::new(), ..all.timing.clone() },
            attribution_days: Some(30),
            holdout: Share::NONE,
        };
        assert_eq!(less, expected);
        let names = ["caps", "timeZone", "windows", "quietHours", "ratePerMinute", "attributionDays", "holdout"];
        let none = names.map(|name| format!("\"{name}\":null")).join(",");
        assert_eq!(change(&all, &format!("{{{none}}}")).unwrap(), CampaignDefaults::default());
    }

    #[test]
    fn every_fault_is_told_of_what_would_come_of_a_change() {
        let all = change(&CampaignDefaults::default(), ALL).unwrap();
        let fields =
            |text: &str| -> Vec<String> { change(&all, text).unwrap_err().0.into_iter().map(|fault| fault.field).collect() };
        assert_eq!(
            fields(r#"{"caps":{"messages":0},"timeZone":"Mars","ratePerMinute":0,"attributionDays":91,"holdout":0.6}"#),
            ["caps.messages", "caps.days", "timeZone", "ratePerMinute", "attributionDays", "holdout"]
        );
        assert_eq!(fields(r#"{"windows":[{"from":"9","until":"10:00"}]}"#), ["windows[0].from"]);
        assert_eq!(
            fields(r#"{"quietHours":{"from":"09:00","until":"20:00"}}"#),
            ["quietHours"],
            "no minute of the window is left"
        );
        assert_eq!(fields(r#"{"localTime":"2026-12-01T09:00","currency":"USD"}"#), ["localTime", "currency"]);
        assert_eq!(fields("[]"), [""]);
    }
}
