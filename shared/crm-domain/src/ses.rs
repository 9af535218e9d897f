//! What Amazon SES publishes of e-mails, as receipts.
//!
//! The shapes are those of "Examples of event data that Amazon SES publishes to Amazon SNS" in the SES developer guide. Which
//! message an event is about stands in the tags that the sender gave it.

use crate::faults::Faults;
use crate::ids::{CampaignId, CustomerId};
use crate::json::Json;
use crate::message::{Bounce, MessageId, Receipt, Report, quoting_nobody};
use crate::time::Time;

/// The tag with the id of the campaign.
pub const CAMPAIGN_TAG: &str = "campaign";
/// The tag with the id of the customer.
pub const CUSTOMER_TAG: &str = "customer";
/// What SES says to a topic once, when events begin to go there; it is about no e-mail.
const GREETING: &str = "Successfully validated SNS topic for Amazon SES event publishing.";

/// Whether a text is what SES says when publishing is set up.
#[must_use]
pub fn is_greeting(body: &str) -> bool {
    body.trim() == GREETING
}

/// Whether a JSON value is an event of SES, rather than a CloudEvent.
#[must_use]
pub fn is_event(json: &Json) -> bool {
    json.get("eventType").is_some() && json.get("mail").is_some()
}

/// The receipt that an event amounts to; none for events that change nothing of what is known of a message.
///
/// # Errors
/// Says what cannot be understood.
pub fn receipt(json: &Json) -> Result<Option<Receipt>, Faults> {
    let kind = text(json, &["eventType"]).ok_or_else(|| Faults::of("eventType", "must be text"))?;
    let (report, part, reason) = match kind {
        "Delivery" => (Report::Delivered, "delivery", None),
        "Bounce" => (Report::Bounced, "bounce", Some(bounce_reason(json))),
        "Complaint" => (Report::Complained, "complaint", None),
        "Open" => (Report::Opened, "open", None),
        "Click" => (Report::Clicked, "click", None),
        // These two have no time of their own.
        "Reject" => (Report::Failed, "mail", Some(format!("rejected: {}", text(json, &["reject", "reason"]).unwrap_or("?")))),
        "Rendering Failure" => {
            (Report::Failed, "mail", Some(format!("rendering: {}", text(json, &["failure", "errorMessage"]).unwrap_or("?"))))
        }
        // That SES has taken it is known, that it goes on trying changes nothing yet, and its own lists are not used.
        "Send" | "DeliveryDelay" | "Subscription" => return Ok(None),
        _ => return Err(Faults::of("eventType", "is not known")),
    };
    let message = message(json).ok_or_else(|| Faults::of("mail.tags", "must name a campaign and a customer"))?;
    let at = json.get(part).and_then(|part| part.get("timestamp")).map(Time::from_json);
    let at = at.and_then(Result::ok).ok_or_else(|| Faults::of(format!("{part}.timestamp"), "must be a time"))?;
    Ok(Some(Receipt {
        message,
        report,
        at,
        reason: reason.map(|reason| quoting_nobody(&reason)),
        bounce: lasting(json),
        machine: false,
    }))
}

/// The message that the tags name.
fn message(json: &Json) -> Option<MessageId> {
    let tags = json.get("mail")?.get("tags")?;
    let tag = |name| match tags.get(name)? {
        Json::List(values) => values.first()?.as_text(),
        _ => None,
    };
    Some(MessageId { campaign: CampaignId::parse(tag(CAMPAIGN_TAG)?)?, customer: CustomerId::parse(tag(CUSTOMER_TAG)?)? })
}

/// Only what is said to be permanent is taken for it.
fn lasting(json: &Json) -> Bounce {
    match text(json, &["bounce", "bounceType"]) {
        Some("Permanent") => Bounce::Hard,
        _ => Bounce::Soft,
    }
}

/// How lasting a bounce is, and what the receiving server said.
fn bounce_reason(json: &Json) -> String {
    let lasting = text(json, &["bounce", "bounceType"]).unwrap_or("Undetermined").to_lowercase();
    let detail = text(json, &["bounce", "bounceSubType"]).unwrap_or("General");
    let said = json.get("bounce").and_then(|bounce| match bounce.get("bouncedRecipients")? {
        Json::List(recipients) => recipients.first()?.get("diagnosticCode")?.as_text(),
        _ => None,
    });
    said.map_or_else(|| format!("{lasting} ({detail})"), |said| format!("{lasting} ({detail}): {said}"))
}

fn text<'a>(json: &'a Json, path: &[&str]) -> Option<&'a str> {
    path.iter().try_fold(json, |json, name| json.get(name))?.as_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAMPAIGN: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
    const CUSTOMER: &str = "01890a5d-ac96-5abc-8cce-b302099a8057";

    fn event(kind: &str, part: &str) -> Json {
        let mail = format!(
            r#""mail":{{"timestamp":"2026-11-25T10:00:00.123Z","messageId":"0100-x","destination":["a@b.in"],
               "headers":[{{"name":"To","value":"a@b.in"}}],"tags":{{"ses:configuration-set":["crm"],"campaign":["{CAMPAIGN}"],
               "customer":["{CUSTOMER}"]}}}}"#
        );
        Json::parse(format!(r#"{{"eventType":"{kind}",{mail}{part}}}"#).as_bytes()).unwrap()
    }

    #[test]
    fn every_kind_of_event_is_told_in_the_words_of_the_log() {
        let soft = r#","bounce":{"bounceType":"Transient","bounceSubType":"MailboxFull","timestamp":"2026-11-25T10:00:09Z"}"#;
        let hard = r#","bounce":{"bounceType":"Permanent","bounceSubType":"General","timestamp":"2026-11-25T10:00:09Z",
            "bouncedRecipients":[{"emailAddress":"a@b.in","diagnosticCode":"smtp; 550 5.1.1\nnobody"}]}"#;
        for (kind, part, report, at, reason) in [
            ("Delivery", r#","delivery":{"timestamp":"2026-11-25T10:00:09Z"}"#, Report::Delivered, 9_000, None),
            ("Bounce", hard, Report::Bounced, 9_000, Some("permanent (General): smtp; 550 5.1.1 nobody")),
            ("Bounce", soft, Report::Bounced, 9_000, Some("transient (MailboxFull)")),
            ("Complaint", r#","complaint":{"timestamp":"2026-11-25T10:00:09Z"}"#, Report::Complained, 9_000, None),
            ("Open", r#","open":{"timestamp":"2026-11-25T10:00:09Z","userAgent":"x"}"#, Report::Opened, 9_000, None),
            ("Click", r#","click":{"timestamp":"2026-11-25T10:00:09Z","link":"https://x"}"#, Report::Clicked, 9_000, None),
            ("Reject", r#","reject":{"reason":"Bad content"}"#, Report::Failed, 123, Some("rejected: Bad content")),
            ("Rendering Failure", r#","failure":{"errorMessage":"no name"}"#, Report::Failed, 123, Some("rendering: no name")),
        ] {
            let receipt = receipt(&event(kind, part)).unwrap().unwrap();
            assert_eq!(receipt.message.to_string(), format!("{CAMPAIGN}.{CUSTOMER}"), "{kind}");
            let began = Time::parse("2026-11-25T10:00:00Z").unwrap();
            assert_eq!((receipt.report, receipt.at), (report, began.plus(at * 1_000)), "{kind}");
            assert_eq!(receipt.reason.as_deref(), reason, "{kind}");
            let hard = reason.is_some_and(|reason| reason.starts_with("permanent"));
            assert_eq!(receipt.bounce == Bounce::Hard, hard, "{kind}");
        }
        for kind in ["Send", "DeliveryDelay", "Subscription"] {
            assert_eq!(receipt(&event(kind, "")), Ok(None), "{kind}");
        }
    }

    #[test]
    fn what_the_receiving_server_said_quotes_no_address() {
        let bounce = |said: &str| {
            let bounce = format!(
                r#","bounce":{{"bounceType":"Permanent","bounceSubType":"General","timestamp":"2026-11-25T10:00:09Z",
                "bouncedRecipients":[{{"emailAddress":"asha@x.in","diagnosticCode":"{said}"}}]}}"#
            );
            receipt(&event("Bounce", &bounce)).unwrap().unwrap().reason.unwrap()
        };
        let told = bounce("smtp; 550 5.1.1 <asha@x.in>: Recipient address rejected");
        assert_eq!(told, "permanent (General): smtp; 550 5.1.1 (address) Recipient address rejected");
        // One that stands where the reason is cut.
        for length in 440..500 {
            let told = bounce(&format!("{} asha@x.in", "x".repeat(length)));
            assert!(!told.contains("asha") && told.chars().count() <= 500, "{told}");
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let fault = |json: &str| receipt(&Json::parse(json.as_bytes()).unwrap()).unwrap_err().to_string();
        assert!(fault(r#"{"eventType":"Haiku","mail":{}}"#).starts_with("eventType"));
        let open = r#""open":{"timestamp":"2026-11-25T10:00:09Z"}"#;
        for tags in
            ["{}", r#"{"campaign":"x"}"#, r#"{"campaign":["x"],"customer":["y"]}"#, r#"{"campaign":[],"customer":[]}"#, "7"]
        {
            let told = fault(&format!(r#"{{"eventType":"Open","mail":{{"tags":{tags}}},{open}}}"#));
            assert!(told.starts_with("mail.tags"), "{tags}: {told}");
        }
        assert!(receipt(&event("Open", r#","open":{}"#)).unwrap_err().to_string().starts_with("open.timestamp"));
    }

    #[test]
    fn ses_events_are_told_from_cloud_events() {
        assert!(is_event(&event("Open", "")));
        assert!(!is_event(&Json::parse(br#"{"specversion":"1.0","eventType":"Open"}"#).unwrap()));
        assert!(is_greeting("Successfully validated SNS topic for Amazon SES event publishing.\n"));
        assert!(!is_greeting(""));
    }
}
