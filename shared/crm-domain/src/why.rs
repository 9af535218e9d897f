//! Why somebody gets a campaign, or does not: step by step, as it was decided and as things are now.

use crate::audience::Audience;
use crate::campaign::Campaign;
use crate::customer::Customer;
use crate::funnel::{STEPS, passed};
use crate::message::Message;

/// What one step makes of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    pub step: &'static str,
    /// As the audience was frozen; none where that step was not come to, or nothing is frozen yet.
    pub at_launch: Option<bool>,
    /// By itself, of the customer as they are now; none for somebody who is gone.
    pub now: Option<bool>,
}

/// What is known of somebody outside their own record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// They are on the suppression list.
    pub suppressed: bool,
    /// They have had as many messages as they may.
    pub capped: bool,
}

impl Audience<'_> {
    /// Which of the [`STEPS`] let `customer` through, each by itself.
    #[must_use]
    pub fn lets_through(&self, customer: &Customer, standing: Standing) -> [bool; 6] {
        [
            self.rules.holds(customer, &self.context),
            customer.reachable_on(self.channel),
            customer.consents_to(self.channel, self.context.consent_defaults),
            !standing.suppressed,
            !standing.capped,
            !self.holdout.holds(customer.id),
        ]
    }
}

/// What each step makes of somebody, who may have an entry in the log and may be gone.
#[must_use]
pub fn steps(
    campaign: &Campaign,
    audience: &Audience<'_>,
    customer: Option<(&Customer, Standing)>,
    entry: Option<&Message>,
) -> [Passed; 6] {
    // Who is not in the log of a frozen audience was not chosen.
    let frozen = entry.map(|entry| passed(entry.decided())).or(campaign.state.planned.then_some(0));
    let now = customer.map(|(customer, standing)| audience.lets_through(customer, standing));
    let mut index = 0;
    STEPS.map(|step| {
        let at_launch = frozen.and_then(|passed| (index <= passed).then_some(index < passed));
        let now = now.and_then(|now| now.get(index).copied());
        index += 1;
        Passed { step, at_launch, now }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::CampaignDraft;
    use crate::customer::ConsentDefaults;
    use crate::email::Email;
    use crate::ids::CampaignId;
    use crate::json::Json;
    use crate::money::Currency;
    use crate::rules::Rules;
    use crate::time::Time;

    #[test]
    fn what_was_decided_and_what_would_be_are_told_apart() {
        let json = |text: &str| Json::parse(text.as_bytes()).unwrap();
        let body = r#"{"name":"a","segmentId":"01890a5d-ac96-774b-bcce-b302099a8057","channel":"sms","variants":[{"body":"x"}]}"#;
        let rules = json(r#"{"combinator":"and","rules":[{"field":"city","operator":"=","value":"Pune"}]}"#);
        let rules = Rules::parse(&rules, "rules", &Currency::parse("INR").unwrap()).unwrap();
        let now = Time::from_micros(0);
        let mut campaign = CampaignDraft::parse(&json(body), now).unwrap().into_campaign(CampaignId::generate(), rules, 1, now);
        let mut customer = Customer::new(Email::parse("a@example.com").unwrap(), now);
        customer.city = Some("Pune".into());
        customer.consents.sms = Some(true);
        let told = |campaign: &Campaign, customer: Option<(&Customer, Standing)>, entry: Option<&Message>| {
            let steps = steps(campaign, &campaign.audience(ConsentDefaults::default()), customer, entry);
            (steps.map(|step| step.at_launch), steps.map(|step| step.now))
        };
        let (at_launch, as_now) = told(&campaign, Some((&customer, Standing::default())), None);
        assert_eq!(at_launch, [None; 6], "nothing is frozen yet");
        assert_eq!(as_now, [true, false, true, true, true, true].map(Some));
        let decision = campaign.audience(ConsentDefaults::default()).decide(&customer);
        let entry = campaign.entry(&customer, decision, 0, now).unwrap();
        campaign.state.planned = true;
        customer.phone = Some("+911234567890".into());
        let (at_launch, as_now) = told(&campaign, Some((&customer, Standing::default())), Some(&entry));
        assert_eq!(at_launch, [Some(true), Some(false), None, None, None, None]);
        assert_eq!(as_now, [Some(true); 6], "a number has come since");
        let (_, as_now) = told(&campaign, Some((&customer, Standing { suppressed: true, capped: true })), Some(&entry));
        assert_eq!(as_now, [true, true, true, false, false, true].map(Some), "and onto the list, and other messages");
        let (at_launch, as_now) = told(&campaign, None, None);
        assert_eq!((at_launch[0], at_launch[1], as_now), (Some(false), None, [None; 6]));
    }
}
