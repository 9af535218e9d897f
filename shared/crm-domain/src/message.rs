//! The delivery log: one entry per recipient of a campaign, and the receipts that move it forward.

mod receipt;
mod tally;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::audience::Decision;
use crate::customer::Channel;
use crate::email::Email;
use crate::experiment;
use crate::ids::{CampaignId, CustomerId};
use crate::sending::Intent;
use crate::suppression::AddressHash;
use crate::time::{SECOND, Time};

pub use receipt::{Bounce, Receipt, Report};
pub use tally::Tally;

/// What is opened sooner than this after its delivery was opened by a machine that looks at mail before people do.
const TOO_SOON: i64 = 2 * SECOND;

/// A message: one recipient of one campaign. Known to providers as `CAMPAIGN.CUSTOMER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    pub campaign: CampaignId,
    pub customer: CustomerId,
}

impl MessageId {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (campaign, customer) = text.split_once('.')?;
        Some(Self { campaign: CampaignId::parse(campaign)?, customer: CustomerId::parse(customer)? })
    }

    /// A number below `below` that looks random but depends on the message and `purpose` alone.
    #[must_use]
    pub fn draw(&self, purpose: &str, below: u32) -> u32 {
        experiment::draw(self.campaign.as_bytes(), self.customer, purpose, u64::from(below)) as u32
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.campaign, self.customer)
    }
}

/// Why a recipient was not written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// No address on the channel.
    Unreachable,
    /// No consent for the channel.
    NoConsent,
    /// The address is on the suppression list.
    Suppressed,
    /// They have had as many messages as anybody may get.
    Capped,
    /// Held out, for comparison.
    HeldOut,
    /// The customer was erased or merged away between launch and sending.
    Gone,
    /// The campaign was cancelled before this message went out.
    Cancelled,
}

impl SkipReason {
    /// The word that the API has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::NoConsent => "no_consent",
            Self::Gone => "gone",
            Self::Cancelled => "cancelled",
            Self::Suppressed => "suppressed",
            Self::Capped => "capped",
            Self::HeldOut => "held_out",
        }
    }
}

/// When it was decided not to write to a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    Launch,
    Send,
}

impl Phase {
    /// The word that the API has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Launch => "launch",
            Self::Send => "send",
        }
    }
}

/// Where a message stands; derived from its timestamps, of which each is set once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageStatus {
    Queued,
    Sent,
    Delivered,
    Opened,
    Clicked,
    Converted,
    Bounced,
    Complained,
    Unsubscribed,
    Failed,
    Skipped,
    Unknown,
}

impl MessageStatus {
    pub const ALL: [Self; 12] = [
        Self::Queued,
        Self::Sent,
        Self::Delivered,
        Self::Opened,
        Self::Clicked,
        Self::Converted,
        Self::Bounced,
        Self::Complained,
        Self::Unsubscribed,
        Self::Failed,
        Self::Skipped,
        Self::Unknown,
    ];

    /// The word that the API has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Converted => "converted",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
            Self::Unsubscribed => "unsubscribed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Unknown => "unknown",
        }
    }

    /// The reverse of [`MessageStatus::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// The log entry of one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub customer_id: CustomerId,
    pub email: String,
    pub channel: Channel,
    /// What stands on the suppression list for the address that was written to, or would have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressHash>,
    /// Index of the variant of the campaign.
    pub variant: u32,
    /// How many recipients the same part of the plan had queued before this one.
    #[serde(default)]
    pub place: u32,
    pub queued_at: Time,
    /// From when on they may be written to, where that is later for some than for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Time>,
    /// The first opening that no machine is known to have made; see [`Message::opened`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Time>,
    /// The last of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_opened_at: Option<Time>,
    /// The first opening that a machine has made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_opened_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clicked_at: Option<Time>,
    /// When the recipient placed the first order that counted for the campaign. It stays when that order is cancelled later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converted_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounced_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complained_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsubscribed_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_reason: Option<String>,
    /// That somebody is about to hand it to a provider that knows no repetitions, or was when they died.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// When it was given up to find out whether it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_at: Option<Time>,
    /// The provider's own name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped_reason: Option<SkipReason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped_phase: Option<Phase>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl Message {
    /// An entry by e-mail of which nothing is known yet.
    #[must_use]
    pub fn blank(email: &Email, queued_at: Time) -> Self {
        Self {
            address: None,
            last_opened_at: None,
            machine_opened_at: None,
            customer_id: CustomerId::of(email),
            email: email.to_string(),
            channel: Channel::Email,
            variant: 0,
            place: 0,
            queued_at,
            due_at: None,
            sent_at: None,
            delivered_at: None,
            opened_at: None,
            clicked_at: None,
            converted_at: None,
            bounced_at: None,
            complained_at: None,
            unsubscribed_at: None,
            failed_at: None,
            failed_reason: None,
            intent: None,
            unknown_at: None,
            provider_id: None,
            skipped_reason: None,
            skipped_phase: None,
            subject: None,
            body: None,
        }
    }

    #[must_use]
    pub fn status(&self) -> MessageStatus {
        if self.skipped_reason.is_some() {
            MessageStatus::Skipped
        } else if self.failed_at.is_some() {
            MessageStatus::Failed
        } else if self.unsubscribed_at.is_some() {
            MessageStatus::Unsubscribed
        } else if self.complained_at.is_some() {
            MessageStatus::Complained
        } else if self.bounced_at.is_some() {
            MessageStatus::Bounced
        } else if self.converted_at.is_some() {
            MessageStatus::Converted
        } else if self.clicked_at.is_some() {
            MessageStatus::Clicked
        } else if self.opened().is_some() {
            MessageStatus::Opened
        } else if self.delivered_at.is_some() {
            MessageStatus::Delivered
        } else if self.went_out_at().is_some() {
            MessageStatus::Sent
        } else if self.unknown_at.is_some() {
            MessageStatus::Unknown
        } else {
            MessageStatus::Queued
        }
    }

    /// Applies a receipt. Of several with one report the earliest stands, so that neither order nor
    /// repetition matters. False when nothing changed.
    pub fn note(&mut self, receipt: &Receipt) -> bool {
        let later = receipt.counts_last() && self.last_opened_at.is_none_or(|held| held < receipt.at);
        if later {
            self.last_opened_at = Some(receipt.at);
        }
        let held = match receipt.report {
            Report::Delivered => &mut self.delivered_at,
            Report::Opened if receipt.machine => &mut self.machine_opened_at,
            Report::Opened => &mut self.opened_at,
            Report::Clicked => &mut self.clicked_at,
            Report::Bounced => &mut self.bounced_at,
            Report::Complained => &mut self.complained_at,
            Report::Unsubscribed => &mut self.unsubscribed_at,
            Report::Failed => &mut self.failed_at,
        };
        if held.is_some_and(|held| held <= receipt.at) {
            return later;
        }
        *held = Some(receipt.at);
        if receipt.report.has_reason() {
            self.failed_reason.clone_from(&receipt.reason);
        }
        true
    }

    /// When somebody opened it: openings within two seconds of the delivery are those of machines. Said of what is known by
    /// now, since an opening may be told before the delivery.
    #[must_use]
    pub const fn opened(&self) -> Option<Time> {
        match (self.opened_at, self.last_opened_at) {
            (Some(first), _) if !self.is_too_soon(first) => Some(first),
            (Some(_), Some(last)) if !self.is_too_soon(last) => Some(last),
            _ => None,
        }
    }

    /// When a machine opened it, as far as that is obvious.
    #[must_use]
    pub const fn machine_opened(&self) -> Option<Time> {
        match (self.machine_opened_at, self.opened_at) {
            (Some(known), Some(opened)) if self.is_too_soon(opened) && opened.micros() < known.micros() => Some(opened),
            (None, Some(opened)) if self.is_too_soon(opened) => Some(opened),
            (known, _) => known,
        }
    }

    const fn is_too_soon(&self, opened: Time) -> bool {
        match self.delivered_at {
            Some(delivered) => opened.micros() < delivered.micros() + TOO_SOON,
            None => false,
        }
    }

    /// What was decided when the audience was frozen.
    #[must_use]
    pub const fn decided(&self) -> Decision {
        match (self.skipped_phase, self.skipped_reason) {
            (Some(Phase::Launch), Some(reason)) => Decision::Skipped(reason),
            _ => Decision::Queued,
        }
    }

    /// When it was sent; before that, or when it was not, when that was decided.
    #[must_use]
    pub fn told_at(&self) -> Time {
        self.went_out_at().or(self.failed_at).or(self.unknown_at).unwrap_or(self.queued_at)
    }

    /// The same entry of nobody in particular.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self {
            email: Email::erased().to_string(),
            subject: None,
            body: None,
            failed_reason: None,
            provider_id: None,
            ..self.clone()
        }
    }

    /// Whether nothing more will be done to send it.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.sent_at.is_some() || self.failed_at.is_some() || self.skipped_reason.is_some() || self.unknown_at.is_some()
    }

    /// When it went out, as far as it is known to: when the provider took it or, where its answer was lost, the first moment
    /// of which it reported something later.
    #[must_use]
    pub fn went_out_at(&self) -> Option<Time> {
        self.sent_at.or_else(|| self.unknown_at.and_then(|_| self.first_heard_at()))
    }

    /// The first moment of which the provider has reported something: it had the letter by then.
    #[must_use]
    pub fn first_heard_at(&self) -> Option<Time> {
        let reported = [
            self.delivered_at,
            self.opened_at,
            self.machine_opened_at,
            self.clicked_at,
            self.bounced_at,
            self.complained_at,
            self.unsubscribed_at,
        ];
        reported.into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message::blank(&Email::parse("a@example.com").unwrap(), Time::from_micros(0))
    }

    fn receipt(message: MessageId, report: Report, at: i64) -> Receipt {
        Receipt { message, report, at: Time::from_micros(at), reason: None, bounce: Bounce::Hard, machine: false }
    }

    #[test]
    fn machines_that_open_are_marked_apart_in_any_order() {
        let id = MessageId { campaign: CampaignId::generate(), customer: message().customer_id };
        let second = |seconds: i64| seconds * SECOND;
        let scanner = Receipt { machine: true, ..receipt(id, Report::Opened, second(20)) };
        let receipts = [
            receipt(id, Report::Opened, second(11)),
            receipt(id, Report::Delivered, second(10)),
            scanner,
            receipt(id, Report::Opened, second(60)),
        ];
        let after = |order: &[usize]| {
            let mut message = message();
            for index in order {
                message.note(&receipts[*index]);
            }
            (message.opened(), message.machine_opened(), message.status())
        };
        let at = |seconds| Some(Time::from_micros(second(seconds)));
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
            assert_eq!(after(&order), (at(60), at(11), MessageStatus::Opened));
        }
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            assert_eq!(after(&order), (None, at(11), MessageStatus::Delivered));
        }
        assert_eq!(after(&[2, 1]), (None, at(20), MessageStatus::Delivered));
        // Not every provider tells of deliveries.
        assert_eq!(after(&[0]), (at(11), None, MessageStatus::Opened));
    }

    #[test]
    fn receipts_give_the_same_in_any_order_and_number() {
        let id = MessageId { campaign: CampaignId::generate(), customer: message().customer_id };
        let receipt = |report, at| receipt(id, report, at);
        let receipts = [receipt(Report::Delivered, 5), receipt(Report::Opened, 9_000_000), receipt(Report::Delivered, 7)];
        let after = |order: &[usize]| {
            let mut message = message();
            for index in order {
                message.note(&receipts[*index]);
            }
            message
        };
        let expected = after(&[0, 1, 2]);
        assert_eq!(expected.status(), MessageStatus::Opened);
        for order in [&[2, 1, 0][..], &[1, 2, 0, 0, 1], &[2, 2, 0, 1]] {
            assert_eq!(after(order), expected);
        }
        // Reported before its sending is recorded: it counts as queued until then, and fully afterwards.
        let mut tally = Tally::default();
        tally.count(&expected);
        assert_eq!((tally.queued, tally.delivered), (1, 0));
        let mut tally = Tally::default();
        tally.count(&Message { sent_at: Some(Time::from_micros(6)), ..expected });
        assert_eq!((tally.sent, tally.delivered, tally.opened), (1, 1, 1));
    }

    #[test]
    fn it_went_out_when_it_was_taken_or_else_when_it_was_first_heard_of() {
        let at = |micros| Some(Time::from_micros(micros));
        let heard = Message { clicked_at: at(9), delivered_at: at(5), opened_at: at(7), ..message() };
        assert_eq!(heard.went_out_at(), None, "as long as its sending is about to be recorded");
        let lost = Message { unknown_at: at(8), ..heard };
        assert_eq!((lost.went_out_at(), lost.told_at()), (at(5), Time::from_micros(5)));
        assert_eq!(Message { sent_at: at(6), ..lost }.went_out_at(), at(6));
        assert_eq!(Message { unknown_at: at(8), ..message() }.went_out_at(), None);
    }

    #[test]
    fn draws_are_even_and_stand() {
        let campaign = CampaignId::generate();
        let customers = (0..10_000).map(|n| CustomerId::of(&Email::parse(&format!("p{n}@example.com")).unwrap()));
        let low = customers.filter(|customer| MessageId { campaign, customer: *customer }.draw("x", 10) < 3).count();
        assert!((2_800..3_200).contains(&low), "{low}");
    }
}
