//! Launches as they are read, and when they begin.

use super::*;
use crate::money::Currency;
use crate::time::SECOND;

const NOW: Time = Time::from_micros(1_800_000_000 * SECOND);

fn parse(text: &str) -> Result<CampaignDraft, Vec<String>> {
    let text = text.replace("SEGMENT", "01890a5d-ac96-774b-bcce-b302099a8057");
    let faults = |faults: Faults| faults.0.into_iter().map(|fault| fault.field).collect();
    CampaignDraft::parse(&Json::parse(text.as_bytes()).unwrap(), NOW).map_err(faults)
}

#[test]
fn a_whole_draft_is_read() {
    let draft = parse(
        r#"{"name":" Spring ","segmentId":"SEGMENT","channel":"email","objective":null,
            "variants":[{"subject":"Hi {{name}}","body":"Hello\n{{city}}"}]}"#,
    )
    .unwrap();
    assert_eq!((draft.name.as_str(), draft.channel, draft.scheduled_at), ("Spring", Channel::Email, None));
    let later =
        parse(r#"{"name":"a","segmentId":"SEGMENT","channel":"sms","variants":[{"body":"x"}],"scheduledAt":"2027-06-01"}"#);
    assert!(later.unwrap().scheduled_at.is_some());
}

#[test]
fn all_faults_are_told_at_once() {
    let faults = parse(
        r#"{"name":"","segmentId":"7","channel":"fax","objective":5,"scheduledAt":"soon","extra":1,
            "variants":[{"body":""},{"subject":"{{nope}}","body":"{{","more":1},7]}"#,
    );
    assert_eq!(
        faults.unwrap_err(),
        [
            "name",
            "segmentId",
            "channel",
            "objective",
            "variants[0].body",
            "variants[1].subject",
            "variants[1].body",
            "variants[1].more",
            "variants[2]",
            "scheduledAt",
            "extra"
        ]
    );
    for (body, field) in [
        (r#"{"name":"a","segmentId":"SEGMENT","channel":"email","variants":[{"body":"x"}]}"#, "variants[0].subject"),
        (r#"{"name":"a","segmentId":"SEGMENT","channel":"sms","variants":[{"subject":"s","body":"x"}]}"#, "variants[0].subject"),
        (r#"{"name":"a","segmentId":"SEGMENT","channel":"sms","variants":[]}"#, "variants"),
        (
            r#"{"name":"a","segmentId":"SEGMENT","channel":"sms","variants":[{"body":"x"}],"scheduledAt":"2199-01-01"}"#,
            "scheduledAt",
        ),
        (
            r#"{"name":"a","segmentId":"SEGMENT","channel":"email","variants":[{"subject":"a\nb","body":"x"}]}"#,
            "variants[0].subject",
        ),
    ] {
        assert_eq!(parse(body).unwrap_err(), [field], "{body}");
    }
    let sms = |more: &str| parse(&format!(r#"{{"name":"a","segmentId":"SEGMENT","channel":"sms",{more}}}"#));
    let faults = sms(r#""variants":[{"body":"x","share":0}],"holdout":0.6,"test":{"share":0.2,"minutes":5},"draft":1"#);
    assert_eq!(faults.unwrap_err(), ["variants[0].share", "holdout", "draft"]);
    assert_eq!(sms(r#""variants":[{"body":"x"}],"test":{"share":0.2,"minutes":5}"#).unwrap_err(), ["test"]);
    assert_eq!(parse("{}").unwrap_err(), ["name", "segmentId", "channel", "variants"]);
    let timed = |more: &str| sms(&format!(r#""variants":[{{"body":"x"}}],{more}"#));
    // NOW is 2027-01-15T08:00:00Z.
    assert_eq!(timed(r#""scheduledAt":"2027-01-15T07:58:00Z""#).unwrap_err(), ["scheduledAt"]);
    assert!(timed(r#""scheduledAt":"2027-01-15T07:59:30Z""#).is_ok(), "just now");
    assert!(timed(r#""scheduledAt":"2020-01-01","draft":true"#).is_ok(), "found when it is launched");
    assert_eq!(timed(r#""localTime":"2027-01-14T19:00""#).unwrap_err(), ["localTime"]);
    assert!(timed(r#""localTime":"2027-01-14T20:30""#).is_ok(), "still ahead in the far west");
    assert_eq!(timed(r#""localTime":"2028-02-01T09:00""#).unwrap_err(), ["localTime"]);
    assert_eq!(timed(r#""localTime":"2027-02-01T09:00","scheduledAt":"2027-02-01""#).unwrap_err(), ["localTime"]);
    let both = r#""variants":[{"body":"x"},{"body":"y"}],"localTime":"2027-02-01T09:00","test":{"share":0.2,"minutes":5}"#;
    assert_eq!(sms(both).unwrap_err(), ["localTime"]);
    assert_eq!(timed(r#""caps":{"messages":0,"days":91,"x":1}"#).unwrap_err(), ["caps.messages", "caps.days", "caps.x"]);
}

#[test]
fn a_campaign_by_local_time_begins_where_that_comes_first() {
    let launched = |more: &str| {
        let draft = parse(&format!(r#"{{"name":"a","segmentId":"SEGMENT","channel":"sms","variants":[{{"body":"x"}}],{more}}}"#));
        let rules =
            Rules::parse(&Json::parse(br#"{"combinator":"and","rules":[]}"#).unwrap(), "", &Currency::parse("INR").unwrap());
        let campaign = draft.unwrap().into_campaign(CampaignId::generate(), rules.unwrap(), 1, NOW);
        (campaign.state.status, campaign.begins_at().to_string())
    };
    let at = |status, text: &str| (status, text.to_owned());
    assert_eq!(launched(r#""localTime":"2027-02-01T09:00""#), at(CampaignStatus::Scheduled, "2027-01-31T19:00:00Z"));
    assert_eq!(launched(r#""localTime":"2027-01-15T09:00""#), at(CampaignStatus::Sending, "2027-01-15T08:00:00Z"));
    assert_eq!(launched(r#""scheduledAt":"2027-02-01""#), at(CampaignStatus::Scheduled, "2027-02-01T00:00:00Z"));
}

#[test]
fn an_sms_that_is_too_long_for_anybody_is_refused() {
    let launch = |channel: &str, body: &str| {
        let head = r#""name":"a","segmentId":"SEGMENT""#;
        let body = serde_json::to_string(body).unwrap();
        parse(&format!(r#"{{{head},"channel":"{channel}","variants":[{{"body":"x"}},{{"body":{body}}}]}}"#)).map(|_| ())
    };
    let long = format!("{}{{{{name}}}}{}", "a".repeat(765), "a".repeat(765));
    assert_eq!(launch("sms", &long), Ok(()), "somebody may have no name");
    assert_eq!(launch("sms", &format!("{long}a")), Err(vec!["variants[1].body".to_owned()]));
    assert_eq!(launch("whatsapp", &format!("{long}a")), Ok(()));
    assert_eq!(launch("sms", &format!("{{% if city %}}{long}a{{% endif %}}")), Ok(()), "who gets it is not known");
}
