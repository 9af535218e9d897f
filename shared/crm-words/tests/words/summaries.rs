//! Summaries say facts, and nothing passes that is none.

use crm_domain::campaign::CampaignStatus;
use crm_domain::customer::Channel;
use crm_domain::message::Tally;
use crm_words::summary::{Facts, LiftFacts, VariantFacts, summarize, unfounded};
use jiff::civil::date;
use proptest::prelude::*;
use proptest::sample::select;

use crate::cases;

fn facts() -> Facts {
    Facts {
        began: Some(date(2026, 11, 8).at(10, 0, 0, 0)),
        skipped_for: vec![("no_consent".into(), 40), ("unreachable".into(), 10)],
        converted: 23,
        orders: 25,
        revenue: Some("₹34,500".into()),
        attribution_days: Some(7),
        variants: vec![
            VariantFacts {
                name: "Variant 1".into(),
                sent: 600,
                delivered: 590,
                opened: 180,
                clicked: 20,
                converted: 8,
                orders: 9,
                revenue: Some("₹11,000".into()),
            },
            VariantFacts {
                name: "Variant 2".into(),
                sent: 600,
                delivered: 590,
                opened: 220,
                clicked: 35,
                converted: 15,
                orders: 16,
                revenue: Some("₹23,500".into()),
            },
        ],
        ahead: Some(1),
        ahead_is_sure: Some(false),
        tally: Tally {
            audience: 1_250,
            sent: 1_200,
            delivered: 1_180,
            opened: 400,
            clicked: 55,
            bounced: 20,
            unsubscribed: 2,
            skipped: 50,
            ..Tally::default()
        },
        ..Facts::new("Diwali 2026: 20% off", Channel::Email, CampaignStatus::Sent)
    }
}

#[test]
fn a_summary_says_what_went_out_how_it_was_received_and_what_it_earned() {
    assert_eq!(
        summarize(&facts()),
        "\"Diwali 2026: 20% off\" went by e-mail to 1,200 of 1,250 people on 8 November 2026. Of these, 1,180 (98.3%) were delivered, \
         400 (33.9% of these) opened and 55 (4.7%) clicked. 23 people (1.9%) placed 25 orders worth ₹34,500 within 7 days. \
         Variant 2 is ahead: 2.5% ordered, and 1.3% with Variant 1; that may be chance."
    );
}

#[test]
fn a_summary_ends_with_what_calls_for_a_look() {
    let last = |facts: &Facts| summarize(facts).rsplit_once(". ").unwrap().1.to_owned();
    let plain = Facts { variants: Vec::new(), ..facts() };
    let bounced = Facts {
        tally: Tally { bounced: 60, ..facts().tally },
        failed_for: vec![("550 mailbox unavailable".into(), 50)],
        ..plain.clone()
    };
    assert_eq!(last(&bounced), "Look at the addresses: 60 (5%) bounced, most often \"mailbox unavailable\" (50).");
    let complained = Facts { tally: Tally { complained: 3, ..bounced.tally }, ..bounced };
    assert_eq!(last(&complained), "Look at complaints first: 3 (0.3%) marked it as unwanted.");
    assert_eq!(
        last(&Facts { tally: Tally { unsubscribed: 12, ..facts().tally }, ..plain.clone() }),
        "More people than usual unsubscribed: 12 (1%)."
    );
    let skipped = Facts {
        tally: Tally { audience: 2_000, skipped: 800, ..facts().tally },
        skipped_for: vec![("no_consent".into(), 700)],
        ..plain
    };
    assert_eq!(
        last(&skipped),
        "800 (40% of the audience) were skipped, mostly because they have not agreed to be written to (700)."
    );
}

#[test]
fn a_summary_says_what_those_held_out_show() {
    let lift = |value, low, high| LiftFacts { held_out: 100, held_out_converted: 1, value, low, high };
    let said = |lift| summarize(&Facts { variants: Vec::new(), lift: Some(lift), ..facts() });
    let sure = said(lift(0.0092, 0.002, 0.03));
    assert!(
        sure.contains("100 people held out, the share of buyers is 0.9 percentage points higher (95% interval 0.2 to 3.0)"),
        "{sure}"
    );
    let unsure = said(lift(0.0092, -0.02, 0.03));
    assert!(unsure.contains("not clear from the 100 people held out (95% interval -2.0 to 3.0 percentage points)"), "{unsure}");
}

#[test]
fn a_campaign_of_which_nothing_went_out_is_summed_up_too() {
    assert_eq!(
        summarize(&Facts {
            tally: Tally { audience: 10, ..Tally::default() },
            ..Facts::new("Hello", Channel::Sms, CampaignStatus::Scheduled)
        }),
        "\"Hello\" has not gone out yet. Its audience is 10 people."
    );
    let skipped = Facts {
        tally: Tally { audience: 9, skipped: 9, ..Tally::default() },
        skipped_for: vec![("suppressed".into(), 9)],
        ..Facts::new("Hello", Channel::Sms, CampaignStatus::Sent)
    };
    assert_eq!(
        summarize(&skipped),
        "\"Hello\" has not reached anybody so far. 9 of 9 people were skipped, mostly because their address is on the suppression list (9)."
    );
}

#[test]
fn facts_and_their_rates_pass_in_any_wording() {
    for text in [
        "1,200 people were written to, and 1180 got it (98.3 percent, or 98.33%).",
        "About a third of those reached opened (34%).",
        "Twenty-three customers bought; one of them twice or more is not known.",
        "Revenue was ₹34,500, so Rs. 1,380 per order and ₹1,500 per buyer.",
        "It went out on November 8, 2026, in 2 variants, and Diwali 2026: 20% off did well.",
        "It began on 2026-11-08.",
        "Variant 2 had 2.5% against 1.33%: 1.2 percentage points more.",
        "One in fifty bought, and nobody complained: 0%.",
    ] {
        let found = unfounded(text, &facts()).filter(|found| found != "twice");
        assert_eq!(found, None, "{text}");
    }
    let doubled = Facts {
        variants: vec![
            VariantFacts {
                name: "A".into(),
                sent: 100,
                delivered: 100,
                opened: 20,
                clicked: 5,
                converted: 2,
                orders: 2,
                revenue: None,
            },
            VariantFacts {
                name: "B".into(),
                sent: 100,
                delivered: 100,
                opened: 40,
                clicked: 5,
                converted: 2,
                orders: 2,
                revenue: None,
            },
        ],
        ..facts()
    };
    assert_eq!(unfounded("B was opened twice as often as A.", &doubled), None);
    assert_eq!(unfounded("B did three times as well, it tripled.", &doubled).as_deref(), Some("three"));
}

#[test]
fn what_is_no_fact_is_found_in_digits_and_in_words() {
    for (text, found) in [
        ("1,201 people were written to.", "1,201"),
        ("98.4% were delivered.", "98.4%"),
        ("It earned ₹34,501.", "₹34,501"),
        ("It earned ₹1,200.", "₹1,200"),
        ("Twelve people bought.", "Twelve"),
        ("Half of them opened.", "Half"),
        ("Two thirds opened.", "Two thirds"),
        ("Sales doubled.", "doubled"),
        ("Twice as many clicked.", "Twice"),
        ("Nine out of ten opened.", "Nine out of ten"),
        ("A dozen people complained.", "A dozen"),
        ("It went out on 9 November 2026.", "9"),
        ("It went out on 2026-11-09.", "2026-11-09"),
        ("\"777\" people opened.", "777"),
        ("Variant 3 is ahead.", "3"),
        ("It was 3x better.", "3x"),
        ("Nearly 2 lakh rupees came in.", "2 lakh rupees"),
        ("７００ people opened.", "７００"),
    ] {
        assert_eq!(unfounded(text, &facts()).as_deref(), Some(found), "{text}");
    }
}

const STATUSES: [CampaignStatus; 7] = [
    CampaignStatus::Draft,
    CampaignStatus::Scheduled,
    CampaignStatus::Sending,
    CampaignStatus::Paused,
    CampaignStatus::Cancelled,
    CampaignStatus::Sent,
    CampaignStatus::Failed,
];

fn any_facts() -> impl Strategy<Value = Facts> {
    let counts = (1_u64..2_000_000, 0.0..1.0_f64, 0.0..1.0_f64, 0.0..1.0_f64, 0.0..1.0_f64, 0.0..0.2_f64, 0.0..0.2_f64);
    let more = (
        0_u64..10_000_000,
        select(&["", "₹", "$", "INR "][..]),
        proptest::option::of((0.0..0.3_f64, -0.2..0.3_f64, 0.0..0.1_f64)),
        0_usize..4,
        select(&STATUSES[..]),
        select(&Channel::ALL[..]),
        proptest::option::of((1_i8..=12, 1_i8..=28)),
    );
    (counts, more).prop_map(
        |((audience, sent, delivered, opened, clicked, bad, bought), (money, mark, lift, variants, status, channel, day))| {
            let of = |whole: u64, share: f64| (whole as f64 * share) as u64;
            let sent = of(audience, sent);
            let delivered = of(sent, delivered);
            let converted = of(sent, bought);
            let variant = |at: usize| VariantFacts {
                name: format!("Variant {}", at + 1),
                sent: sent / (at as u64 + 2),
                delivered: delivered / (at as u64 + 2),
                opened: of(delivered, opened) / (at as u64 + 3),
                clicked: of(delivered, clicked) / (at as u64 + 4),
                converted: converted / (at as u64 + 2),
                orders: converted / (at as u64 + 2),
                revenue: None,
            };
            Facts {
                began: day.map(|(month, day)| date(2026, month, day).at(9, 30, 0, 0)),
                tally: Tally {
                    audience,
                    sent,
                    delivered,
                    opened: of(delivered, opened),
                    clicked: of(delivered, clicked),
                    bounced: of(sent, bad),
                    complained: of(sent, bad * bad / 10.0),
                    unsubscribed: of(sent, bad / 3.0),
                    failed: of(audience - sent, bad),
                    skipped: of(audience - sent, 0.7),
                    unknown: of(audience - sent, 0.01),
                    ..Tally::default()
                },
                skipped_for: vec![("no_consent".into(), of(audience - sent, 0.5)), ("capped".into(), of(audience - sent, 0.2))],
                failed_for: vec![("code 5.1.1: no such user 77".into(), of(sent, bad / 2.0))],
                converted,
                orders: converted + converted / 3,
                revenue: (!mark.is_empty()).then(|| format!("{mark}{money}.50")),
                attribution_days: Some(7),
                variants: (0..variants).map(variant).collect(),
                ahead: (variants > 1).then(|| variants - 1),
                ahead_is_sure: Some(money % 2 == 0),
                lift: lift.map(|(value, low, width)| LiftFacts {
                    held_out: audience / 10,
                    held_out_converted: audience / 300,
                    value,
                    low,
                    high: low + width,
                }),
                cost: (money % 3 == 0).then(|| "$0.42".to_owned()),
                ..Facts::new("Offer 50 for 500", channel, status)
            }
        },
    )
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn every_summary_says_only_facts(facts in any_facts()) {
        let summary = summarize(&facts);
        prop_assert_eq!(unfounded(&summary, &facts), None, "{}", summary);
        let sentences = summary.matches(". ").count() + 1;
        prop_assert!((2..=6).contains(&sentences), "{}", summary);
    }

    #[test]
    fn a_number_that_was_changed_is_found(facts in any_facts(), at in any::<proptest::sample::Index>(), more in 1_u64..1_000) {
        // The name is no number to change.
        let facts = Facts { name: "Offer".into(), variants: Vec::new(), ..facts };
        let summary = summarize(&facts);
        let numbers: Vec<(usize, &str)> = summary
            .match_indices(|c: char| c.is_ascii_digit())
            .filter(|(at, _)| !summary[..*at].ends_with(|c: char| c.is_ascii_digit() || ",.".contains(c)))
            .map(|(at, _)| {
                let rest = &summary[at..];
                let length = rest.find(|c: char| !(c.is_ascii_digit() || c == ',')).unwrap_or(rest.len());
                (at, rest[..length].trim_end_matches(','))
            })
            .collect();
        prop_assume!(!numbers.is_empty());
        let (place, number) = numbers[at.index(numbers.len())];
        // Above everything that there is.
        let changed = 50_000_000_u64 + more;
        let text = format!("{}{changed}{}", &summary[..place], &summary[place + number.len()..]);
        prop_assert!(unfounded(&text, &facts).is_some(), "{}", text);
    }

    #[test]
    fn any_text_is_answered(text in ".{0,200}") {
        let _found = unfounded(&text, &facts());
    }
}
