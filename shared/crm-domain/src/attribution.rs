//! Which orders a campaign may call its own.
//!
//! An order counts when it counts at all (it was neither cancelled nor refunded) and was placed after the message was sent,
//! at most so many days later. Those who were held out get the same days, from the moment at which they would have been
//! queued. Nothing of it is stored: it follows from the log and from the orders as they are when it is asked.
//!
//! Customers may have been merged since, so that one person has several entries in a log. Each order then belongs to one
//! of them: to a message that was sent rather than to one that was held out, and of several to the latest.

use crate::faults::{self, Reason};
use crate::history::History;
use crate::ids::CustomerId;
use crate::json::Json;
use crate::message::{Message, SkipReason};
use crate::money::Money;
use crate::time::{DAY, Time};

/// For how many days orders count unless a campaign says something else.
pub const DEFAULT_DAYS: u32 = 7;
/// The most days for which they may.
const MAX_DAYS: i64 = 90;

/// On which side of the comparison an entry of a log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Would have been written to, but for the comparison.
    HeldOut,
    /// Was written to.
    Sent,
}

/// The time in which orders count for an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    pub side: Side,
    /// Orders of this very moment do not count yet.
    pub after: Time,
    /// Orders of this very moment still count.
    pub until: Time,
}

/// The orders that count for an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Credit {
    pub orders: u64,
    pub revenue: Money,
    /// When the first of them was placed.
    pub first_at: Option<Time>,
}

/// Reads for how many days orders are to count.
///
/// # Errors
/// Says that it is no whole number, or out of bounds.
pub fn days(json: &Json) -> Result<u32, Reason> {
    faults::integer(json, 1, MAX_DAYS).map(|days| days as u32)
}

impl Window {
    /// The window of `entry`; none for those who were neither written to nor held out, or whom nothing has reached.
    #[must_use]
    pub fn of(entry: &Message, days: u32) -> Option<Self> {
        let (side, after) = match entry.went_out_at() {
            // The provider took it and could not deliver it: it counts as failed.
            Some(_) if entry.failed_at.is_some() => return None,
            Some(at) => (Side::Sent, at),
            None if entry.skipped_reason == Some(SkipReason::HeldOut) => (Side::HeldOut, entry.queued_at),
            None => return None,
        };
        Some(Self { side, after, until: after.plus(i64::from(days) * DAY) })
    }

    fn holds(&self, at: Time) -> bool {
        self.after < at && at <= self.until
    }
}

/// On which side `entry` is counted, when the same person also has the entries `others` in the log: who was written to
/// under one identity is not compared as one who was held out under another.
#[must_use]
pub fn side(entry: &Message, others: &[Message], days: u32) -> Option<Side> {
    let own = Window::of(entry, days)?.side;
    let written_to = || others.iter().any(|other| other.went_out_at().is_some());
    (own == Side::Sent || !written_to()).then_some(own)
}

/// The orders of a person that count for `entry`, when the same person also has the entries `others` in the log.
#[must_use]
pub fn credit(entry: &Message, others: &[Message], history: &History, days: u32) -> Credit {
    let Some(window) = Window::of(entry, days) else { return Credit::default() };
    let rivals: Vec<(Window, CustomerId)> =
        others.iter().filter_map(|other| Some((Window::of(other, days)?, other.customer_id))).collect();
    let own = (window, entry.customer_id);
    let purchases = history.purchases();
    let first = purchases.partition_point(|purchase| purchase.at <= window.after);
    let within = purchases.iter().skip(first).take_while(|purchase| purchase.at <= window.until);
    let theirs = |at: Time| rivals.iter().any(|rival| rival.0.holds(at) && *rival > own);
    within.filter(|purchase| purchase.counts && !theirs(purchase.at)).fold(Credit::default(), |credit, purchase| Credit {
        orders: credit.orders + 1,
        revenue: credit.revenue.plus(purchase.total),
        first_at: credit.first_at.or(Some(purchase.at)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::Email;

    fn at(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    fn entry(email: &str, sent_at: Option<&str>) -> Message {
        Message { sent_at: sent_at.map(at), ..Message::blank(&Email::parse(email).unwrap(), at("2026-11-01")) }
    }

    fn history(orders: &[(&str, i64, bool)]) -> History {
        let mut history = History::default();
        for (placed, total, counts) in orders {
            history.add(at(placed), Money::from_minor(*total), *counts, []);
        }
        history
    }

    #[test]
    fn orders_count_from_just_after_the_sending_to_the_last_moment() {
        let sent = entry("a@x.in", Some("2026-11-02T10:00:00Z"));
        let history = history(&[
            ("2026-11-02T09:59:59Z", 1, true),
            ("2026-11-02T10:00:00Z", 2, true),
            ("2026-11-02T10:00:00.000001Z", 4, true),
            ("2026-11-05", 8, false),
            ("2026-11-09T10:00:00Z", 16, true),
            ("2026-11-09T10:00:00.000001Z", 32, true),
        ]);
        let seen = credit(&sent, &[], &history, 7);
        assert_eq!(
            (seen.orders, seen.revenue, seen.first_at),
            (2, Money::from_minor(20), Some(at("2026-11-02T10:00:00.000001Z")))
        );
        assert_eq!(credit(&sent, &[], &history, 1).revenue, Money::from_minor(4));
        assert_eq!(credit(&sent, &[], &history, 90).revenue, Money::from_minor(52));
    }

    #[test]
    fn a_lost_answer_costs_no_orders_once_it_is_known_that_the_message_went_out() {
        let history = history(&[("2026-11-02", 1, true), ("2026-11-04", 2, true)]);
        let lost = Message { unknown_at: Some(at("2026-11-01T10:00:00Z")), ..entry("a@x.in", None) };
        assert_eq!((side(&lost, &[], 7), credit(&lost, &[], &history, 7).orders), (None, 0));
        let heard = Message { delivered_at: Some(at("2026-11-03")), ..lost };
        assert_eq!((side(&heard, &[], 7), credit(&heard, &[], &history, 7).revenue), (Some(Side::Sent), Money::from_minor(2)));
        let held = Message { skipped_reason: Some(SkipReason::HeldOut), ..entry("b@x.in", None) };
        assert_eq!(side(&held, &[heard], 7), None);
    }

    #[test]
    fn what_the_provider_could_not_deliver_earns_nothing() {
        let history = history(&[("2026-11-03", 1, true)]);
        let taken = entry("a@x.in", Some("2026-11-02"));
        let failed = Message { failed_at: Some(at("2026-11-02T01:00:00Z")), ..taken.clone() };
        assert_eq!(credit(&taken, &[], &history, 7).orders, 1);
        assert_eq!((side(&failed, &[], 7), credit(&failed, &[], &history, 7)), (None, Credit::default()));
    }

    #[test]
    fn those_held_out_are_compared_from_when_they_were_queued_and_nobody_else_is() {
        let history = history(&[("2026-11-01T00:00:01Z", 5, true)]);
        let skipped = |reason| Message { skipped_reason: Some(reason), ..entry("a@x.in", None) };
        let held = skipped(SkipReason::HeldOut);
        assert_eq!(side(&held, &[], 7), Some(Side::HeldOut));
        assert_eq!(credit(&held, &[], &history, 7).revenue, Money::from_minor(5));
        for other in [skipped(SkipReason::NoConsent), entry("a@x.in", None)] {
            assert_eq!((side(&other, &[], 7), credit(&other, &[], &history, 7)), (None, Credit::default()));
        }
    }

    #[test]
    fn an_order_of_a_merged_person_counts_once() {
        let first = entry("a@x.in", Some("2026-11-02"));
        let second = entry("b@x.in", Some("2026-11-04"));
        let held = Message { skipped_reason: Some(SkipReason::HeldOut), ..entry("c@x.in", None) };
        let history = history(&[("2026-11-03", 1, true), ("2026-11-05", 2, true), ("2026-11-10T12:00:00Z", 4, true)]);
        let all = [first, second, held];
        let alone = |index: usize| {
            let others: Vec<Message> = (0..3).filter(|other| *other != index).map(|other| all[other].clone()).collect();
            (side(&all[index], &others, 7), credit(&all[index], &others, &history, 7).revenue.minor())
        };
        assert_eq!(alone(0), (Some(Side::Sent), 1));
        assert_eq!(alone(1), (Some(Side::Sent), 6));
        assert_eq!(alone(2), (None, 0));
        // Two of one moment: one of them has it, whichever is asked first.
        let twin = entry("d@x.in", Some("2026-11-04"));
        let one = credit(&all[1], std::slice::from_ref(&twin), &history, 7).orders;
        let other = credit(&twin, std::slice::from_ref(&all[1]), &history, 7).orders;
        assert_eq!((one + other, one * other), (2, 0));
    }
}
