//! Who of the customers gets a campaign, and why others do not: the one place where that is decided, for previews, for
//! the launch and once more at the moment of sending.

use crate::caps::Caps;
use crate::customer::{Channel, ConsentDefaults, Customer};
use crate::experiment::Holdout;
use crate::message::SkipReason;
use crate::rules::{Context, Part, Reads, Rules};

/// The audience of a campaign: the rules that choose it, the channel that must reach it, the instant at which both are
/// asked, how many messages anybody may get, and who is held out.
#[derive(Debug, Clone, Copy)]
pub struct Audience<'a> {
    pub rules: &'a Rules,
    pub channel: Channel,
    pub context: Context,
    pub caps: Option<Caps>,
    pub holdout: Holdout,
}

/// What a campaign does about one customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// The rules do not choose them.
    Outside,
    /// Chosen, but not to be written to.
    Skipped(SkipReason),
    Queued,
}

impl Decision {
    /// The same, but for somebody on the suppression list who would come to that step.
    #[must_use]
    pub const fn unless_suppressed(self, suppressed: bool) -> Self {
        if suppressed && self.asks_list() { Self::Skipped(SkipReason::Suppressed) } else { self }
    }

    /// Whether it hangs on the suppression list: it comes after consent, and before caps and holdouts.
    #[must_use]
    pub const fn asks_list(self) -> bool {
        matches!(self, Self::Queued | Self::Skipped(SkipReason::Capped | SkipReason::HeldOut))
    }

    /// The same, but for somebody who has had as many messages as they may and would come to that step.
    #[must_use]
    pub const fn unless_capped(self, capped: bool) -> Self {
        if capped && self.asks_caps() { Self::Skipped(SkipReason::Capped) } else { self }
    }

    /// Whether it hangs on caps: they come after the suppression list, and before holdouts.
    #[must_use]
    pub const fn asks_caps(self) -> bool {
        matches!(self, Self::Queued | Self::Skipped(SkipReason::HeldOut))
    }
}

impl Audience<'_> {
    /// What the campaign does about `customer`.
    #[must_use]
    pub fn decide(&self, customer: &Customer) -> Decision {
        if !self.rules.holds(customer, &self.context) {
            return Decision::Outside;
        }
        match barrier(customer, self.channel, self.context.consent_defaults) {
            Some(reason) => Decision::Skipped(reason),
            None if self.holdout.holds(customer.id) => Decision::Skipped(SkipReason::HeldOut),
            None => Decision::Queued,
        }
    }

    /// The parts of a customer on which [`Audience::decide`] rests.
    #[must_use]
    pub fn reads(&self) -> Reads {
        let parts = [Part::Consents].into_iter().chain((self.channel != Channel::Email).then_some(Part::Phone));
        self.rules.reads().and(&parts.collect())
    }
}

/// Why `customer` must not be written to on `channel`, whatever the rules say.
#[must_use]
pub fn barrier(customer: &Customer, channel: Channel, defaults: ConsentDefaults) -> Option<SkipReason> {
    if !customer.reachable_on(channel) {
        Some(SkipReason::Unreachable)
    } else if !customer.consents_to(channel, defaults) {
        Some(SkipReason::NoConsent)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::Email;
    use crate::experiment::{Seed, Share};
    use crate::funnel::Funnel;
    use crate::json::Json;
    use crate::money::Currency;
    use crate::time::Time;

    #[test]
    fn everyone_is_counted_up_to_the_step_that_holds_them_back() {
        let json = Json::parse(br#"{"combinator":"and","rules":[{"field":"city","operator":"=","value":"Pune"}]}"#).unwrap();
        let rules = Rules::parse(&json, "rules", &Currency::parse("INR").unwrap()).unwrap();
        let context = Context { now: Time::from_micros(0), consent_defaults: ConsentDefaults::default() };
        let holdout = Holdout { seed: Seed::of_text("x"), share: Share::NONE };
        let audience = Audience { rules: &rules, channel: Channel::Sms, context, caps: None, holdout };
        let person = |city: &str, phone: bool, consent: Option<bool>| {
            let mut customer = Customer::new(Email::parse("a@example.com").unwrap(), Time::from_micros(0));
            customer.city = Some(city.into());
            customer.phone = phone.then(|| "+911234567890".into());
            customer.consents.sms = consent;
            customer
        };
        let mut funnel = Funnel::default();
        for (customer, decision) in [
            (person("Delhi", true, Some(true)), Decision::Outside),
            (person("Pune", false, Some(true)), Decision::Skipped(SkipReason::Unreachable)),
            (person("Pune", true, Some(false)), Decision::Skipped(SkipReason::NoConsent)),
            (person("Pune", true, None), Decision::Skipped(SkipReason::NoConsent)),
            (person("Pune", true, Some(true)), Decision::Queued),
        ] {
            assert_eq!(audience.decide(&customer), decision);
            funnel.count(audience.decide(&customer));
        }
        funnel.count(audience.decide(&person("Pune", true, Some(true))).unless_suppressed(true));
        funnel.count(audience.decide(&person("Pune", true, Some(false))).unless_suppressed(true));
        assert_eq!(funnel.counts(), [6, 5, 2, 1, 1, 1]);
        let queued = Decision::Queued;
        funnel.count(queued.unless_capped(true));
        funnel.count(Decision::Skipped(SkipReason::HeldOut).unless_capped(true));
        funnel.count(queued.unless_suppressed(true).unless_capped(true));
        funnel.count(Decision::Skipped(SkipReason::NoConsent).unless_capped(true));
        assert_eq!(funnel.counts(), [10, 9, 5, 3, 1, 1]);
        assert_eq!(funnel.will_send(), 1);
        assert!(audience.reads().names(Part::Phone) && audience.reads().names(Part::City));
    }
}
