//! Receipts in any order, and what they say of a message.

use super::*;

fn message() -> Message {
    Message::blank(&Email::parse("a@example.com").unwrap(), Time::from_micros(0))
}

fn receipt(message: MessageId, report: Report, at: i64) -> Receipt {
    Receipt { message, report, at: Time::from_micros(at), reason: None, bounce: Bounce::Hard, machine: false }
}

#[test]
fn a_letter_that_was_taken_was_sent_though_it_was_refused_to_somebody_else() {
    let at = Some(Time::from_micros(1));
    let refused = Message { failed_at: at, failed_reason: Some("no such mailbox".into()), ..message() };
    let both = Message { sent_at: at, ..refused.clone() };
    let bounced = Explained { reason: "full".into(), at: Time::from_micros(2) };
    let told = Explained { reason: "given up".into(), at: Time::from_micros(2) };
    for (entry, status) in [
        (refused.clone(), MessageStatus::Failed),
        (both.clone(), MessageStatus::Sent),
        (Message { explained: Some(told), ..both }, MessageStatus::Failed),
        (Message { delivered_at: at, ..refused.clone() }, MessageStatus::Delivered),
        (Message { bounced_at: at, explained: Some(bounced), ..refused.clone() }, MessageStatus::Bounced),
        (Message { sent_at: at, failed_at: at, ..message() }, MessageStatus::Failed),
    ] {
        assert_eq!(entry.clone().reconciled().status(), status, "{entry:?}");
    }
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
fn the_earliest_reason_stands_in_any_order_and_number() {
    let id = MessageId { campaign: CampaignId::generate(), customer: message().customer_id };
    let receipt = |report, at, reason: Option<&str>| Receipt { reason: reason.map(Into::into), ..receipt(id, report, at) };
    let receipts = [
        receipt(Report::Bounced, 5, Some("mailbox full")),
        receipt(Report::Failed, 7, Some("given up")),
        receipt(Report::Failed, 3, None),
        receipt(Report::Bounced, 5, Some("away")),
        receipt(Report::Complained, 1, Some("spam")),
    ];
    let after = |order: &[usize]| {
        let mut message = Message { failed_reason: Some("the provider's answer was lost".into()), ..message() };
        for index in order {
            message.note(&receipts[*index]);
        }
        message
    };
    let expected = after(&[0, 1, 2, 3, 4]);
    assert_eq!((expected.why_failed(), expected.failed_at), (Some("away"), Some(Time::from_micros(3))));
    for order in [&[4, 3, 2, 1, 0][..], &[1, 0, 3, 4, 2], &[2, 1, 1, 3, 0, 4, 1], &[3, 4, 2, 0, 1, 0]] {
        assert_eq!(after(order), expected, "{order:?}");
    }
    assert_eq!(after(&[2, 4]).why_failed(), Some("the provider's answer was lost"), "nobody has said anything else");
    let mut told = after(&[1, 2]);
    assert!(told.note(&receipts[0]) && !told.note(&receipts[0]) && !told.note(&receipts[1]));
}

#[test]
fn it_went_out_when_it_was_taken_or_else_when_it_was_first_heard_of() {
    let at = |micros| Some(Time::from_micros(micros));
    let heard = Message { clicked_at: at(9), delivered_at: at(5), opened_at: at(7), ..message() };
    assert_eq!(heard.went_out_at(), None, "as long as its sending is about to be recorded");
    let lost = Message { unknown_at: at(8), ..heard };
    assert_eq!((lost.went_out_at(), lost.told_at()), (at(5), Time::from_micros(5)));
    assert_eq!(Message { sent_at: at(4), ..lost.clone() }.went_out_at(), at(4));
    assert_eq!(Message { sent_at: at(6), ..lost }.went_out_at(), at(5), "an answer to the second time");
    assert_eq!(Message { unknown_at: at(8), ..message() }.went_out_at(), None);
}

#[test]
fn what_is_handed_over_twice_was_taken_before_it_was_delivered() {
    let taken_at =
        |entry: &Message, answered: i64| Message { sent_at: Some(Time::from_micros(answered)), ..entry.clone() }.taken_at();
    let at = |micros| Some(Time::from_micros(micros));
    // In whatever order the answer and the receipts are recorded.
    let heard = Message { delivered_at: at(5), opened_at: at(7), ..message() };
    assert_eq!((taken_at(&heard, 60), taken_at(&heard, 3)), (at(5), at(3)));
    assert_eq!(taken_at(&message(), 60), at(60));
    assert_eq!(heard.taken_at(), None);
}

#[test]
fn a_provider_whose_clock_is_behind_takes_no_letter_before_it_was_queued() {
    let at = |micros| Some(Time::from_micros(micros));
    let queued = Message { queued_at: Time::from_micros(50), delivered_at: at(-9), ..message() };
    assert_eq!(Message { sent_at: at(60), ..queued.clone() }.taken_at(), at(50));
    assert_eq!(Message { unknown_at: at(60), ..queued }.went_out_at(), at(50));
}

#[test]
fn draws_are_even_and_stand() {
    let campaign = CampaignId::from_bytes([7; 16]);
    let customers = (0..10_000).map(|n| CustomerId::of(&Email::parse(&format!("p{n}@example.com")).unwrap()));
    let low = customers.filter(|customer| MessageId { campaign, customer: *customer }.draw("x", 10) < 3).count();
    assert!((2_800..3_200).contains(&low), "{low}");
}
