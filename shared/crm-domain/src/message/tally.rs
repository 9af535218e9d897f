//! Counts over the entries of a log.

use serde::{Deserialize, Serialize};

use super::Message;
use crate::experiment::VariantCounts;
use crate::funnel::Funnel;
use crate::limits;
use crate::time::Time;

/// Counts over log entries: `audience = queued + sent + failed + skipped + unknown`, and each of the others is part of `sent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    pub audience: u64,
    pub queued: u64,
    pub sent: u64,
    pub delivered: u64,
    pub opened: u64,
    pub clicked: u64,
    pub bounced: u64,
    pub complained: u64,
    pub unsubscribed: u64,
    pub failed: u64,
    pub skipped: u64,
    #[serde(default)]
    pub unknown: u64,
    /// Of those who are queued, who wait for the winner of a test, unless it is known.
    #[serde(default)]
    pub waiting: u64,
    /// Of those who are queued, who have a time of their own.
    #[serde(default)]
    pub timed: u64,
    /// When the first of these may be written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_due: Option<Time>,
    /// How many of them may be from that very moment on.
    #[serde(default)]
    pub first: u64,
    /// What was decided when the audience was frozen.
    #[serde(default)]
    pub funnel: Funnel,
    /// By variant; part of `sent` and of `clicked`.
    #[serde(default)]
    pub variants: [VariantCounts; limits::VARIANTS],
}

impl Tally {
    /// Counts one more entry.
    pub fn count(&mut self, message: &Message) {
        self.audience += 1;
        self.funnel.count(message.decided());
        if message.skipped_reason.is_some() {
            self.skipped += 1;
        } else if message.failed_at.is_some() {
            self.failed += 1;
        } else if message.went_out_at().is_some() {
            self.sent += 1;
            self.delivered += u64::from(message.delivered_at.is_some());
            self.opened += u64::from(message.opened().is_some());
            self.clicked += u64::from(message.clicked_at.is_some());
            self.bounced += u64::from(message.bounced_at.is_some());
            self.complained += u64::from(message.complained_at.is_some());
            self.unsubscribed += u64::from(message.unsubscribed_at.is_some());
            if let Some(counts) = self.variants.get_mut(message.variant as usize) {
                counts.sent += 1;
                counts.clicked += u64::from(message.clicked_at.is_some());
            }
        } else if message.unknown_at.is_some() {
            self.unknown += 1;
        } else {
            self.queued += 1;
            self.waiting += u64::from(message.waits);
            if let Some(due) = message.due_at {
                self.timed += 1;
                (self.first_due, self.first) = first((self.first_due, self.first), (Some(due), 1));
            }
        }
    }

    /// About how many are to be written to at `now`: of those with a time of their own, who are the first. Whether a test has
    /// no winner yet is for the caller to say.
    #[must_use]
    pub fn due(&self, now: Time, is_testing: bool) -> u64 {
        // Who waits for a winner has no time of their own before it is known; but these counts may be younger than what the
        // caller knows of the test, and then they may have one.
        let untimed = self.queued.saturating_sub(self.timed).saturating_sub(if is_testing { self.waiting } else { 0 });
        untimed + if self.first_due.is_some_and(|due| due <= now) { self.first } else { 0 }
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let mut variants = self.variants;
        variants.iter_mut().zip(other.variants).for_each(|(counts, more)| *counts = counts.plus(more));
        let (first_due, first) = first((self.first_due, self.first), (other.first_due, other.first));
        Self {
            audience: self.audience + other.audience,
            queued: self.queued + other.queued,
            sent: self.sent + other.sent,
            delivered: self.delivered + other.delivered,
            opened: self.opened + other.opened,
            clicked: self.clicked + other.clicked,
            bounced: self.bounced + other.bounced,
            complained: self.complained + other.complained,
            unsubscribed: self.unsubscribed + other.unsubscribed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
            unknown: self.unknown + other.unknown,
            waiting: self.waiting + other.waiting,
            timed: self.timed + other.timed,
            first_due,
            first,
            funnel: self.funnel.plus(other.funnel),
            variants,
        }
    }
}

/// The earlier of two times, either of which may be none, and how many have it.
fn first(one: (Option<Time>, u64), other: (Option<Time>, u64)) -> (Option<Time>, u64) {
    match (one.0, other.0) {
        (Some(a), Some(b)) if a == b => (one.0, one.1 + other.1),
        (Some(a), Some(b)) if b < a => other,
        (None, Some(_)) => other,
        _ => one,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MessageStatus, SkipReason};
    use super::*;
    use crate::email::Email;
    use crate::time::Time;

    fn message() -> Message {
        Message::blank(&Email::parse("a@example.com").unwrap(), Time::from_micros(0))
    }

    #[test]
    fn counts_may_be_younger_than_what_is_known_of_the_test() {
        let now = Time::from_micros(9);
        // The winner is known, and those who waited were put off until their hours.
        let tally = Tally { queued: 91, waiting: 90, timed: 91, first_due: Some(now.plus(1)), first: 90, ..Tally::default() };
        assert_eq!((tally.due(now, true), tally.due(now, false), tally.due(now.plus(1), true)), (0, 0, 90));
    }

    #[test]
    fn a_tally_adds_up() {
        let at = Some(Time::from_micros(1));
        let mut tally = Tally::default();
        tally.count(&message());
        tally.count(&Message { sent_at: at, ..message() });
        tally.count(&Message { sent_at: at, bounced_at: at, ..message() });
        tally.count(&Message { sent_at: at, failed_at: at, ..message() });
        tally.count(&Message { failed_at: at, ..message() });
        tally.count(&Message { skipped_reason: Some(SkipReason::Gone), ..message() });
        tally.count(&Message { unknown_at: at, ..message() });
        assert_eq!(tally.audience, tally.queued + tally.sent + tally.failed + tally.skipped + tally.unknown);
        assert_eq!((tally.audience, tally.queued, tally.sent, tally.failed, tally.skipped, tally.bounced), (7, 1, 2, 2, 1, 1));
        assert_eq!(tally.plus(tally).unknown, 2);
    }

    #[test]
    fn a_lost_answer_is_unknown_until_something_is_heard_of_the_message() {
        let at = Some(Time::from_micros(1));
        let lost = Message { unknown_at: at, ..message() };
        for (entry, status, sent, failed, unknown) in [
            (lost.clone(), MessageStatus::Unknown, 0, 0, 1),
            (Message { delivered_at: at, ..lost.clone() }, MessageStatus::Delivered, 1, 0, 0),
            (Message { bounced_at: at, ..lost.clone() }, MessageStatus::Bounced, 1, 0, 0),
            (Message { machine_opened_at: at, ..lost.clone() }, MessageStatus::Sent, 1, 0, 0),
            (Message { failed_at: at, ..lost.clone() }, MessageStatus::Failed, 0, 1, 0),
            (Message { sent_at: at, ..lost.clone() }, MessageStatus::Sent, 1, 0, 0),
        ] {
            let mut tally = Tally::default();
            tally.count(&entry);
            assert!(entry.is_settled());
            assert_eq!((entry.status(), tally.sent, tally.failed, tally.unknown), (status, sent, failed, unknown));
            assert_eq!((tally.audience, entry.went_out_at().is_some()), (1, sent == 1));
        }
    }
}
