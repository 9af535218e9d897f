//! Properties over random people, rules and clocks.

use crm_domain::rules::{Part, Subject};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::people::{
    cases, condition, context, customer, edges_of, group, json_of, moving, person, rules, scene, scene_of, spans_in, time,
};
use crate::slow::{Order, Person, holds};

fn alone(condition: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    condition.prop_map(|condition| json!({"combinator": "and", "rules": [condition]})).boxed()
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn every_condition_holds_as_the_slow_evaluator_says((wire, person, now) in scene(alone(condition()))) {
        prop_assert_eq!(rules(&wire).holds(&customer(&person), &context(now)), holds(&wire, &person, now));
    }
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn every_tree_holds_as_the_slow_evaluator_says((wire, person, now) in scene(group(condition(), 4))) {
        let (rules, customer, context) = (rules(&wire), customer(&person), context(now));
        let expected = holds(&wire, &person, now);
        prop_assert_eq!(rules.holds(&customer, &context), expected);
        let subject = Subject::new(&customer);
        let verdict = rules.evaluate_for(&subject, &context);
        prop_assert_eq!(verdict.holds, expected);
        prop_assert_eq!(rules.holds_for(&subject, &context), expected);
        prop_assert!(verdict.flips_at.is_none_or(|flip| flip > context.now && rules.depends_on_time()));
    }

    #[test]
    fn the_wire_form_comes_back_as_it_was(wire in group(condition(), 4)) {
        let read = rules(&wire);
        let written = read.to_json().to_string();
        prop_assert_eq!(&rules(&serde_json::from_str(&written).unwrap()), &read);
        prop_assert_eq!(read.to_json(), json_of(&wire));
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), written);
    }

    #[test]
    fn explanations_agree_with_every_node((wire, person, now) in scene(group(condition(), 4))) {
        let (rules, customer, context) = (rules(&wire), customer(&person), context(now));
        let explanation = rules.explain(&customer, &context);
        prop_assert_eq!(explanation.holds(), rules.evaluate(&customer, &context).holds);
        agree(&serde_json::to_value(&explanation).unwrap(), &wire, &person, now);
    }

    #[test]
    fn parts_that_are_not_read_change_nothing((wire, person, now) in scene(group(condition(), 2)), other in person()) {
        let rules = rules(&wire);
        let reads = rules.reads();
        let (whole, other) = (customer(&person), customer(&other));
        let mut seen = other;
        if reads.names(Part::Name) { seen.name.clone_from(&whole.name); }
        if reads.names(Part::Email) { seen.email.clone_from(&whole.email); }
        if reads.names(Part::Phone) { seen.phone.clone_from(&whole.phone); }
        if reads.names(Part::City) { seen.city.clone_from(&whole.city); }
        if reads.names(Part::Country) { seen.country.clone_from(&whole.country); }
        if reads.names(Part::TimeZone) { seen.time_zone.clone_from(&whole.time_zone); }
        if reads.names(Part::Tags) { seen.tags.clone_from(&whole.tags); }
        if reads.names(Part::Attributes) { seen.attributes.clone_from(&whole.attributes); }
        if reads.names(Part::Lists) { seen.lists.clone_from(&whole.lists); }
        if reads.names(Part::Consents) { seen.consents = whole.consents; }
        if reads.names(Part::Sums) { seen.sums.clone_from(&whole.sums); }
        if reads.names(Part::History) { seen.history.clone_from(&whole.history); }
        if reads.names(Part::Visits) { (seen.visits_given, seen.visits_recorded) = (whole.visits_given, whole.visits_recorded); }
        if reads.names(Part::CreatedAt) { (seen.created_given, seen.first_seen) = (whole.created_given, whole.first_seen); }
        if reads.names(Part::LastActiveAt) { (seen.seen_at, seen.last_purchase_at) = (whole.seen_at, whole.last_purchase_at); }
        prop_assert_eq!(rules.evaluate(&seen, &context(now)), rules.evaluate(&whole, &context(now)));
    }
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn a_single_condition_flips_exactly_when_announced((wire, person, now) in scene(alone(moving()))) {
        flips_when_announced(&wire, &person, now);
    }

    #[test]
    fn a_tree_flips_exactly_when_announced((wire, person, now) in scene(group(moving(), 2))) {
        flips_when_announced(&wire, &person, now);
    }

    #[test]
    fn a_mixed_tree_flips_exactly_when_announced((wire, person, now) in scene(group(condition(), 3))) {
        flips_when_announced(&wire, &person, now);
    }
}

/// Windows by the calendar: on the one thing that everybody has, and on orders.
fn calendar() -> BoxedStrategy<Value> {
    let spans = || prop::sample::select(&["P1M", "P2M", "P11M", "P1Y", "P1M1D", "P1MT12H", "P13M3W", "P1MT23H59M59S"][..]);
    let created = spans().prop_map(|span| json!({"field": "createdAt", "operator": "within", "value": span}));
    let orders = (spans(), 1..4)
        .prop_map(|(span, count)| json!({"field": "orderCount", "operator": ">=", "value": count, "within": span}));
    alone(prop_oneof![created, orders].boxed())
}

/// The same time of day at the end of a month that is shorter than the next, where windows let go more than once.
fn at_months_end(at: Timestamp) -> Timestamp {
    let at = at.to_zoned(TimeZone::UTC);
    let month = [2, 4, 6, 9, 11][at.month().unsigned_abs() as usize % 5];
    at.with().day(1).month(month).build().unwrap().last_of_month().unwrap().timestamp()
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn a_calendar_stretch_lets_go_exactly_when_announced((wire, person, now) in calendar_scene()) {
        flips_when_announced(&wire, &person, now);
    }
}

fn calendar_scene() -> impl Strategy<Value = (Value, Person, Timestamp)> {
    let person = person().prop_map(|person| {
        let orders = person.orders.into_iter().take(3).map(|order| Order { at: at_months_end(order.at), ..order }).collect();
        Person { email: person.email, created: at_months_end(person.created), orders, ..Person::default() }
    });
    scene_of(calendar(), person.boxed())
}

/// The slow answer stays the same at every instant that might matter before the flip, and is another at the flip.
fn flips_when_announced(wire: &Value, person: &Person, now: Timestamp) {
    let verdict = rules(wire).evaluate(&customer(person), &context(now));
    let expected = holds(wire, person, now);
    assert_eq!(verdict.holds, expected);
    for at in instants_that_matter(wire, person) {
        if at > now && verdict.flips_at.is_none_or(|flip| time(at) < flip) {
            assert_eq!(holds(wire, person, at), expected, "changes at {at}, announced {:?}", verdict.flips_at);
        }
    }
    if let Some(flip) = verdict.flips_at {
        let flip = Timestamp::from_microsecond(flip.micros()).unwrap();
        assert!(flip > now);
        assert_eq!(holds(wire, person, flip), !expected, "does not change at {flip}");
        let before = flip.checked_sub(1.microsecond()).unwrap();
        assert_eq!(holds(wire, person, before), expected, "has changed before {flip}");
    }
}

/// Each event and each event plus each duration, with the days about it, their midnights, and the microseconds about those.
fn instants_that_matter(wire: &Value, person: &Person) -> Vec<Timestamp> {
    let spans = spans_in(wire);
    let mut instants = person.events();
    for event in person.events() {
        instants.extend(spans.iter().flat_map(|span| edges_of(event, *span)));
    }
    let near = |at: &Timestamp| [-1, 0, 1].map(|micros: i64| at.checked_add(micros.microseconds()).unwrap());
    let mut instants: Vec<Timestamp> = instants.iter().flat_map(near).collect();
    instants.sort();
    instants.dedup();
    instants
}

fn agree(explained: &Value, wire: &Value, person: &Person, now: Timestamp) {
    assert_eq!(explained["holds"], json!(holds(wire, person, now)), "{explained}");
    if let Some(rules) = wire.get("rules") {
        assert_eq!(explained["combinator"], wire["combinator"]);
        assert_eq!(explained["not"], json!(wire["not"] == json!(true)));
        let (explained, rules) = (explained["rules"].as_array().unwrap(), rules.as_array().unwrap());
        assert_eq!(explained.len(), rules.len());
        explained.iter().zip(rules).for_each(|(explained, rule)| agree(explained, rule, person, now));
        return;
    }
    for member in ["field", "operator", "value", "within"] {
        assert_eq!(explained.get(member), wire.get(member));
    }
    let missing = explained["seen"].is_null() || explained["seen"] == json!([]);
    let present = |field: &str| {
        ["name", "phone", "city", "country", "timeZone"].contains(&field)
            || field.starts_with("attributes.")
            || field.ends_with("At")
    };
    let field = wire["field"].as_str().unwrap();
    if present(field) {
        let there = json!({"field": field, "operator": "notNull"});
        assert_eq!(!missing, holds(&there, person, now), "{explained}");
    }
    let alone = rules(&json!({"combinator": "or", "rules": [wire]})).evaluate(&customer(person), &context(now));
    assert_eq!(explained.get("flipsAt").cloned(), alone.flips_at.map(|flip| json!(flip.to_string())));
}
