//! Merging and erasing customers: what is true of them does not depend on what comes first.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use std::collections::BTreeMap;

use crm_domain::customer::Customer;
use crm_domain::email::Email;
use crm_domain::event::Event;
use crm_domain::identity::Identity;
use crm_domain::ids::CustomerId;
use crm_domain::json::Json;
use crm_domain::ledger::{DayDelta, Ledger, Outcome, Unmergeable};
use crm_domain::money::{Currency, Money};
use crm_domain::stamp::{Stamp, Stamps};
use crm_domain::time::Time;
use jiff::civil::Date;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

const UPSERT: &str = "crm.customer.upsert.v1";
const AMEND: &str = "crm.customer.amend.v1";
const PLACE: &str = "crm.order.place.v1";
const STATUS: &str = "crm.order.status.v1";
const RECORD: &str = "crm.activity.record.v1";

fn event(kind: &str, number: u32, hour: u32, data: &Value) -> Event {
    let json = json!({
        "specversion": "1.0", "id": format!("e{number}"), "source": "/test", "type": kind,
        "time": format!("2026-01-01T{hour:02}:00:00Z"), "data": data,
    });
    let now = Time::parse("2026-06-01").unwrap();
    Event::parse(&Json::parse(json.to_string().as_bytes()).unwrap(), &Currency::parse("INR").unwrap(), now).unwrap()
}

fn id(email: &str) -> CustomerId {
    CustomerId::of(&Email::parse(email).unwrap())
}

fn at(hour: u32) -> Time {
    Time::parse(&format!("2026-01-01T{hour:02}:30:00Z")).unwrap()
}

fn stamp(hour: u32) -> Stamp {
    Stamp::new(at(hour), "by-hand", "/test")
}

fn customer<'a>(ledger: &'a Ledger, email: &str) -> &'a Customer {
    ledger.known_by(id(email)).unwrap()
}

/// A thing of each kind that can be said of somebody.
fn any_event() -> impl Strategy<Value = (&'static str, u32, Value)> {
    let email = select(vec!["a@x.in", "b@x.in", "c@x.in"]);
    let number = 0_u32..3;
    let said = (email, number, any::<bool>(), 0_usize..9).prop_map(|(email, number, flag, which)| match which {
        0 => (UPSERT, json!({"email": email, "name": format!("Name {number}"), "visits": number})),
        1 => (UPSERT, json!({"email": email, "city": if flag { json!("Pune") } else { Value::Null }, "emailConsent": flag})),
        2 => (UPSERT, json!({"email": email, "attributes": if flag { json!({"k": number, "l": flag}) } else { Value::Null }})),
        3 => (AMEND, json!({"email": email, "attributes": {"k": if flag { json!(number) } else { Value::Null }}})),
        4 => {
            let list = format!("01900000-0000-7000-8000-00000000000{number}");
            (AMEND, json!({"email": email, (if flag { "listsJoined" } else { "listsLeft" }): [list]}))
        }
        5 | 6 => (PLACE, json!({"email": email, "orderId": format!("o{number}"), "total": number})),
        7 => (STATUS, json!({"orderId": format!("o{number}"), "status": if flag { "cancelled" } else { "placed" }})),
        _ => (RECORD, json!({"email": email, "type": "visit", "at": "2025-12-01", "activityId": format!("a{number}")})),
    });
    (said, 1_u32..20).prop_map(|((kind, data), hour)| (kind, hour, data))
}

/// Both are known from the beginning.
fn beginnings() -> Vec<Event> {
    ["a@x.in", "b@x.in", "c@x.in"].iter().zip(900..).map(|(email, n)| event(UPSERT, n, 0, &json!({"email": email}))).collect()
}

fn figures(ledger: &Ledger) -> BTreeMap<Date, DayDelta> {
    ledger.day_deltas()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_merged_customer_is_the_same_whenever_the_merge_came(
        events in prop::collection::vec(any_event(), 0..24), cuts in prop::array::uniform2(0_usize..25), backwards in any::<bool>(),
    ) {
        let events: Vec<Event> = events.iter().zip(0..).map(|((kind, hour, data), n)| event(kind, n, *hour, data)).collect();
        // C goes into B, B into A, at two moments.
        let run = |cuts: [usize; 2], backwards: bool| {
            let mut ledger = Ledger::default();
            for event in &beginnings() {
                ledger.apply(event);
            }
            let mut said: Vec<&Event> = events.iter().collect();
            if backwards {
                said.reverse();
            }
            for step in 0..=events.len() {
                for (cut, [into, from]) in cuts.iter().zip([["b@x.in", "c@x.in"], ["a@x.in", "b@x.in"]]) {
                    if (*cut).min(events.len()) == step {
                        ledger.merge(id(into), id(from), &stamp(22)).unwrap();
                    }
                }
                if let Some(event) = said.get(step) {
                    ledger.apply(event);
                    ledger.apply(event);
                }
            }
            ledger
        };
        let (late, mut some) = (run([events.len(); 2], false), run(cuts, backwards));
        let [one, two] = [&late, &some].map(|ledger| customer(ledger, "c@x.in").clone());
        prop_assert_eq!(&one.email, &Email::parse("a@x.in").unwrap());
        // Where the two differed, it is the one at the merge who chose.
        let counted = |customer: &Customer| Customer {
            name: None, city: None, attributes: BTreeMap::new(), stamps: Stamps::default(), ..customer.clone()
        };
        prop_assert_eq!(counted(&one), counted(&two));
        prop_assert_eq!(one.name.is_some(), two.name.is_some());
        prop_assert_eq!(figures(&late), figures(&some));
        let orders = |ledger: &Ledger| ledger.orders().map(|(id, held)| (*id, held.now().cloned())).collect::<Vec<_>>();
        prop_assert_eq!(orders(&late), orders(&some));
        // Nothing is counted twice, and nothing is lost.
        let counting: Vec<i64> = some
            .orders()
            .filter_map(|(_, held)| held.now().filter(|order| order.status().counts()))
            .filter_map(|order| Some(order.body()?.total().minor()))
            .collect();
        prop_assert_eq!(two.sums.order_count as usize, counting.len());
        prop_assert_eq!(two.sums.total_spend, Money::from_minor(counting.iter().sum()));
        prop_assert_eq!(two.visits_recorded as usize, some.activities().count());
        let days = figures(&some);
        prop_assert_eq!(days.values().map(|day| day.customers).sum::<i64>(), 1);
        prop_assert_eq!(days.values().map(|day| day.revenue).sum::<i64>(), counting.iter().sum::<i64>());
        // Whatever comes again changes nothing.
        let before = some.clone();
        for event in events.iter().rev().chain(&beginnings()) {
            some.apply(event);
        }
        prop_assert_eq!(before, some);
    }

    #[test]
    fn what_was_said_before_an_erasure_is_forgotten_whenever_it_comes(
        events in prop::collection::vec(any_event(), 0..24), cut in 0_usize..25, erased_at in 1_u32..20,
    ) {
        let events: Vec<Event> = events.iter().zip(0..).map(|((kind, hour, data), n)| event(kind, n, *hour, data)).collect();
        // What is said later comes later, as it does when the erasure is made at once.
        let (before, after): (Vec<&Event>, Vec<&Event>) = events.iter().partition(|event| event.time <= at(erased_at));
        let mut ledger = Ledger::default();
        let begin = beginnings();
        let cut = cut.min(before.len());
        for event in begin.iter().chain(before[..cut].iter().copied()) {
            ledger.apply(event);
        }
        prop_assert!(ledger.erase(id("a@x.in"), at(erased_at)));
        prop_assert!(!ledger.erase(id("a@x.in"), at(erased_at)), "once");
        for event in before.iter().chain(&after) {
            ledger.apply(event);
        }
        let theirs = |event: &&&Event| event.customer() == Some(id("a@x.in"));
        let mut fresh = Ledger::default();
        for event in after.iter().filter(theirs) {
            fresh.apply(event);
        }
        match (ledger.known_by(id("a@x.in")), fresh.known_by(id("a@x.in"))) {
            (Some(now), Some(fresh)) => {
                prop_assert_eq!(now.erased_at, Some(at(erased_at)));
                let said = |customer: &Customer| (customer.name.clone(), customer.city.clone(), customer.attributes.clone(), customer.lists.clone());
                prop_assert_eq!(said(now), said(fresh));
                prop_assert!(now.sums.order_count <= fresh.sums.order_count, "an order that was theirs stays nobody's");
            }
            (now, fresh) => {
                // Who sends an old order or activity again tells nothing of the person.
                let only_again = after.iter().filter(theirs).all(|event| event.order().is_some() || event.activity().is_some());
                prop_assert!(now.is_none() && (fresh.is_none() || only_again), "{now:?} {fresh:?}");
            }
        }
        // What was sold stays sold.
        let mut kept = Ledger::default();
        for event in begin.iter().chain(before).chain(after) {
            kept.apply(event);
        }
        let sold = |ledger: &Ledger| {
            let worth = |order: &crm_domain::order::Order| order.status().counts().then(|| order.body().map(crm_domain::order::OrderBody::total));
            ledger.orders().filter_map(|(id, held)| Some((*id, worth(held.now()?)?))).collect::<BTreeMap<_, _>>()
        };
        let (sold, kept) = (sold(&ledger), sold(&kept));
        prop_assert_eq!(sold.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>());
    }
}

#[test]
fn who_stays_keeps_what_is_known_of_them_and_gaps_are_filled() {
    let mut ledger = Ledger::default();
    let said = [
        event(UPSERT, 1, 1, &json!({"email": "a@x.in", "name": "Asha", "attributes": {"plan": "gold"}, "emailConsent": true})),
        event(UPSERT, 2, 2, &json!({"email": "b@x.in", "name": "Usha", "phone": "1", "attributes": {"plan": "tin", "size": 7}})),
        event(UPSERT, 3, 3, &json!({"email": "b@x.in", "emailConsent": false, "city": "Pune"})),
        event(UPSERT, 4, 4, &json!({"email": "a@x.in", "city": null})),
    ];
    for event in &said {
        ledger.apply(event);
    }
    ledger.merge(id("a@x.in"), id("b@x.in"), &stamp(5)).unwrap();
    let merged = customer(&ledger, "a@x.in").clone();
    assert_eq!((merged.name.as_deref(), merged.phone.as_deref()), (Some("Asha"), Some("1")));
    assert_eq!(merged.city, None, "cleared since");
    assert_eq!(json!(merged.attributes), json!({"plan": "gold", "size": 7.0}));
    assert_eq!(merged.consents.email, Some(false), "the last word on a consent stands");
    for event in said.iter().rev() {
        ledger.apply(event);
    }
    assert_eq!(*customer(&ledger, "a@x.in"), merged);
    ledger.apply(&event(UPSERT, 6, 6, &json!({"email": "b@x.in", "name": "Asha Rao"})));
    assert_eq!(customer(&ledger, "b@x.in").name.as_deref(), Some("Asha Rao"));
}

#[test]
fn tags_of_both_are_kept_and_later_words_stand() {
    let mut ledger = Ledger::default();
    ledger.apply(&event(UPSERT, 1, 1, &json!({"email": "a@x.in", "tags": ["vip", "new"]})));
    ledger.apply(&event(UPSERT, 2, 2, &json!({"email": "b@x.in", "tags": ["vip", "pune"]})));
    ledger.merge(id("a@x.in"), id("b@x.in"), &stamp(3)).unwrap();
    assert_eq!(customer(&ledger, "a@x.in").tags.iter().collect::<Vec<_>>(), ["new", "pune", "vip"]);
    ledger.apply(&event(AMEND, 3, 4, &json!({"email": "b@x.in", "tagsRemoved": ["pune"]})));
    assert_eq!(customer(&ledger, "a@x.in").tags.iter().collect::<Vec<_>>(), ["new", "vip"]);
    ledger.apply(&event(UPSERT, 4, 5, &json!({"email": "b@x.in", "tags": ["last"]})));
    assert_eq!(customer(&ledger, "a@x.in").tags.iter().collect::<Vec<_>>(), ["last"]);
}

#[test]
fn visits_given_of_two_customers_add_up_and_are_counted_apart_from_then_on() {
    let mut ledger = Ledger::default();
    ledger.apply(&event(UPSERT, 1, 1, &json!({"email": "a@x.in", "visits": 3})));
    ledger.apply(&event(UPSERT, 2, 2, &json!({"email": "b@x.in", "visits": 4})));
    ledger.merge(id("a@x.in"), id("b@x.in"), &stamp(3)).unwrap();
    assert_eq!(customer(&ledger, "a@x.in").visits(), 7);
    ledger.apply(&event(UPSERT, 3, 4, &json!({"email": "b@x.in", "visits": 10})));
    assert_eq!(customer(&ledger, "a@x.in").visits(), 13);
}

#[test]
fn only_two_who_are_there_can_be_merged() {
    let mut ledger = Ledger::default();
    for event in &beginnings() {
        ledger.apply(event);
    }
    assert_eq!(ledger.merge(id("a@x.in"), id("z@x.in"), &stamp(1)), Err(Unmergeable::Nobody));
    assert_eq!(ledger.merge(id("a@x.in"), id("a@x.in"), &stamp(1)), Err(Unmergeable::Same));
    ledger.merge(id("a@x.in"), id("b@x.in"), &stamp(1)).unwrap();
    for [into, from] in [["a@x.in", "b@x.in"], ["b@x.in", "a@x.in"]] {
        assert_eq!(ledger.merge(id(into), id(from), &stamp(2)), Err(Unmergeable::Same), "they are one already");
    }
    for n in 0..60 {
        let email = format!("p{n}@x.in");
        ledger.apply(&event(UPSERT, n, 3, &json!({"email": email})));
        let merged = ledger.merge(id("a@x.in"), id(&email), &stamp(4));
        assert_eq!(merged.is_ok(), n < 49, "{n}");
    }
}

#[test]
fn a_no_outlives_its_customer_and_a_yes_does_not() {
    let mut ledger = Ledger::default();
    ledger.apply(&event(UPSERT, 1, 1, &json!({"email": "a@x.in", "emailConsent": false, "smsConsent": true})));
    ledger.erase(id("a@x.in"), at(2));
    assert_eq!(ledger.apply(&event(UPSERT, 2, 1, &json!({"email": "a@x.in", "name": "Asha"}))), Outcome::Forgotten);
    ledger.apply(&event(PLACE, 3, 3, &json!({"email": "a@x.in", "total": 5})));
    let again = customer(&ledger, "a@x.in");
    assert_eq!((again.consents.email, again.consents.sms, again.name.as_deref()), (Some(false), None, None));
    assert_eq!(again.sums.order_count, 1);
}

#[test]
fn what_is_forgotten_of_one_is_not_of_who_was_merged_into_them() {
    let mut ledger = Ledger::default();
    for event in &beginnings() {
        ledger.apply(event);
    }
    ledger.apply(&event(PLACE, 1, 3, &json!({"email": "a@x.in", "orderId": "o", "total": 5})));
    ledger.erase(id("b@x.in"), at(5));
    ledger.apply(&event(UPSERT, 2, 6, &json!({"email": "b@x.in", "name": "Again"})));
    ledger.merge(id("b@x.in"), id("a@x.in"), &stamp(7)).unwrap();
    assert_eq!(customer(&ledger, "b@x.in").sums.order_count, 1);
    // Of A nothing was forgotten: neither their order, nor what comes late.
    ledger.apply(&event(STATUS, 3, 8, &json!({"orderId": "o", "status": "refunded"})));
    assert_eq!(customer(&ledger, "b@x.in").sums.order_count, 0);
    ledger.apply(&event(PLACE, 4, 4, &json!({"email": "a@x.in", "orderId": "o2", "total": 7})));
    assert_eq!(customer(&ledger, "b@x.in").sums.order_count, 1);
    // Of B it was: an order from then is nobody's.
    ledger.apply(&event(PLACE, 5, 4, &json!({"email": "b@x.in", "orderId": "o3", "total": 7})));
    assert_eq!(customer(&ledger, "b@x.in").sums.order_count, 1);
    assert_eq!(ledger.orders().filter(|(_, held)| held.now().unwrap().body().unwrap().email.is_erased()).count(), 1);
}

#[test]
fn an_erasure_reaches_everybody_who_was_merged_and_nobody_else() {
    let mut ledger = Ledger::default();
    for event in &beginnings() {
        ledger.apply(event);
    }
    ledger.apply(&event(PLACE, 1, 1, &json!({"email": "b@x.in", "orderId": "o", "total": 5})));
    ledger.merge(id("a@x.in"), id("b@x.in"), &stamp(2)).unwrap();
    // By the identity that is not theirs any more.
    assert!(ledger.erase(id("b@x.in"), at(3)));
    assert!(ledger.known_by(id("a@x.in")).is_none() && ledger.known_by(id("b@x.in")).is_none());
    assert!(ledger.known_by(id("c@x.in")).is_some());
    // The order is nobody's, also when its status changes or it comes again, and counts all the same.
    assert_eq!(ledger.apply(&event(PLACE, 1, 1, &json!({"email": "b@x.in", "orderId": "o", "total": 5}))), Outcome::Forgotten);
    ledger.apply(&event(STATUS, 2, 4, &json!({"orderId": "o", "status": "fulfilled"})));
    assert!(ledger.known_by(id("b@x.in")).is_none());
    assert_eq!(
        figures(&ledger).values().map(|day| (day.orders, day.customers)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1)),
        (1, 1)
    );
    // Whoever begins anew and is merged is not reached by the old erasure.
    ledger.apply(&event(UPSERT, 5, 5, &json!({"email": "a@x.in"})));
    ledger.merge(id("c@x.in"), id("a@x.in"), &stamp(6)).unwrap();
    assert!(!ledger.erase(id("a@x.in"), at(3)));
    assert!(matches!(ledger.customers().find(|(held, _)| **held == id("a@x.in")).unwrap().1.now(), Some(Identity::Merged(_))));
}

#[test]
fn what_is_left_of_the_erased_stays_theirs_whoever_is_merged_into_their_successor() {
    let mut ledger = Ledger::default();
    for event in &beginnings() {
        ledger.apply(event);
    }
    ledger.erase(id("b@x.in"), at(5));
    ledger.apply(&event(UPSERT, 2, 6, &json!({"email": "b@x.in"})));
    let forgotten = |ledger: &Ledger| ledger.identity(id("b@x.in")).and_then(Identity::forgotten_before).unwrap();
    assert!((at(5).plus(1)..=at(6)).contains(&forgotten(&ledger)));
    // A was there before B was erased.
    ledger.merge(id("b@x.in"), id("a@x.in"), &stamp(7)).unwrap();
    assert!((at(5).plus(1)..=at(6)).contains(&forgotten(&ledger)), "{}", forgotten(&ledger));
}

#[test]
fn orders_that_are_kept_bring_nobody_back_who_was_erased() {
    let mut ledger = Ledger::default();
    // Dated ahead: the shop's clock is wrong.
    ledger.apply(&event(PLACE, 1, 9, &json!({"email": "a@x.in", "orderId": "o", "total": 5})));
    let said = ledger.known_by(id("a@x.in")).unwrap().stamps.latest();
    assert_eq!(said, Time::parse("2026-01-01T09:00:00Z").ok(), "an erasure comes after all that they did");
    // As an earlier version of this software could erase them: before it.
    ledger.erase(id("a@x.in"), at(5));
    assert_eq!(ledger.apply(&event(PLACE, 2, 4, &json!({"email": "a@x.in", "orderId": "o", "total": 7}))), Outcome::Forgotten);
    ledger.apply(&event(STATUS, 3, 8, &json!({"orderId": "o", "status": "refunded"})));
    assert!(matches!(ledger.identity(id("a@x.in")), Some(Identity::Erased(_))));
}

#[test]
fn a_visit_that_its_customer_does_not_count_yet_is_no_arithmetic_fault() {
    let said = json!({"email": "a@x.in", "type": "visit", "activityId": "v", "at": "2026-01-01"});
    let visit = |hour| event(RECORD, hour, hour, &said);
    let mut before = Ledger::default();
    before.apply(&event(UPSERT, 1, 1, &json!({"email": "a@x.in"})));
    let mut after = before.part(&[before.touched_by(&visit(5))]);
    after.apply(&visit(5));
    // The customer as it was read before somebody else's write, the activity as it was read after it.
    for ((customer, id), held) in after.activities() {
        before.hold_activity(*customer, *id, held.now().map(|activity| (1, activity.clone())));
    }
    before.apply(&visit(4));
    assert!(customer(&before, "a@x.in").visits_recorded <= 1);
}
