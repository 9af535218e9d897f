//! How many messages a person may get: at most so many in any stretch of so many days, over all campaigns.
//!
//! Nothing is counted up: what somebody has had is what the logs say of them, under each of their identities, when it is
//! asked. Campaigns without caps do not ask, and what they send counts for those that do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::faults::{self, Faults, Fields};
use crate::json::Json;
use crate::message::{Message, MessageId};
use crate::time::{DAY, Time};
use crate::turn;

/// Most messages that a cap may allow.
const MAX_MESSAGES: i64 = 100;
/// Longest stretch of a cap, in days.
const MAX_DAYS: i64 = 90;

/// At most `messages` in any stretch of `days` days of 24 hours, over all campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Caps {
    pub messages: u32,
    pub days: u32,
}

/// That a message went to somebody, as a log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    pub message: MessageId,
    pub at: Time,
    /// Whether it is still open what becomes of it: it is with the provider, or was when its sender died.
    pub in_doubt: bool,
}

/// Whether somebody may get one more message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    Free,
    Full,
    /// That hangs on a message whose fate is open; worth another look after so many seconds.
    Unsure(u32),
}

impl Contact {
    /// What an entry of the log says; `in_hand` is since when its message may be with a provider that recognises it. What nobody
    /// will ever know may have arrived, so it counts; what failed or was skipped did not.
    #[must_use]
    pub fn of(message: MessageId, entry: &Message, in_hand: Option<Time>) -> Option<Self> {
        let contact = |at: Time, in_doubt| Self { message, at, in_doubt };
        if entry.skipped_reason.is_some() || entry.failed_at.is_some() {
            return None;
        }
        let settled = entry.taken_at().or(entry.unknown_at).map(|at| contact(at, false));
        settled.or_else(|| entry.intent.map(|intent| intent.at).or(in_hand).map(|at| contact(at, true)))
    }
}

impl Caps {
    /// The instant after which a message counts at `now`.
    #[must_use]
    pub fn since(self, now: Time) -> Time {
        now.plus(-i64::from(self.days) * DAY)
    }

    /// Whether somebody has had as many as they may, leaving aside what is in doubt.
    #[must_use]
    pub fn are_reached(self, contacts: &[Contact], now: Time) -> bool {
        self.counted(contacts, now).filter(|contact| !contact.in_doubt).count() >= self.messages as usize
    }

    /// Whether somebody may get one more. What is in doubt is waited for as long as whoever has it in hand may come back;
    /// then it counts as a message that may have arrived.
    #[must_use]
    pub fn room(self, contacts: &[Contact], now: Time) -> Room {
        if self.are_reached(contacts, now) {
            return Room::Full;
        }
        if self.counted(contacts, now).count() < self.messages as usize {
            return Room::Free;
        }
        let doubts = self.counted(contacts, now).filter(|contact| contact.in_doubt);
        doubts.filter_map(|contact| turn::wait(contact.at, now)).max().map_or(Room::Full, Room::Unsure)
    }

    fn counted(self, contacts: &[Contact], now: Time) -> impl Iterator<Item = &Contact> {
        let since = self.since(now);
        contacts.iter().filter(move |contact| contact.at > since)
    }

    /// Reads the member `caps` of a launch.
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        match fields.raw("caps") {
            None | Some(Json::Null) => None,
            Some(json) => fields.nested(Self::parse(json, "caps")),
        }
    }

    fn parse(json: &Json, path: &str) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, path)?;
        let messages = fields.required("messages", |json| faults::integer(json, 1, MAX_MESSAGES));
        let days = fields.required("days", |json| faults::integer(json, 1, MAX_DAYS));
        fields.finish()?;
        match (messages, days) {
            (Some(messages), Some(days)) => Ok(Self { messages: messages as u32, days: days as u32 }),
            _ => Err(Faults::of(path, "is incomplete")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::Email;
    use crate::ids::CampaignId;
    use crate::message::SkipReason;
    use crate::sending::Intent;
    use crate::time::{MINUTE, SECOND};

    const NOW: Time = Time::from_micros(1_800_000_000 * SECOND);

    fn contact(ago: i64, in_doubt: bool) -> Contact {
        let customer = crate::ids::CustomerId::of(&Email::parse("a@x.in").unwrap());
        Contact { message: MessageId { campaign: CampaignId::generate(), customer }, at: NOW.plus(-ago), in_doubt }
    }

    #[test]
    fn what_went_out_counts_for_so_many_days_to_the_microsecond() {
        let caps = Caps { messages: 2, days: 7 };
        let room = |contacts: &[Contact]| caps.room(contacts, NOW);
        let (sent, old) = (contact(7 * DAY - 1, false), contact(7 * DAY, false));
        assert_eq!(room(&[]), Room::Free);
        assert_eq!(room(&[sent]), Room::Free);
        assert_eq!(room(&[sent, old]), Room::Free, "that one is exactly seven days old");
        assert_eq!(room(&[sent, contact(0, false)]), Room::Full);
        assert_eq!(room(&[sent, contact(-SECOND, false)]), Room::Full, "the clock of another machine is ahead");
        assert!(caps.are_reached(&[sent, sent], NOW) && !caps.are_reached(&[sent, old], NOW));
        assert_eq!(Caps { messages: 1, days: 1 }.room(&[contact(DAY, false), sent], NOW), Room::Free);
    }

    #[test]
    fn what_is_in_doubt_is_waited_for_and_then_counts() {
        let caps = Caps { messages: 2, days: 7 };
        let sent = contact(DAY, false);
        let after = |ago: i64| caps.room(&[sent, contact(ago, true)], NOW);
        assert_eq!(after(0), Room::Unsure(2));
        assert_eq!(after(19 * MINUTE), Room::Unsure(60));
        assert_eq!(after(turn::LASTS), Room::Full);
        assert_eq!(after(7 * DAY), Room::Free);
        assert_eq!(caps.room(&[contact(0, true)], NOW), Room::Free, "whatever becomes of it, there is room");
        assert_eq!(caps.room(&[sent, sent, contact(0, true)], NOW), Room::Full, "whatever becomes of it, there is none");
        assert!(!caps.are_reached(&[sent, contact(DAY, true)], NOW));
    }

    #[test]
    fn contacts_are_what_may_have_arrived() {
        let entry = Message::blank(&Email::parse("a@x.in").unwrap(), NOW);
        let at = |ago: i64| Some(NOW.plus(-ago));
        let id = contact(0, false).message;
        let told = |entry: &Message, hand| Contact::of(id, entry, hand).map(|contact| (contact.at, contact.in_doubt));
        let sent = |ago: i64| Some((NOW.plus(-ago), false));
        assert_eq!(told(&entry, None), None);
        assert_eq!(told(&Message { sent_at: at(3), unknown_at: at(2), ..entry.clone() }, None), sent(3));
        assert_eq!(told(&Message { unknown_at: at(2), ..entry.clone() }, at(9)), sent(2));
        assert_eq!(told(&Message { failed_at: at(2), ..entry.clone() }, at(9)), None);
        assert_eq!(told(&Message { sent_at: at(3), failed_at: at(2), ..entry.clone() }, None), None);
        assert_eq!(told(&Message { skipped_reason: Some(SkipReason::Gone), ..entry.clone() }, None), None);
        assert_eq!(told(&entry, at(9)), Some((NOW.plus(-9), true)));
        let intent = Some(Intent::new(NOW.plus(-4)));
        assert_eq!(told(&Message { intent, ..entry }, None), Some((NOW.plus(-4), true)));
    }
}
