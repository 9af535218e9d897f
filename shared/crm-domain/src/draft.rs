//! Drafts: campaigns that are kept before they are launched, with the same fields as a launch.

use crate::campaign::{self, Campaign, CampaignDraft, CampaignStatus, Variant};
use crate::customer::Channel;
use crate::email::Email;
use crate::experiment::Share;
use crate::faults::{Faults, Fields};
use crate::ids::CampaignId;
use crate::json::Json;
use crate::rules::Rules;
use crate::time::Time;

impl CampaignDraft {
    /// This with the members of `change` in place of its own; `null` takes one out (RFC 7396, for the outermost members).
    /// What comes of it is read as a launch is, so that a draft can always be launched.
    ///
    /// # Errors
    /// Every fault of what would come of it.
    pub fn changed(&self, change: &Json, now: Time) -> Result<Self, Faults> {
        let Json::Object(changes) = change else { return Err(Faults::of("", "must be an object")) };
        let mut members = self.members();
        members.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        members.extend(changes.iter().filter(|(name, _)| name != "draft").cloned());
        // What is kept stays a draft until it is launched.
        members.push(("draft".to_owned(), Json::Bool(true)));
        let mut faults = Faults::default();
        if changes.iter().any(|(name, _)| name == "draft") {
            faults.add("draft", "is not a known field");
        }
        match Self::parse(&Json::Object(members), now) {
            Ok(draft) if faults.is_empty() => Ok(draft),
            Ok(_) => Err(faults),
            Err(mut more) => {
                faults.0.append(&mut more.0);
                Err(faults)
            }
        }
    }

    /// The members of a body that says this.
    fn members(&self) -> Vec<(String, Json)> {
        let json = |value: serde_json::Result<String>| {
            // Texts and numbers that were read from JSON: this cannot fail.
            value.ok().and_then(|text| Json::parse(text.as_bytes()).ok()).unwrap_or(Json::Null)
        };
        let mut members = vec![
            ("name".to_owned(), Json::from(self.name.as_str())),
            ("segmentId".to_owned(), Json::from(self.segment_id.to_string().as_str())),
            ("channel".to_owned(), json(serde_json::to_string(&self.channel))),
            ("variants".to_owned(), json(serde_json::to_string(&self.variants))),
        ];
        members.extend(self.objective.as_deref().map(|objective| ("objective".to_owned(), Json::from(objective))));
        members.extend(self.caps.map(|caps| ("caps".to_owned(), json(serde_json::to_string(&caps)))));
        if let Json::Object(timing) = json(serde_json::to_string(&self.timing)) {
            members.extend(timing);
        }
        members.extend(self.scheduled_at.map(|at| ("scheduledAt".to_owned(), Json::from(at.to_string().as_str()))));
        members.extend(self.test.map(|test| ("test".to_owned(), json(serde_json::to_string(&test)))));
        members.extend(self.attribution_days.map(|days| ("attributionDays".to_owned(), json(serde_json::to_string(&days)))));
        if self.holdout > Share::NONE {
            members.push(("holdout".to_owned(), json(serde_json::to_string(&self.holdout))));
        }
        members
    }
}

impl Campaign {
    /// What is said of it.
    #[must_use]
    pub fn definition(&self) -> CampaignDraft {
        CampaignDraft {
            name: self.name.clone(),
            segment_id: self.segment_id,
            channel: self.channel,
            objective: self.objective.clone(),
            variants: self.variants.clone(),
            holdout: self.holdout,
            test: self.test,
            scheduled_at: self.scheduled_at,
            timing: self.timing.clone(),
            caps: self.caps,
            attribution_days: Some(self.attribution_days),
            draft: self.is_draft(),
        }
    }

    /// The draft with another definition.
    #[must_use]
    pub fn redrafted(&self, definition: CampaignDraft, rules: Rules) -> Self {
        definition.into_draft(self.id, rules, self.created_at)
    }

    /// The draft launched with the rules that its segment has by now, in a CRM of about `customers` customers. None when it
    /// has been launched before.
    #[must_use]
    pub fn launched(&self, rules: Rules, customers: u64, now: Time) -> Option<Self> {
        (self.state.status == CampaignStatus::Draft).then(|| Self { rules, ..self.clone() }.begun(customers, now))
    }
}

/// The body of a preview: that of a launch, and which draft it is about, if it is about one.
///
/// # Errors
/// The draft's id is none.
pub fn previewed(body: &Json) -> Result<(Option<CampaignId>, Json), Faults> {
    let Json::Object(members) = body else { return Ok((None, body.clone())) };
    let id = match body.get("draftId") {
        None | Some(Json::Null) => None,
        Some(id) => {
            let id = id.as_text().and_then(CampaignId::parse);
            Some(id.ok_or_else(|| Faults::of("draftId", "must be the id of a draft"))?)
        }
    };
    Ok((id, Json::Object(members.iter().filter(|(name, _)| name != "draftId").cloned().collect())))
}

/// Texts to be tried on somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    pub email: Email,
    pub channel: Channel,
    pub variants: Vec<Variant>,
}

impl Trial {
    /// Reads the body of `POST /api/campaigns/render`.
    ///
    /// # Errors
    /// Every fault found, those of the templates too.
    pub fn parse(json: &Json) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let email = fields.required("email", Email::from_json);
        let channel = campaign::channel_of(&mut fields);
        let variants = campaign::variants(&mut fields, channel);
        fields.finish()?;
        match (email, channel, variants) {
            (Some(email), Some(channel), Some(variants)) => Ok(Self { email, channel, variants }),
            _ => Err(Faults::of("", "is incomplete")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use crate::time::{DAY, SECOND};

    const NOW: Time = Time::from_micros(1_800_000_000 * SECOND);

    fn json(text: &str) -> Json {
        Json::parse(text.as_bytes()).unwrap()
    }

    fn draft() -> CampaignDraft {
        let text = r#"{"name":"Spring","segmentId":"01890a5d-ac96-774b-bcce-b302099a8057","channel":"email","objective":"more",
            "variants":[{"subject":"a","body":"b\n{{name}}","share":0.5},{"subject":"c","body":"d"}],"holdout":0.125,
            "test":{"share":0.2,"minutes":60,"by":"conversions"},"scheduledAt":"2027-06-01","attributionDays":3,"draft":true,
            "windows":[{"from":"09:00","until":"20:00","days":["mon"]}],"ratePerMinute":60,"caps":{"messages":2,"days":7}}"#;
        CampaignDraft::parse(&json(text), NOW).unwrap()
    }

    fn rules() -> Rules {
        Rules::parse(&json(r#"{"combinator":"and","rules":[]}"#), "rules", &Currency::parse("INR").unwrap()).unwrap()
    }

    #[test]
    fn a_change_replaces_what_it_names_and_nothing_else() {
        let unchanged = draft().changed(&json("{}"), NOW).unwrap();
        assert_eq!(unchanged, draft());
        let changed = draft().changed(&json(r#"{"name":"Summer","objective":null,"test":null,"holdout":null}"#), NOW).unwrap();
        let expected = CampaignDraft { name: "Summer".into(), objective: None, test: None, holdout: Share::NONE, ..draft() };
        assert_eq!(changed, expected);
    }

    #[test]
    fn what_would_come_of_a_change_is_checked_as_a_whole() {
        let faults = |change: &str| -> Vec<String> {
            let faults = draft().changed(&json(change), NOW).unwrap_err();
            faults.0.into_iter().map(|fault| fault.field).collect()
        };
        assert_eq!(faults(r#"{"name":null}"#), ["name"]);
        assert_eq!(faults(r#"{"channel":"sms"}"#), ["variants[0].subject", "variants[1].subject"]);
        assert_eq!(faults(r#"{"variants":[{"subject":"s","body":"x"}]}"#), ["test"]);
        assert_eq!(faults(r#"{"draft":false,"more":1}"#), ["draft", "more"]);
        assert_eq!(faults("[]"), [""]);
    }

    #[test]
    fn a_draft_is_launched_once_and_holds_out_whom_its_preview_held_out() {
        let id = CampaignId::generate();
        let kept = draft().into_draft(id, rules(), NOW);
        assert!(kept.is_draft() && kept.launched_at.is_none());
        let edited = kept.redrafted(kept.definition().changed(&json(r#"{"name":"x"}"#), NOW).unwrap(), rules());
        assert_eq!((edited.id, edited.seed, edited.created_at), (kept.id, kept.seed, kept.created_at));
        let later = NOW.plus(DAY);
        let launched = edited.launched(rules(), 1_000, later).unwrap();
        assert_eq!((launched.state.status, launched.shards), (CampaignStatus::Scheduled, 10));
        assert_eq!((launched.seed, launched.launched_at), (kept.seed, Some(later)));
        assert!(launched.launched(rules(), 1_000, later).is_none());
        // Its time passed while it lay there: that is told, and nothing is sent at a time that nobody chose.
        assert!(edited.check_time(later).is_ok());
        assert_eq!(edited.check_time(NOW.plus(400 * DAY)).unwrap_err().0[0].field, "scheduledAt");
        // Launched as it is, what it says decides.
        let at_once = |draft: CampaignDraft| draft.into_campaign(CampaignId::generate(), rules(), 9, NOW).seed;
        assert_eq!(at_once(draft()), draft().seed());
        assert_ne!(at_once(CampaignDraft { name: "other".into(), ..draft() }), draft().seed());
    }
}
