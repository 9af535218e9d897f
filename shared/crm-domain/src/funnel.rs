//! The way from everybody whom the rules choose to those who are written to: how many are left after each step, and who
//! some of them are. A preview counts it over customers; once a campaign is planned, its log counts the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::audience::Decision;
use crate::customer::Customer;
use crate::ids::CustomerId;
use crate::message::SkipReason;

/// The steps by name, each part of the one before.
pub const STEPS: [&str; 6] = ["matching", "reachable", "consenting", "notSuppressed", "notCapped", "notHeldOut"];
/// People named for each step.
const SAMPLE: usize = 5;

/// How many are left after each step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Funnel {
    pub matching: u64,
    pub reachable: u64,
    pub consenting: u64,
    pub not_suppressed: u64,
    pub not_capped: u64,
    pub not_held_out: u64,
}

impl Funnel {
    /// Counts one decision.
    pub const fn count(&mut self, decision: Decision) {
        let passed = passed(decision);
        self.matching += (passed > 0) as u64;
        self.reachable += (passed > 1) as u64;
        self.consenting += (passed > 2) as u64;
        self.not_suppressed += (passed > 3) as u64;
        self.not_capped += (passed > 4) as u64;
        self.not_held_out += (passed > 5) as u64;
    }

    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            matching: self.matching + other.matching,
            reachable: self.reachable + other.reachable,
            consenting: self.consenting + other.consenting,
            not_suppressed: self.not_suppressed + other.not_suppressed,
            not_capped: self.not_capped + other.not_capped,
            not_held_out: self.not_held_out + other.not_held_out,
        }
    }

    /// The counts in the order of [`STEPS`].
    #[must_use]
    pub const fn counts(&self) -> [u64; 6] {
        [self.matching, self.reachable, self.consenting, self.not_suppressed, self.not_capped, self.not_held_out]
    }

    /// How many would be written to.
    #[must_use]
    pub const fn will_send(&self) -> u64 {
        self.not_held_out
    }
}

/// How many of the [`STEPS`] somebody passes.
#[must_use]
pub const fn passed(decision: Decision) -> usize {
    match decision {
        Decision::Outside => 0,
        Decision::Skipped(SkipReason::Unreachable) => 1,
        Decision::Skipped(SkipReason::NoConsent) => 2,
        Decision::Skipped(SkipReason::Suppressed) => 3,
        Decision::Skipped(SkipReason::Capped) => 4,
        Decision::Skipped(SkipReason::HeldOut) => 5,
        // The others drop out later, if at all.
        Decision::Skipped(SkipReason::Gone | SkipReason::Cancelled) | Decision::Queued => 6,
    }
}

/// Somebody who is named as an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub email: String,
    pub name: Option<String>,
}

/// Some of many people: the same ones, in whatever order they come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sample(BTreeMap<CustomerId, Example>);

impl Sample {
    fn take(&mut self, customer: &Customer) {
        // Ids are hashes, so those with the smallest ones are as good as drawn.
        let is_late = self.0.len() >= SAMPLE && self.0.last_key_value().is_some_and(|(last, _)| *last < customer.id);
        if !is_late {
            let example = Example { email: customer.email.to_string(), name: customer.name.clone() };
            self.0.insert(customer.id, example);
            self.cut();
        }
    }

    fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
        self.cut();
    }

    fn cut(&mut self) {
        while self.0.len() > SAMPLE {
            self.0.pop_last();
        }
    }

    /// The people.
    pub fn people(&self) -> impl Iterator<Item = (CustomerId, &Example)> {
        self.0.iter().map(|(id, example)| (*id, example))
    }
}

/// A funnel with examples of who is left after each step, and of who drops out at it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    pub funnel: Funnel,
    /// Who is left, in the order of [`STEPS`].
    pub left: [Sample; 6],
    /// Who has dropped out; nobody at the first step.
    pub dropped: [Sample; 6],
}

impl Survey {
    /// Takes in what is decided of `customer`.
    pub fn take(&mut self, decision: Decision, customer: &Customer) {
        self.funnel.count(decision);
        let passed = passed(decision);
        self.left.iter_mut().take(passed).for_each(|sample| sample.take(customer));
        if let Some(sample) = self.dropped.get_mut(passed).filter(|_| passed > 0) {
            sample.take(customer);
        }
    }

    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        self.funnel = self.funnel.plus(other.funnel);
        self.left.iter_mut().zip(other.left).for_each(|(sample, more)| sample.merge(more));
        self.dropped.iter_mut().zip(other.dropped).for_each(|(sample, more)| sample.merge(more));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::Email;
    use crate::time::Time;

    #[test]
    fn examples_are_the_same_in_any_order_and_division() {
        let person = |n: u32| Customer::new(Email::parse(&format!("p{n}@example.com")).unwrap(), Time::from_micros(0));
        let decision = |n: u32| match n % 4 {
            0 => Decision::Outside,
            1 => Decision::Skipped(SkipReason::NoConsent),
            2 => Decision::Skipped(SkipReason::HeldOut),
            _ => Decision::Queued,
        };
        let survey = |numbers: &[u32]| {
            let mut survey = Survey::default();
            for n in numbers {
                survey.take(decision(*n), &person(*n));
            }
            survey
        };
        let forth: Vec<u32> = (0..80).collect();
        let back: Vec<u32> = (0..80).rev().collect();
        let whole = survey(&forth);
        assert_eq!(survey(&back), whole);
        assert_eq!(survey(&forth[..31]).plus(survey(&forth[31..])), whole);
        assert_eq!(whole.funnel.counts(), [60, 60, 40, 40, 40, 20]);
        assert!(whole.left.iter().all(|sample| sample.people().count() == SAMPLE));
        let dropped = whole.dropped.each_ref().map(|sample| sample.people().count());
        assert_eq!(dropped, [0, 0, SAMPLE, 0, 0, SAMPLE]);
        let few = survey(&[1, 2]);
        assert_eq!(few.dropped[5].people().next().unwrap().1.email, "p2@example.com");
        assert_eq!(few.left[5].people().count(), 0);
    }
}
