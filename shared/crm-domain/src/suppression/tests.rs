//! What brings an address on the list, in any order.

use super::*;
use crate::ids::{CampaignId, CustomerId};

fn key() -> AddressKey {
    AddressKey::of_secret("a secret")
}

fn at(seconds: i64) -> Time {
    Time::from_micros(seconds * 1_000_000)
}

fn note(seconds: i64, what: Happened) -> Note {
    let id = key().hash(Channel::Email, "asha@x.in").unwrap();
    Note { id, channel: Channel::Email, shown: None, at: at(seconds), what }
}

fn soft(seconds: i64, message: &str) -> Note {
    note(seconds, Happened::SoftBounce(message.into()))
}

fn after(notes: &[&Note]) -> Entry {
    let mut entry = Entry::new(notes[0].id, Channel::Email);
    for note in notes {
        entry.note(note);
    }
    entry
}

#[test]
fn one_address_has_one_hash_however_it_is_written() {
    let key = key();
    let hash = |channel, text| key.hash(channel, text);
    assert_eq!(hash(Channel::Email, " Asha@X.in "), hash(Channel::Email, "asha@x.in"));
    assert_eq!(hash(Channel::Sms, "+91 98450-12345"), hash(Channel::Sms, "0091 (98450) 12345"));
    assert_ne!(hash(Channel::Sms, "+919845012345"), hash(Channel::Whatsapp, "+919845012345"));
    assert_ne!(hash(Channel::Email, "asha@x.in"), AddressKey::of_secret("another").hash(Channel::Email, "asha@x.in"));
    assert_eq!(hash(Channel::Sms, "+91 98450\u{a0}\u{2013} 12345"), hash(Channel::Sms, "+919845012345"));
    for (channel, bad) in [
        (Channel::Email, "asha"),
        (Channel::Sms, "asha@x.in"),
        (Channel::Sms, "1990@x"),
        (Channel::Sms, "12"),
        (Channel::Whatsapp, ""),
    ] {
        assert!(hash(channel, bad).is_err(), "{bad}");
    }
    let id = hash(Channel::Email, "asha@x.in").unwrap();
    assert_eq!(AddressHash::parse(&id.to_string()), Some(id));
    for bad in ["", "+0000000000000000000000000000000", "zz", &"A".repeat(32)] {
        assert_eq!(AddressHash::parse(bad), None, "{bad}");
    }
}

#[test]
fn whoever_is_written_to_by_a_number_can_be_on_the_list() {
    let mut customer = Customer::new(Email::parse("asha@x.in").unwrap(), at(0));
    for (phone, same) in [
        ("+44 20 7946\u{2013}0958", Some("+442079460958")),
        ("\u{a0}+91 98450 12345 (work)", Some("+919845012345")),
        ("tel:+919845012345", Some("+919845012345")),
        ("0091 98450 12345", Some("+919845012345")),
        ("\u{96f}\u{96e}\u{96a}\u{96b}", None),
        ("none", None),
        ("123456789012345678901", None),
    ] {
        customer.phone = Some(phone.to_owned());
        let hash = same.map(|number| key().hash(Channel::Sms, number).unwrap());
        assert_eq!(key().of(&customer, Channel::Sms), hash, "{phone}");
        assert_eq!(customer.reachable_on(Channel::Sms), same.is_some(), "{phone}");
    }
}

#[test]
fn the_earliest_reason_stands_in_any_order() {
    let bounce = note(9, Happened::Reason(SuppressionReason::HardBounce));
    let complaint = note(5, Happened::Reason(SuppressionReason::Complaint));
    let expected = after(&[&bounce, &complaint]);
    assert_eq!(expected.standing.as_ref().map(|one| (one.reason, one.at)), Some((SuppressionReason::Complaint, at(5))));
    assert_eq!(expected.standing.as_ref().unwrap().also, BTreeMap::from([(SuppressionReason::HardBounce, at(9))]));
    for order in [&[&complaint, &bounce][..], &[&complaint, &complaint, &bounce, &complaint]] {
        assert_eq!(after(order), expected);
    }
}

#[test]
fn three_different_messages_that_bounce_softly_give_an_address_up() {
    let bounces = [soft(1, "a"), soft(9, "b"), soft(4, "c"), soft(2, "d"), soft(3, "b"), soft(8, "a")];
    let twice = after(&[&bounces[0], &bounces[5], &bounces[1], &bounces[4], &bounces[0]]);
    assert_eq!(twice.standing, None, "two messages, however often they bounce");
    let expected = after(&bounces.iter().collect::<Vec<_>>());
    assert_eq!(expected.standing.as_ref().map(|one| (one.reason, one.at)), Some((SuppressionReason::SoftBounces, at(3))));
    for order in [[5, 4, 3, 2, 1, 0], [1, 2, 3, 5, 4, 0], [3, 0, 2, 5, 1, 4]] {
        assert_eq!(after(&order.map(|index| &bounces[index])), expected, "{order:?}");
    }
}

#[test]
fn what_was_taken_off_comes_back_for_what_happens_later_alone() {
    let old = note(5, Happened::Reason(SuppressionReason::HardBounce));
    let mut entry = after(&[&old]);
    assert!(entry.lift(at(20)));
    assert!(!entry.lift(at(21)), "it is not on the list any more");
    assert!(!entry.note(&old) && !entry.note(&soft(20, "a")), "told once more");
    assert_eq!(entry.standing, None);
    assert!(entry.note(&note(30, Happened::Reason(SuppressionReason::Complaint))));
    assert_eq!(entry.standing.map(|one| one.reason), Some(SuppressionReason::Complaint));
}

#[test]
fn receipts_mean_something_where_they_must() {
    let message = MessageId { campaign: CampaignId::generate(), customer: CustomerId::of(&Email::parse("asha@x.in").unwrap()) };
    let rules = crate::rules::Rules::parse(
        &Json::parse(br#"{"combinator":"and","rules":[]}"#).unwrap(),
        "rules",
        &crate::money::Currency::parse("INR").unwrap(),
    );
    let json = r#"{"name":"a","segmentId":"01890a5d-ac96-774b-bcce-b302099a8057","channel":"email",
        "variants":[{"subject":"s","body":"x"}]}"#;
    let draft = crate::campaign::CampaignDraft::parse(&Json::parse(json.as_bytes()).unwrap(), at(0)).unwrap();
    let campaign = draft.into_campaign(message.campaign, rules.unwrap(), 1, at(0));
    let customer = Customer::new(Email::parse("asha@x.in").unwrap(), at(0));
    let mut entry = campaign.entry(&customer, crate::audience::Decision::Queued, 0, at(0)).unwrap();
    let receipt = |report, bounce| Receipt { message, report, at: at(7), reason: None, bounce, machine: false };
    assert_eq!(Note::of_receipt(&receipt(Report::Bounced, Bounce::Hard), &entry), None, "nobody knows to which address it went");
    entry.address = key().of(&customer, Channel::Email);
    let what = |report, bounce| Note::of_receipt(&receipt(report, bounce), &entry).map(|note| note.what);
    let reason = |reason| Some(Happened::Reason(reason));
    assert_eq!(what(Report::Bounced, Bounce::Hard), reason(SuppressionReason::HardBounce));
    assert_eq!(what(Report::Complained, Bounce::Hard), reason(SuppressionReason::Complaint));
    assert_eq!(what(Report::Unsubscribed, Bounce::Hard), reason(SuppressionReason::Unsubscribed));
    assert!(matches!(what(Report::Bounced, Bounce::Soft), Some(Happened::SoftBounce(_))));
    for other in [Report::Delivered, Report::Opened, Report::Clicked, Report::Failed] {
        assert_eq!(what(other, Bounce::Hard), None);
    }
    let note = Note::of_receipt(&receipt(Report::Complained, Bounce::Hard), &entry).unwrap();
    assert_eq!((note.shown.as_deref(), note.at), (Some("a***@x.in"), at(7)));
}

#[test]
fn one_or_many_are_added_and_all_faults_are_told() {
    let parse = |text: &str| parse_additions(&Json::parse(text.as_bytes()).unwrap(), &key(), at(1));
    let one = parse(r#"{"address":"asha@x.in"}"#).unwrap();
    assert_eq!((one.len(), one[0].shown.as_deref()), (1, Some("a***@x.in")));
    let many = parse(r#"{"items":[{"address":"asha@x.in"},{"channel":"sms","address":"+91 98450 12345"}]}"#).unwrap();
    assert_eq!((many.len(), many[1].shown.as_deref()), (2, Some("***45")));
    let fields = |text: &str| parse(text).unwrap_err().0.into_iter().map(|fault| fault.field).collect::<Vec<_>>();
    let bad = r#"{"items":[{"address":"nobody"},{"channel":"fax","address":"a@x.in"},{"address":"a@x.in","more":1},7]}"#;
    assert_eq!(fields(bad), ["items[0].address", "items[1].channel", "items[2].more", "items[3]"]);
    assert_eq!(fields("{}"), ["address"]);
    assert_eq!(fields(r#"{"items":[]}"#), ["items"]);
}
