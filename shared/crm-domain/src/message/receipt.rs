//! Receipts: what providers report of the messages that they took.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::MessageId;
use crate::faults::{self, Faults, Fields, Reason};
use crate::json::Json;
use crate::time::Time;

/// What a provider may report of a message that it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Report {
    Delivered,
    Opened,
    Clicked,
    Bounced,
    Complained,
    Unsubscribed,
    Failed,
}

/// Whether a message that bounced can ever arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Bounce {
    /// It cannot: there is no such address.
    #[default]
    Hard,
    /// Another one may: the mailbox is full, the server is away.
    Soft,
}

/// Why a message did not arrive, in the words of its provider. Of several the least stands, so that neither order nor
/// repetition matters: that of the earliest report, and of one moment the first by its text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Explained {
    /// Of which moment the report is.
    pub at: Time,
    pub reason: String,
}

/// One receipt: what happened to a message, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub message: MessageId,
    pub report: Report,
    pub at: Time,
    pub reason: Option<String>,
    /// Of what kind a bounce is; of no meaning for other reports.
    pub bounce: Bounce,
    /// Whether a machine opened it; of no meaning for other reports.
    pub machine: bool,
}

impl Receipt {
    /// Reads the body of `POST /api/receipts/{provider}` and of receipt events.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json, path: &str) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, path)?;
        let message = fields.required("messageId", |json| {
            json.as_text().and_then(MessageId::parse).ok_or_else(|| "must be the id of a message".into())
        });
        let report = fields.required("status", Report::from_json);
        let at = fields.required("at", Time::from_json);
        let reason = fields.optional("reason", |json| faults::text(json, 500)).value();
        let reason = reason.map(|reason| without_addresses(&reason));
        let bounce = fields.optional("bounceType", Bounce::from_json).value().unwrap_or_default();
        let machine = fields.optional("machine", faults::boolean).value().unwrap_or_default();
        fields.finish()?;
        match (message, report, at) {
            (Some(message), Some(report), Some(at)) => Ok(Self { message, report, at, reason, bounce, machine }),
            _ => Err(Faults::of(path, "is incomplete")),
        }
    }

    /// Why the message did not arrive, if it says so.
    #[must_use]
    pub fn explained(&self) -> Option<Explained> {
        let reason = self.reason.clone().filter(|_| self.report.has_reason())?;
        Some(Explained { at: self.at, reason })
    }

    /// Whether the last of its kind is kept beside the first.
    #[must_use]
    pub const fn counts_last(&self) -> bool {
        matches!(self.report, Report::Opened) && !self.machine
    }
}

impl Bounce {
    fn from_json(json: &Json) -> Result<Self, Reason> {
        match json.as_text() {
            Some("hard") => Ok(Self::Hard),
            Some("soft") => Ok(Self::Soft),
            _ => Err("must be hard or soft".into()),
        }
    }
}

impl Report {
    /// Whether its reason is kept: why a message did not arrive.
    const fn has_reason(self) -> bool {
        matches!(self, Self::Bounced | Self::Failed)
    }

    /// The word that the API has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
            Self::Unsubscribed => "unsubscribed",
            Self::Failed => "failed",
        }
    }

    fn from_json(json: &Json) -> Result<Self, Reason> {
        Ok(match json.as_text() {
            Some("delivered") => Self::Delivered,
            Some("opened") => Self::Opened,
            Some("clicked") => Self::Clicked,
            Some("bounced") => Self::Bounced,
            Some("complained") => Self::Complained,
            Some("unsubscribed") => Self::Unsubscribed,
            Some("failed") => Self::Failed,
            _ => return Err("must be delivered, opened, clicked, bounced, complained, unsubscribed or failed".into()),
        })
    }
}

/// A provider's reason without the address that it may quote: the entry that it comes to has it, as long as it may be kept.
fn without_addresses(reason: &str) -> String {
    let word = |word: &str| if word.contains('@') { "(address)".to_owned() } else { word.to_owned() };
    reason.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::Email;
    use crate::ids::{CampaignId, CustomerId};

    #[test]
    fn reasons_quote_no_address() {
        let id = MessageId { campaign: CampaignId::generate(), customer: CustomerId::of(&Email::parse("a@x.in").unwrap()) };
        let body =
            format!(r#"{{"messageId":"{id}","status":"bounced","at":"2026-01-01","reason":"550 <a@x.in>: no such user"}}"#);
        let receipt = Receipt::parse(&Json::parse(body.as_bytes()).unwrap(), "").unwrap();
        assert_eq!(receipt.reason.as_deref(), Some("550 (address) no such user"));
    }
}
