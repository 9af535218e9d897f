//! How a receiver fares: so that one that does not answer is let alone for a while, and given up after a day.

use serde::{Deserialize, Serialize};

use crate::time::{DAY, MINUTE, SECOND, Time};

/// Failures in a row before a receiver is left alone.
const PATIENCE: u32 = 5;
/// The first rest; each further failure doubles it.
const FIRST_REST: i64 = 15 * SECOND;
/// The longest one.
const LONGEST_REST: i64 = 15 * MINUTE;
/// For how long who tries it after a rest has it for themselves.
const TRIAL: i64 = 30 * SECOND;
/// Attempts that must have failed before a receiver is given up.
const ENOUGH: u32 = 10;

/// What is remembered of a receiver since its last good answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// Attempts that failed one after the other.
    #[serde(default)]
    pub failures: u32,
    /// When the first of them did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Time>,
    /// Until when nothing is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_until: Option<Time>,
}

/// Whether something may be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leave {
    Granted,
    /// To the one who stores this first.
    Trial(Health),
    /// Not before then.
    Rest(Time),
}

impl Health {
    /// Whether something may be sent.
    #[must_use]
    pub fn leave(&self, now: Time) -> Leave {
        match self.rests_until {
            None => Leave::Granted,
            Some(until) if now < until => Leave::Rest(until),
            Some(_) => Leave::Trial(Self { rests_until: Some(now.plus(TRIAL)), ..self.clone() }),
        }
    }

    /// After an attempt that failed.
    #[must_use]
    pub fn failed(&self, now: Time) -> Self {
        let failures = self.failures.saturating_add(1);
        let rest = failures.checked_sub(PATIENCE).map(|more| FIRST_REST.saturating_mul(1 << more.min(20)).min(LONGEST_REST));
        Self { failures, failing_since: self.failing_since.or(Some(now)), rests_until: rest.map(|rest| now.plus(rest)) }
    }

    /// Whether there is nothing to remember.
    #[must_use]
    pub fn is_good(&self) -> bool {
        *self == Self::default()
    }

    /// Whether nothing has been delivered for so long that nothing more is sent.
    #[must_use]
    pub fn is_hopeless(&self, now: Time) -> bool {
        self.failures >= ENOUGH && self.failing_since.is_some_and(|since| since.plus(DAY) <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_micros(1_800_000_000_000_000);

    #[test]
    fn who_fails_again_and_again_rests_and_is_tried_by_one_at_a_time() {
        let mut health = Health::default();
        for _ in 0..4 {
            health = health.failed(NOW);
            assert_eq!(health.leave(NOW), Leave::Granted);
        }
        health = health.failed(NOW);
        let until = NOW.plus(FIRST_REST);
        assert_eq!(health.leave(NOW), Leave::Rest(until));
        let Leave::Trial(tried) = health.leave(until) else { panic!("its rest is over") };
        assert_eq!(tried.leave(until), Leave::Rest(until.plus(TRIAL)));
        let rests = (0..20).scan(health, |health, _| {
            *health = health.failed(NOW);
            health.rests_until.map(|until| until.micros() - NOW.micros())
        });
        let rests: Vec<i64> = rests.collect();
        assert!(rests.is_sorted() && rests[0] == 2 * FIRST_REST && rests.last() == Some(&LONGEST_REST));
    }

    #[test]
    fn who_fails_for_a_day_is_given_up_if_that_was_tried_often_enough() {
        let fails = |times: u32| (0..times).fold(Health::default(), |health, _| health.failed(NOW));
        assert!(!fails(50).is_hopeless(NOW.plus(DAY - 1)) && fails(50).is_hopeless(NOW.plus(DAY)));
        assert!(!fails(ENOUGH - 1).is_hopeless(NOW.plus(2 * DAY)) && fails(ENOUGH).is_hopeless(NOW.plus(2 * DAY)));
        assert!(Health::default().is_good() && !fails(1).is_good());
    }
}
