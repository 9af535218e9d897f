//! The invariants of the write path: the outcome depends on the set of events only, and sums equal what they sum.
#![allow(clippy::unwrap_used)] // helpers of tests

use std::collections::{BTreeMap, BTreeSet};

use crm_domain::activity::Activity;
use crm_domain::email::Email;
use crm_domain::event::Event;
use crm_domain::history::History;
use crm_domain::identity::Identity;
use crm_domain::ids::{ActivityId, CustomerId, OrderId};
use crm_domain::json::Json;
use crm_domain::ledger::{DEEDS, DayDelta, Ledger, Touched};
use crm_domain::money::{Currency, Money};
use crm_domain::order::Order;
use crm_domain::time::Time;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

fn inr() -> Currency {
    Currency::parse("INR").unwrap()
}

fn event(kind: &str, number: u32, at: u32, data: &Value) -> Event {
    let json = json!({
        "specversion": "1.0", "id": format!("e{number}"), "source": "/test", "type": kind,
        "time": format!("2026-01-{:02}T00:00:00Z", at + 1), "data": data,
    });
    let now = Time::parse("2026-06-01").unwrap();
    Event::parse(&Json::parse(json.to_string().as_bytes()).unwrap(), &inr(), now).unwrap()
}

/// Few people, orders and keys, so that events meet.
fn any_event() -> impl Strategy<Value = (&'static str, u32, Value)> {
    let email = select(vec!["a@x.in", "b@x.in", "c@x.in"]);
    let day = 0_u32..9;
    let when = (1_u32..28).prop_map(|day| format!("2025-{:02}-{day:02}", day % 12 + 1));
    let profile = (
        email.clone(),
        prop::option::of(select(vec![json!("Asha"), json!("Ravi"), Value::Null])),
        prop::option::of(select(vec![json!(["vip"]), json!(["new", "vip"]), Value::Null])),
        prop::option::of(select(vec![json!({"k": 1}), json!({"k": null, "l": "x"}), json!({"m": true}), Value::Null])),
        prop::option::of(select(vec![json!(3), json!(7), Value::Null])),
        prop::option::of(select(vec![json!("2025-01-05"), json!("2025-03-01"), Value::Null])),
        prop::option::of(any::<bool>()),
    )
        .prop_map(|(email, name, tags, attributes, visits, at, consent)| {
            let mut data = json!({"email": email});
            let said = [
                ("name", name),
                ("tags", tags),
                ("attributes", attributes),
                ("visits", visits),
                ("createdAt", at.clone()),
                ("lastActiveAt", at),
                ("smsConsent", consent.map(Value::from)),
            ];
            for (key, value) in said {
                if let Some(value) = value {
                    data[key] = value;
                }
            }
            ("crm.customer.upsert.v1", data)
        });
    let order = (email.clone(), select(vec!["o1", "o2", "o3", "o4"]), 0_u32..3, prop::option::of(when.clone()), any::<bool>())
        .prop_map(|(email, id, price, when, items)| {
            let mut data = json!({"email": email, "orderId": id});
            if items {
                data["items"] = json!([{"sku": format!("s{price}"), "name": "Thing", "quantity": 2, "unitPrice": price}]);
            } else {
                data["total"] = json!(f64::from(price) + 0.5);
            }
            if let Some(when) = when {
                data["placedAt"] = json!(when);
            }
            ("crm.order.place.v1", data)
        });
    let status = (select(vec!["o1", "o2", "o3", "o5"]), select(vec!["placed", "fulfilled", "cancelled", "refunded"]))
        .prop_map(|(id, status)| ("crm.order.status.v1", json!({"orderId": id, "status": status})));
    let activity =
        (email, select(vec!["visit", "open"]), when, select(vec!["a1", "a2", "a3"])).prop_map(|(email, kind, at, id)| {
            ("crm.activity.record.v1", json!({"email": email, "type": kind, "at": at, "activityId": id}))
        });
    let some = |of: [&'static str; 3]| prop::sample::subsequence(of.to_vec(), 0..=2);
    let lists =
        ["01900000-0000-7000-8000-00000000000a", "01900000-0000-7000-8000-00000000000b", "01900000-0000-7000-8000-00000000000c"];
    let amendment = (select(vec!["a@x.in", "b@x.in"]), some(["vip", "new", "old"]), any::<bool>(), some(lists), any::<bool>())
        .prop_map(|(email, tags, adds, lists, joins)| {
            let (tagged, listed) =
                (if adds { "tagsAdded" } else { "tagsRemoved" }, if joins { "listsJoined" } else { "listsLeft" });
            ("crm.customer.amend.v1", json!({"email": email, tagged: tags, listed: lists, "attributes": {"k": adds}}))
        });
    (prop_oneof![2 => profile, 4 => order, 2 => status, 2 => activity, 3 => amendment], day)
        .prop_map(|((kind, data), day)| (kind, day, data))
}

fn any_events() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(any_event(), 1..40).prop_map(|events| {
        events.iter().enumerate().map(|(number, (kind, at, data))| event(kind, number as u32, *at, data)).collect()
    })
}

type Tables = (BTreeMap<CustomerId, Identity>, BTreeMap<OrderId, Order>, BTreeMap<(CustomerId, ActivityId), Activity>);

/// Through the packed form, as storage does.
fn stored(identity: &Identity) -> Identity {
    let Identity::Customer(customer) = identity else { return identity.clone() };
    let mut customer = customer.clone();
    customer.history = History::join(&[], &customer.history.tail()).unwrap();
    customer.stamps = crm_domain::stamp::Stamps::unpack(&customer.stamps.pack()).unwrap();
    customer.updated_at = Time::from_micros(0);
    Identity::Customer(customer)
}

/// What would be stored, and the figures that all batches together added.
fn run(batches: &[Vec<&Event>]) -> (Tables, BTreeMap<jiff::civil::Date, DayDelta>) {
    let mut whole = Ledger::default();
    let mut figures: BTreeMap<jiff::civil::Date, DayDelta> = BTreeMap::new();
    for batch in batches {
        // As the worker does: only what the batch names is loaded, changed, and written back.
        let touched: Vec<Touched> = batch.iter().map(|event| whole.touched_by(event)).collect();
        let mut part = whole.part(&touched);
        for event in batch {
            part.apply(event);
        }
        for (date, delta) in part.day_deltas() {
            let day = figures.entry(date).or_default();
            day.orders += delta.orders;
            day.revenue += delta.revenue;
            day.customers += delta.customers;
        }
        for (id, held) in part.customers() {
            whole.hold_customer(*id, Some((1, stored(held.now().unwrap()))));
        }
        for (id, held) in part.orders() {
            whole.hold_order(*id, held.now().map(|order| (1, order.clone())));
        }
        for ((customer, id), held) in part.activities() {
            whole.hold_activity(*customer, *id, held.now().map(|activity| (1, activity.clone())));
        }
    }
    figures.retain(|_, delta| *delta != DayDelta::default());
    let tables = (
        whole.customers().filter_map(|(id, held)| Some((*id, without_deeds(held.now()?)))).collect(),
        whole.orders().filter_map(|(id, held)| Some((*id, held.now()?.clone()))).collect(),
        whole.activities().filter_map(|(id, held)| Some((*id, held.now()?.clone()))).collect(),
    );
    (tables, figures)
}

/// What is true of a customer, whatever came first.
fn without_deeds(identity: &Identity) -> Identity {
    let mut identity = identity.clone();
    if let Identity::Customer(customer) = &mut identity {
        customer.stamps.forget(DEEDS);
    }
    identity
}

/// The figures of a customer, added up from the tables in the slowest way.
fn check_sums((customers, orders, activities): &Tables) {
    for customer in customers.values().filter_map(Identity::customer) {
        let emails: Vec<&Email> = customer.emails().collect();
        let own: Vec<&Order> =
            orders.values().filter(|order| order.body().is_some_and(|body| emails.contains(&&body.email))).collect();
        let counting: Vec<&&Order> = own.iter().filter(|order| order.status().counts()).collect();
        assert_eq!(customer.sums.order_count, counting.len() as u64);
        let total: i64 = counting.iter().map(|order| order.body().unwrap().total().minor()).sum();
        assert_eq!(customer.sums.total_spend, Money::from_minor(total));
        assert_eq!(customer.sums.first_order_at, counting.iter().filter_map(|order| order.placed_at()).min());
        assert_eq!(customer.sums.last_order_at, counting.iter().filter_map(|order| order.placed_at()).max());
        assert_eq!(customer.last_purchase_at, own.iter().filter_map(|order| order.placed_at()).max());
        let visits =
            activities.values().filter(|activity| customer.identities().contains(&activity.customer) && activity.is_visit());
        let visits = visits.count();
        assert_eq!(customer.visits_recorded, visits as u64);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_order_repetition_and_split_gives_the_same_tables(
        events in any_events(), order in prop::collection::vec(any::<Index>(), 0..80), cuts in prop::collection::vec(any::<Index>(), 0..6),
    ) {
        let (expected, figures) = run(&[events.iter().collect()]);
        check_sums(&expected);
        // Every event once in reverse, some again anywhere, cut into batches.
        let mut replay: Vec<&Event> = events.iter().rev().collect();
        for index in order {
            let place = index.index(replay.len());
            replay.insert(place, &events[index.index(events.len())]);
        }
        let mut at: BTreeSet<usize> = cuts.iter().map(|cut| cut.index(replay.len())).collect();
        at.insert(replay.len());
        let mut batches = Vec::new();
        let mut from = 0;
        for to in at {
            batches.push(replay[from..to].to_vec());
            from = to;
        }
        let (tables, refigured) = run(&batches);
        prop_assert_eq!(&tables, &expected);
        prop_assert_eq!(refigured, figures);
    }

    #[test]
    fn daily_figures_equal_the_tables(events in any_events()) {
        let (tables, figures) = run(&events.iter().map(|event| vec![event]).collect::<Vec<_>>());
        let mut counted: BTreeMap<jiff::civil::Date, DayDelta> = BTreeMap::new();
        for order in tables.1.values().filter(|order| order.status().counts()) {
            if let (Some(at), Some(body)) = (order.placed_at(), order.body()) {
                let day = counted.entry(at.date()).or_default();
                day.orders += 1;
                day.revenue += body.total().minor();
            }
        }
        for customer in tables.0.values().filter_map(Identity::customer) {
            counted.entry(customer.created_at().date()).or_default().customers += 1;
        }
        prop_assert_eq!(counted, figures);
    }
}

#[test]
fn the_earlier_of_two_versions_of_an_order_stands_and_the_other_is_a_conflict() {
    let first = event("crm.order.place.v1", 1, 1, &json!({"email": "a@x.in", "orderId": "o", "total": 10}));
    let second = event("crm.order.place.v1", 2, 2, &json!({"email": "b@x.in", "orderId": "o", "total": 20}));
    for batch in [[&first, &second], [&second, &first]] {
        let ((customers, orders, _), _) = run(&[batch.to_vec()]);
        let order = orders.values().next().unwrap();
        assert!(order.conflict);
        assert_eq!(order.body().unwrap().total(), Money::from_minor(1000));
        assert_eq!(customers.len(), 2, "both customers are known");
        assert_eq!(customers.values().filter_map(Identity::customer).map(|c| c.sums.order_count).sum::<u64>(), 1);
    }
}
