//! Who of the customers gets a campaign, and why others do not: the one place where that is decided, for previews, for
//! the launch and once more at the moment of sending.

use crate::customer::{Channel, ConsentDefaults, Customer};
use crate::message::SkipReason;
use crate::rules::{Context, Part, Reads, Rules};

/// The audience of a campaign: the rules that choose it, the channel that must reach it, and the instant at which both
/// are asked.
#[derive(Debug, Clone, Copy)]
pub struct Audience<'a> {
    pub rules: &'a Rules,
    pub channel: Channel,
    pub context: Context,
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

/// Counts of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Funnel {
    matching: u64,
    reachable: u64,
    consenting: u64,
    not_suppressed: u64,
}

impl Decision {
    /// The same, but for somebody on the suppression list who would be written to.
    #[must_use]
    pub const fn unless_suppressed(self, suppressed: bool) -> Self {
        match self {
            Self::Queued if suppressed => Self::Skipped(SkipReason::Suppressed),
            decision => decision,
        }
    }
}

impl Audience<'_> {
    /// What the campaign does about `customer`.
    #[must_use]
    pub fn decide(&self, customer: &Customer) -> Decision {
        if !self.rules.holds(customer, &self.context) {
            return Decision::Outside;
        }
        barrier(customer, self.channel, self.context.consent_defaults).map_or(Decision::Queued, Decision::Skipped)
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

impl Funnel {
    /// Counts one decision.
    pub const fn count(&mut self, decision: Decision) {
        let (matching, reachable, consenting, not_suppressed) = match decision {
            Decision::Outside => (false, false, false, false),
            Decision::Skipped(SkipReason::Unreachable) => (true, false, false, false),
            Decision::Skipped(SkipReason::Suppressed) => (true, true, true, false),
            Decision::Skipped(_) => (true, true, false, false),
            Decision::Queued => (true, true, true, true),
        };
        self.matching += matching as u64;
        self.reachable += reachable as u64;
        self.consenting += consenting as u64;
        self.not_suppressed += not_suppressed as u64;
    }

    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            matching: self.matching + other.matching,
            reachable: self.reachable + other.reachable,
            consenting: self.consenting + other.consenting,
            not_suppressed: self.not_suppressed + other.not_suppressed,
        }
    }

    /// The steps by name, each part of the one before. Caps and holdouts are off, so they hold nobody back.
    #[must_use]
    pub const fn steps(&self) -> [(&'static str, u64); 6] {
        [
            ("matching", self.matching),
            ("reachable", self.reachable),
            ("consenting", self.consenting),
            ("notSuppressed", self.not_suppressed),
            ("notCapped", self.not_suppressed),
            ("notHeldOut", self.not_suppressed),
        ]
    }

    /// How many would be written to.
    #[must_use]
    pub const fn will_send(&self) -> u64 {
        self.not_suppressed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::Email;
    use crate::json::Json;
    use crate::money::Currency;
    use crate::time::Time;

    #[test]
    fn everyone_is_counted_up_to_the_step_that_holds_them_back() {
        let json = Json::parse(br#"{"combinator":"and","rules":[{"field":"city","operator":"=","value":"Pune"}]}"#).unwrap();
        let rules = Rules::parse(&json, "rules", &Currency::parse("INR").unwrap()).unwrap();
        let context = Context { now: Time::from_micros(0), consent_defaults: ConsentDefaults::default() };
        let audience = Audience { rules: &rules, channel: Channel::Sms, context };
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
        assert_eq!(funnel.steps().map(|(_, count)| count), [6, 5, 2, 1, 1, 1]);
        assert_eq!(funnel.will_send(), 1);
        assert!(audience.reads().names(Part::Phone) && audience.reads().names(Part::City));
    }
}
