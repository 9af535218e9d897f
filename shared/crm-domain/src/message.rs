//! The delivery log: one entry per recipient of a campaign, and the receipts that move it forward.

mod receipt;
mod status;
mod tally;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::audience::Decision;
use crate::customer::Channel;
use crate::email::Email;
use crate::experiment;
use crate::ids::{CampaignId, CustomerId};
use crate::sending::Intent;
use crate::suppression::AddressHash;
use crate::time::{SECOND, Time};

pub use receipt::{Bounce, Explained, Receipt, Report, quoting_nobody};
pub use status::{MessageStatus, Phase, SkipReason};
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
    /// Whether they are not among those on whom the campaign tests its variants, and wait for the winner.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
    /// From when on they may be written to, where that is later for some than for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Time>,
    /// When the provider answered that it has it; see [`Message::taken_at`].
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
    /// Why nobody took it; see [`Message::why_failed`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_reason: Option<String>,
    /// Why it did not arrive, as far as its provider has reported that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explained: Option<Explained>,
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
            waits: false,
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
            explained: None,
            intent: None,
            unknown_at: None,
            provider_id: None,
            skipped_reason: None,
            skipped_phase: None,
            subject: None,
            body: None,
        }
    }

    /// As it counts where two have handed it over at once, and it was refused to one of them and taken from the other: it was
    /// sent, or heard of where the other's answer was lost. A failure that a receipt tells of stands.
    #[must_use]
    pub fn reconciled(self) -> Self {
        // What is explained is a bounce, or such a failure.
        let is_told = self.explained.is_some() && self.bounced_at.is_none();
        let was_refused = self.failed_reason.is_some() && !is_told && self.unknown_at.is_none();
        if !was_refused || (self.sent_at.is_none() && self.first_heard_at().is_none()) {
            return self;
        }
        let unknown_at = if self.sent_at.is_none() { self.failed_at } else { None };
        Self { failed_at: None, failed_reason: None, unknown_at, ..self }
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

    /// Applies a receipt. Of several with one report the earliest stands, and so does the earliest reason, so that neither
    /// order nor repetition matters. False when nothing changed.
    pub fn note(&mut self, receipt: &Receipt) -> bool {
        let later = receipt.counts_last() && self.last_opened_at.is_none_or(|held| held < receipt.at);
        if later {
            self.last_opened_at = Some(receipt.at);
        }
        let explained = receipt.explained().filter(|new| self.explained.as_ref().is_none_or(|held| new < held));
        let explains = explained.is_some();
        if explains {
            self.explained = explained;
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
            return later || explains;
        }
        *held = Some(receipt.at);
        true
    }

    /// Why it did not arrive: what its provider has reported of that, or else why nobody took it.
    #[must_use]
    pub fn why_failed(&self) -> Option<&str> {
        self.explained.as_ref().map(|told| told.reason.as_str()).or(self.failed_reason.as_deref())
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
            explained: None,
            provider_id: None,
            ..self.clone()
        }
    }

    /// Whether nothing more will be done to send it.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.sent_at.is_some() || self.failed_at.is_some() || self.skipped_reason.is_some() || self.unknown_at.is_some()
    }

    /// When the provider took it: by its answer or, where it reported something of an earlier moment, by that. Whoever handed
    /// a letter over may have died, and then the answer is to the second time.
    #[must_use]
    pub fn taken_at(&self) -> Option<Time> {
        self.sent_at.map(|answered| self.first_heard_at().map_or(answered, |heard| heard.min(answered)))
    }

    /// When it went out, as far as it is known to: when the provider took it or, where its answer was lost, the first moment
    /// of which it reported something later.
    #[must_use]
    pub fn went_out_at(&self) -> Option<Time> {
        self.taken_at().or_else(|| self.unknown_at.and_then(|_| self.first_heard_at()))
    }

    /// The first moment of which the provider has reported something: it had the letter by then. Clocks and zones of providers may be
    /// wrong, so it is never before it was decided to write.
    fn first_heard_at(&self) -> Option<Time> {
        let reported = [
            self.delivered_at,
            self.opened_at,
            self.machine_opened_at,
            self.clicked_at,
            self.bounced_at,
            self.complained_at,
            self.unsubscribed_at,
        ];
        reported.into_iter().flatten().min().map(|first| first.max(self.queued_at))
    }
}
