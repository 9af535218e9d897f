//! Reports of small logs, worked out by hand.

use super::*;
use crate::campaign::{CampaignDraft, Variant};
use crate::customer::Channel;
use crate::email::Email;
use crate::ids::SegmentId;
use crate::json::Json;
use crate::money::{Currency, Money};
use crate::rules::Rules;

fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

fn campaign() -> Campaign {
    let rules = Json::parse(br#"{"combinator":"and","rules":[]}"#).unwrap();
    let draft = CampaignDraft {
        name: "Hello".into(),
        segment_id: SegmentId::generate(),
        channel: Channel::Email,
        objective: None,
        variants: vec![Variant { subject: Some("Hi".into()), body: "x".into(), share: None }; 2],
        holdout: crate::experiment::Share::NONE,
        test: None,
        scheduled_at: None,
        timing: crate::timing::Timing::default(),
        caps: None,
        attribution_days: None,
        draft: false,
    };
    let rules = Rules::parse(&rules, "rules", &Currency::parse("INR").unwrap()).unwrap();
    draft.into_campaign(CampaignId::generate(), rules, 100, at("2026-11-25T10:00:00Z"))
}

fn entry(number: u32, variant: u32) -> Message {
    Message { variant, ..Message::blank(&Email::parse(&format!("p{number}@x.in")).unwrap(), at("2026-11-25T10:00:00Z")) }
}

fn sent(number: u32, variant: u32) -> Message {
    Message { sent_at: Some(at("2026-11-25T10:01:00Z")), ..entry(number, variant) }
}

fn bought(minor: i64, counts: bool) -> History {
    let mut history = History::default();
    history.add(at("2026-11-26"), Money::from_minor(minor), counts, []);
    history
}

#[test]
fn variants_and_the_held_out_are_counted_apart() {
    let campaign = campaign();
    let mut count = Count::default();
    let nothing = History::default();
    count.count(&campaign, &sent(1, 0), &[], &bought(1_000, true));
    count.count(&campaign, &sent(2, 0), &[], &bought(500, false));
    count.count(&campaign, &sent(3, 1), &[], &bought(250, true));
    let bounced = Message { bounced_at: Some(at("2026-11-25T10:02:00Z")), failed_reason: Some("full".into()), ..sent(4, 1) };
    count.count(&campaign, &bounced, &[], &nothing);
    let held = Message { skipped_reason: Some(SkipReason::HeldOut), ..entry(5, 1) };
    count.count(&campaign, &held, &[], &bought(70, true));
    let without = Message { skipped_reason: Some(SkipReason::NoConsent), ..entry(6, 0) };
    count.count(&campaign, &without, &[], &bought(9_999, true));
    assert_eq!((count.tally.audience, count.tally.sent, count.tally.skipped), (6, 4, 2));
    let of = |variant: usize| {
        let OfVariant { tally, bought } = count.variants[variant];
        (tally.audience, tally.sent, bought.converted, bought.orders, bought.revenue)
    };
    assert_eq!((of(0), of(1)), ((3, 2, 1, 1, 1_000), (2, 2, 1, 1, 250)));
    assert_eq!((count.sent().people, count.sent().revenue), (4, 1_250));
    assert_eq!((count.held_out.people, count.held_out.converted, count.held_out.revenue), (1, 1, 70));
    assert_eq!(count.skipped, [("held_out".to_owned(), 1), ("no_consent".to_owned(), 1)].into());
    assert_eq!(count.top_failures(5), (vec![("full", 1)], 0));
    let lift = count.lift().unwrap();
    assert_eq!(lift.conversion.map(|difference| difference.value), Some(-0.5));
    assert_eq!(lift.revenue, None, "one person says nothing of the spread");
    let stored = serde_json::to_string(&count).unwrap();
    assert_eq!(serde_json::from_str::<Count>(&stored).unwrap(), count);
}

#[test]
fn reasons_keep_nothing_of_anybody() {
    assert_eq!(impersonal("550 5.1.1 <asha@x.in>: user unknown"), "550 5.1.1 … user unknown");
    assert_eq!(impersonal("+919845012345 is not in service"), "… is not in service");
    assert_eq!(impersonal("mailbox full"), "mailbox full");
}

#[test]
fn reasons_of_one_message_each_do_not_fill_the_report() {
    let campaign = campaign();
    let mut count = Count::default();
    let failed = |number: u32, reason: String| Message {
        failed_at: Some(at("2026-11-25T10:02:00Z")),
        failed_reason: Some(reason),
        ..entry(number, 0)
    };
    for number in 0..300 {
        count.count(&campaign, &failed(number, format!("request {number}")), &[], &History::default());
        count.count(&campaign, &failed(number + 1_000, "full".into()), &[], &History::default());
    }
    let (top, others) = count.top_failures(3);
    assert_eq!(top[0], ("full", 300));
    assert_eq!((top.len(), top.iter().map(|(_, count)| count).sum::<u64>() + others), (3, 600));
    assert_eq!(count.failures.len(), REASONS);
}

#[test]
fn it_is_counted_each_hour_then_each_day_and_once_after_the_last_window() {
    let campaign = campaign();
    let mut count = Count::default();
    let begun = campaign.created_at;
    let under_way = CampaignState { planned: true, ..campaign.state.clone() };
    assert_eq!(next_recount(&campaign, &under_way, &count, begun), Some(begun.plus(HOUR)));
    let over = under_way.finished(at("2026-11-25T10:05:00Z")).unwrap();
    count.count(&campaign, &sent(1, 0), &[], &History::default());
    let closed = at("2026-12-02T10:03:00Z");
    assert_eq!(next_recount(&campaign, &over, &count, begun), Some(begun.plus(HOUR)));
    assert_eq!(next_recount(&campaign, &over, &count, closed.plus(-MINUTE)), Some(closed));
    assert_eq!(next_recount(&campaign, &over, &count, closed), None);
    // The message was of 10:01.
    let quiet = at("2026-11-27T10:01:00Z");
    assert_eq!(next_recount(&campaign, &over, &count, quiet.plus(-1)), Some(quiet.plus(HOUR - 1)));
    assert_eq!(next_recount(&campaign, &over, &count, quiet), Some(quiet.plus(DAY)));
    assert_eq!(next_recount(&campaign, &under_way, &count, quiet), Some(quiet.plus(DAY)), "paused, or waiting for a winner");
    let due = std::iter::successors(Some(begun.plus(HOUR)), |as_of| next_recount(&campaign, &over, &count, *as_of));
    assert_eq!(due.count(), 54, "not 169");
    // Nobody was written to: nothing can count any more.
    assert_eq!(next_recount(&campaign, &over, &Count::default(), begun.plus(DAY)), None);
}

#[test]
fn one_recount_is_under_way_at_a_time_and_answers_who_asked_before_it_began() {
    let mut reports = Reports::none(CampaignId::generate());
    let now = at("2026-11-25T10:00:00Z");
    assert!(reports.wants(now, now) && reports.is_stale(now));
    let run = Run::new(now);
    reports.run = Some(run.clone());
    assert!(!reports.wants(now.plus(MINUTE), now.plus(MINUTE)), "one is under way");
    assert!(reports.wants(now, now.plus(DEAD)), "it has died");
    reports.run = None;
    reports.latest = Some(Report { as_of: now, count: run.count, usage: Vec::new() });
    assert!(!reports.wants(now, now.plus(MINUTE)), "a copy of the request that has been answered");
    assert!(!reports.is_stale(now.plus(FRESH)) && reports.is_stale(now.plus(FRESH + 1)));
}
