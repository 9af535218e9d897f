//! Receipts: what providers report of the messages that they took.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::MessageId;
use crate::faults::{self, Faults, Fields, Reason};
use crate::json::Json;
use crate::time::Time;

/// Greatest length of a reason that is kept, in characters.
const MAX_REASON: usize = 500;

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
        let reason = fields.optional("reason", |json| faults::text(json, MAX_REASON)).value();
        let reason = reason.map(|reason| quoting_nobody(&reason));
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

/// A provider's reason as it is kept and told: one line, not too long, and without the e-mail address or the telephone number
/// that it may quote. The entry that it comes to has that, as long as it may be kept; a reason goes on to places where no
/// erasure finds it.
#[must_use]
pub fn quoting_nobody(reason: &str) -> String {
    let words: Vec<&str> = reason.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let mut told = Vec::with_capacity(words.len());
    let mut rest = words.as_slice();
    while let [word, behind @ ..] = rest {
        // A number may be written in groups: `+91 98450 12345`.
        let groups = behind.iter().take_while(|word| is_group(word)).count();
        let grouped = rest.get(..=groups).unwrap_or_default().concat();
        rest = behind;
        told.push(match word {
            word if word.contains('@') => "(address)",
            word if has_telephone(word) => "(number)",
            word if word.contains('+') && has_telephone(&grouped) => {
                rest = behind.get(groups..).unwrap_or_default();
                "(number)"
            }
            word => word,
        });
    }
    // After the rest: an address that is cut before its sign is none that can be seen.
    told.join(" ").chars().take(MAX_REASON).collect()
}

/// Whether there is a number in a word as those of people are written: international, or of ten digits and more. Dots are in
/// the addresses of servers, which say who refused.
fn has_telephone(word: &str) -> bool {
    word.split(|c: char| !c.is_ascii_digit() && !"+-()".contains(c)).any(|number| {
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        digits >= if number.contains('+') { 7 } else { 10 }
    })
}

fn is_group(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_ascii_digit() || "-().,;:".contains(c))
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

    #[test]
    fn what_is_told_of_a_refusal_names_nobody() {
        for (reason, told) in [
            ("smtp; 550 5.1.1 <asha@x.in>:\r\n\tRecipient rejected", "smtp; 550 5.1.1 (address)   Recipient rejected"),
            ("rfc822;asha@x.in unknown", "(address) unknown"),
            (
                "Invalid parameter: PhoneNumber Reason: +919845012345 is not valid",
                "Invalid parameter: PhoneNumber Reason: (number) is not valid",
            ),
            ("to (919845012345).", "to (number)"),
            ("rejected:to=919845012345;code=21211 (21211)", "(number) (21211)"),
            ("no +91 98450 12345, twice", "no (number) twice"),
            ("+1 in 550 of 1000", "+1 in 550 of 1000"),
            ("host [203.0.113.225] said: 554 5.7.1, try 20260115", "host [203.0.113.225] said: 554 5.7.1, try 20260115"),
        ] {
            assert_eq!(quoting_nobody(reason), told);
            assert_eq!(quoting_nobody(told), told, "what is masked stays as it is");
        }
        let cut = quoting_nobody(&format!("{}asha@x.in", "x ".repeat(248)));
        assert!(!cut.contains("asha") && cut.chars().count() <= MAX_REASON, "{cut}");
    }
}
