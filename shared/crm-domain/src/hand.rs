//! Letters in hand: to whom a provider that recognises letters may have been handed one, noted before it is.
//!
//! Such a provider is asked again when its answer was lost, so a queued entry may be out already. Who then finds that there must
//! be no letter (a consent was withdrawn, the campaign was cancelled) may say that there was none only if nobody has
//! taken it in hand, and if nobody will: both stand in one record per shard of the log, and the first of the two holds.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::CustomerId;
use crate::message::{Message, Phase, SkipReason};
use crate::time::{DAY, Time};

/// How long after its last change a record is kept: longer than a campaign may lie there paused.
pub const KEPT: i64 = 400 * DAY;

/// What is known of the letters of one shard of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hand {
    /// When somebody last took a letter in hand.
    pub at: Time,
    /// Whose letters have been taken in hand.
    pub taken: BTreeSet<CustomerId>,
    /// How it ends for those for whom nobody takes one in hand any more.
    pub closed: BTreeMap<CustomerId, Ending>,
}

/// How it ends for a recipient to whom nothing more is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ending {
    Skipped(SkipReason),
    /// Their letter cannot be made.
    Failed(String),
    /// A letter may be out.
    Unknown,
}

impl Hand {
    /// Nobody's yet.
    #[must_use]
    pub const fn empty() -> Self {
        Self { at: Time::from_micros(0), taken: BTreeSet::new(), closed: BTreeMap::new() }
    }

    /// Takes the letters of those who are not closed in hand; whether that is to be stored.
    pub fn take(&mut self, customers: impl Iterator<Item = CustomerId>, now: Time) -> bool {
        let before = self.taken.len();
        let open: Vec<CustomerId> = customers.filter(|customer| !self.closed.contains_key(customer)).collect();
        self.taken.extend(open);
        let has_changed = self.taken.len() > before;
        self.at = if has_changed { now } else { self.at };
        has_changed
    }

    /// Closes an entry without a letter: as told, or as unknown if one may be out. What it was closed with before stands. Whether
    /// that is to be stored.
    pub fn close(&mut self, customer: CustomerId, ending: Ending) -> bool {
        if self.closed.contains_key(&customer) {
            return false;
        }
        let ending = if self.taken.contains(&customer) { Ending::Unknown } else { ending };
        self.closed.insert(customer, ending);
        true
    }

    /// Since when the letter to somebody may be out.
    #[must_use]
    pub fn holds(&self, customer: CustomerId) -> Option<Time> {
        self.taken.contains(&customer).then_some(self.at)
    }
}

impl Ending {
    /// The entry settled so.
    #[must_use]
    pub fn settle(self, entry: &Message, now: Time) -> Message {
        let entry = entry.clone();
        match self {
            Self::Skipped(reason) => Message { skipped_reason: Some(reason), skipped_phase: Some(Phase::Send), ..entry },
            Self::Failed(reason) => Message { failed_at: Some(now), failed_reason: Some(reason), ..entry },
            Self::Unknown => {
                Message { unknown_at: Some(now), failed_reason: Some("the provider's answer was lost".to_owned()), ..entry }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::Email;
    use crate::message::MessageStatus;

    #[test]
    fn whichever_comes_first_of_taking_and_closing_holds() {
        let [a, b] = ["a@x.in", "b@x.in"].map(|email| CustomerId::of(&Email::parse(email).unwrap()));
        let at = Time::from_micros;
        let gone = || Ending::Skipped(SkipReason::Gone);
        let mut hand = Hand::empty();
        assert!(hand.take([a].into_iter(), at(5)) && !hand.take([a].into_iter(), at(6)));
        assert_eq!((hand.holds(a), hand.holds(b)), (Some(at(5)), None));
        assert!(hand.close(a, gone()) && hand.close(b, gone()));
        assert_eq!(hand.closed, [(a, Ending::Unknown), (b, gone())].into());
        assert!(!hand.close(b, Ending::Failed("x".into())) && !hand.take([a, b].into_iter(), at(9)));
        assert_eq!((hand.holds(b), hand.closed.get(&b)), (None, Some(&gone())), "what stands stands");
        let entry = Message::blank(&Email::parse("a@x.in").unwrap(), at(0));
        for (ending, status) in [
            (gone(), MessageStatus::Skipped),
            (Ending::Failed("x".into()), MessageStatus::Failed),
            (Ending::Unknown, MessageStatus::Unknown),
        ] {
            assert_eq!(ending.settle(&entry, at(9)).status(), status);
        }
    }
}
