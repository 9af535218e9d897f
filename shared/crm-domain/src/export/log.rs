//! The rows of a campaign's log.

use serde_json::Value;

use super::table::line;
use crate::campaign::Campaign;
use crate::message::Message;
use crate::time::Time;

/// The columns, named as the API names the fields.
const COLUMNS: [&str; 22] = [
    "id",
    "email",
    "channel",
    "variant",
    "status",
    "queuedAt",
    "sentAt",
    "deliveredAt",
    "openedAt",
    "clickedAt",
    "convertedAt",
    "bouncedAt",
    "complainedAt",
    "unsubscribedAt",
    "failedAt",
    "failedReason",
    "unknownAt",
    "providerId",
    "skippedReason",
    "phase",
    "subject",
    "body",
];

/// The first line.
#[must_use]
pub fn header() -> String {
    line(COLUMNS.into_iter().map(str::to_owned))
}

/// The line of one recipient; what is not known is an empty cell.
#[must_use]
pub fn row(campaign: &Campaign, entry: &Message) -> String {
    let time = |time: Option<Time>| time.as_ref().map(ToString::to_string).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let cells: [String; COLUMNS.len()] = [
        campaign.message_id(entry.customer_id).to_string(),
        entry.email.clone(),
        word(entry.channel),
        entry.variant.to_string(),
        word(entry.status()),
        entry.queued_at.to_string(),
        time(entry.taken_at()),
        time(entry.delivered_at),
        time(entry.opened_at),
        time(entry.clicked_at),
        time(entry.converted_at),
        time(entry.bounced_at),
        time(entry.complained_at),
        time(entry.unsubscribed_at),
        time(entry.failed_at),
        entry.why_failed().unwrap_or_default().to_owned(),
        time(entry.unknown_at),
        text(&entry.provider_id),
        entry.skipped_reason.map(word).unwrap_or_default(),
        entry.skipped_phase.map(word).unwrap_or_default(),
        text(&entry.subject),
        text(&entry.body),
    ];
    line(cells.into_iter())
}

/// The API's word for it.
fn word(of: impl serde::Serialize) -> String {
    serde_json::to_value(of).ok().as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::CampaignDraft;
    use crate::customer::Channel;
    use crate::email::Email;
    use crate::ids::{CampaignId, SegmentId};
    use crate::json::Json;
    use crate::message::{Phase, SkipReason};
    use crate::money::Currency;
    use crate::rules::Rules;

    #[test]
    fn a_row_reads_back_cell_by_cell_and_runs_nothing() {
        let rules = Json::parse(br#"{"combinator":"and","rules":[]}"#).unwrap();
        let draft = CampaignDraft {
            name: "Hello".into(),
            segment_id: SegmentId::generate(),
            channel: Channel::Email,
            objective: None,
            variants: Vec::new(),
            holdout: crate::experiment::Share::NONE,
            test: None,
            scheduled_at: None,
            timing: crate::timing::Timing::default(),
            caps: None,
            attribution_days: None,
            draft: false,
        };
        let rules = Rules::parse(&rules, "rules", &Currency::parse("INR").unwrap()).unwrap();
        let at = Time::parse("2026-11-25T10:00:00Z").unwrap();
        let campaign = draft.into_campaign(CampaignId::generate(), rules, 10, at);
        let entry = Message {
            sent_at: Some(at),
            converted_at: Some(at.plus(1)),
            subject: Some("=HYPERLINK(\"http://x\")".into()),
            body: Some("Dear Asha,\nthank \"you\"".into()),
            ..Message::blank(&Email::parse("asha@x.in").unwrap(), at)
        };
        let skipped = Message {
            sent_at: None,
            converted_at: None,
            skipped_reason: Some(SkipReason::NoConsent),
            skipped_phase: Some(Phase::Launch),
            ..entry.clone()
        };
        let lost = Message { sent_at: None, converted_at: None, unknown_at: Some(at), ..entry.clone() };
        let taken = Message { provider_id: Some("m-1".into()), ..entry.clone() };
        let rows = [&taken, &skipped, &lost].map(|entry| row(&campaign, entry)).concat();
        let file = format!("{}{rows}", header());
        let mut reader = csv::Reader::from_reader(file.as_bytes());
        let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let read = |record: usize, name: &str| records[record][names.iter().position(|own| own == name).unwrap()].to_owned();
        for (record, name, value) in [
            (0, "id", campaign.message_id(entry.customer_id).to_string().as_str()),
            (0, "email", "asha@x.in"),
            (0, "channel", "email"),
            (0, "status", "converted"),
            (0, "sentAt", "2026-11-25T10:00:00Z"),
            (0, "deliveredAt", ""),
            (0, "subject", "'=HYPERLINK(\"http://x\")"),
            (0, "body", "Dear Asha,\nthank \"you\""),
            (0, "providerId", "m-1"),
            (0, "unknownAt", ""),
            (1, "providerId", ""),
            (2, "status", "unknown"),
            (2, "unknownAt", "2026-11-25T10:00:00Z"),
            (1, "status", "skipped"),
            (1, "skippedReason", "no_consent"),
            (1, "phase", "launch"),
        ] {
            assert_eq!(read(record, name), value, "{name}");
        }
    }
}
