//! Stretches of time by example: what lies in them, and the instants at which that changes.

use serde_json::{Value, json};

use crate::people::{context, customer, rules};
use crate::slow::Person;
use crate::tables::{NOW, at, condition, nobody, priya};

/// When a condition holds, and the instants at which that changes, as [`crm_domain::rules::Rules::evaluate`] names them.
fn flips(condition: &Value, person: &Person, from: &str, most: usize) -> (bool, Vec<String>) {
    let rules = rules(&json!({"combinator": "and", "rules": [condition]}));
    let customer = customer(person);
    let mut context = context(at(from));
    let first = rules.evaluate(&customer, &context);
    let mut flips = Vec::new();
    let mut next = first;
    while let Some(flip) = next.flips_at.filter(|_| flips.len() < most) {
        flips.push(flip.to_string());
        context.now = flip;
        let then = rules.evaluate(&customer, &context);
        assert_ne!(then.holds, next.holds);
        next = then;
    }
    (first.holds, flips)
}

#[track_caller]
fn turns(condition: &Value, person: &Person, from: &str, holds: bool, at: &[&str]) {
    let expected = at.iter().map(|at| (*at).to_owned()).collect();
    assert_eq!(flips(condition, person, from, 20), (holds, expected));
}

#[test]
fn durations_count_back_from_now_both_ends_included() {
    let person = Person { created: at("2026-11-01T08:00:00Z"), ..nobody() };
    let on = |text: &str| condition("createdAt", "within", &json!(text));
    turns(&on("P30D"), &person, "2026-11-02T00:00:00Z", true, &["2026-12-01T08:00:00.000001Z"]);
    turns(&on("PT12H"), &person, "2026-11-01T08:00:00Z", true, &["2026-11-01T20:00:00.000001Z"]);
    turns(&on("P30D"), &person, "2026-12-01T08:00:00.000001Z", false, &[]);
    // Not there yet: it enters when its time comes.
    turns(&on("P1D"), &person, "2026-11-01T07:00:00Z", false, &["2026-11-01T08:00:00Z", "2026-11-02T08:00:00.000001Z"]);
    turns(
        &condition("createdAt", "notWithin", &json!("P1D")),
        &person,
        "2026-11-01T09:00:00Z",
        false,
        &["2026-11-02T08:00:00.000001Z"],
    );
    turns(&on("2026-11-01/2026-11-30"), &person, "2026-11-02T00:00:00Z", true, &[]);
    turns(&condition("lastActiveAt", "notWithin", &json!("P30D")), &nobody(), NOW, true, &[]);
}

#[test]
fn months_and_years_are_calendar_ones_in_utc() {
    let created = |text: &str| Person { created: at(text), ..nobody() };
    let on = |text: &str| condition("createdAt", "within", &json!(text));
    turns(&on("P1M"), &created("2026-01-15T08:00:00Z"), "2026-01-16T00:00:00Z", true, &["2026-02-15T08:00:00.000001Z"]);
    // There is no 31 April: one month back from 1 May is 1 April.
    turns(&on("P1M"), &created("2026-03-31T08:00:00Z"), "2026-04-01T00:00:00Z", true, &["2026-05-01T00:00:00Z"]);
    turns(&on("P1Y"), &created("2024-02-29T08:00:00Z"), "2024-03-01T00:00:00Z", true, &["2025-03-01T00:00:00Z"]);
    turns(&on("P1M1D"), &created("2026-01-15T08:00:00Z"), "2026-01-16T00:00:00Z", true, &["2026-02-16T08:00:00.000001Z"]);
    turns(&on("P1M"), &created("2026-01-15T23:59:59.999999Z"), "2026-01-16T00:00:00Z", true, &["2026-02-16T00:00:00Z"]);
    // 28 to 31 March all lie one month after 28 February: what left at noon is back at midnight.
    turns(
        &on("P1M"),
        &created("2026-02-28T12:00:00Z"),
        "2026-03-28T00:00:00Z",
        true,
        &[
            "2026-03-28T12:00:00.000001Z",
            "2026-03-29T00:00:00Z",
            "2026-03-29T12:00:00.000001Z",
            "2026-03-30T00:00:00Z",
            "2026-03-30T12:00:00.000001Z",
            "2026-03-31T00:00:00Z",
            "2026-03-31T12:00:00.000001Z",
        ],
    );
}

#[test]
fn narrowed_conditions_count_only_the_orders_of_the_stretch() {
    let narrowed = |field: &str, operator: &str, value: Value, within: &str| json!({"field": field, "operator": operator, "value": value, "within": within});
    let (person, p14d) = (priya(), "P14D");
    turns(&narrowed("orderCount", ">=", json!(2), p14d), &person, NOW, true, &["2026-11-24T12:00:00.000001Z"]);
    turns(
        &narrowed("orderCount", "=", json!(1), p14d),
        &person,
        NOW,
        false,
        &["2026-11-24T12:00:00.000001Z", "2026-12-04T00:00:00.000001Z"],
    );
    turns(&narrowed("totalSpend", "<", json!(10), p14d), &person, NOW, false, &["2026-12-04T00:00:00.000001Z"]);
    turns(&narrowed("totalSpend", "null", json!(null), p14d), &person, NOW, false, &[]);
    turns(&narrowed("averageOrderValue", "=", json!(10), p14d), &person, NOW, true, &["2026-12-04T00:00:00.000001Z"]);
    turns(&narrowed("averageOrderValue", "null", json!(null), p14d), &person, NOW, false, &["2026-12-04T00:00:00.000001Z"]);
    turns(&narrowed("purchasedSku", "contains", json!("cup"), p14d), &person, NOW, true, &["2026-11-24T12:00:00.000001Z"]);
    turns(&narrowed("purchasedSku", "contains", json!("tea-1"), p14d), &person, NOW, false, &[]);
    turns(
        &narrowed("purchasedName", "doesNotContain", json!("tea"), p14d),
        &person,
        NOW,
        false,
        &["2026-11-24T12:00:00.000001Z"],
    );
    turns(&narrowed("orderCount", "=", json!(2), "2026-11-01/2026-11-10"), &person, NOW, true, &[]);
    turns(&narrowed("orderCount", "=", json!(1), "2026-11-02/2026-11-10"), &person, NOW, true, &[]);
    // An order placed ahead counts once its time has come.
    turns(
        &narrowed("orderCount", "=", json!(1), "P1D"),
        &person,
        "2026-11-19T12:00:00Z",
        false,
        &["2026-11-20T00:00:00Z", "2026-11-21T00:00:00.000001Z"],
    );
}

#[test]
fn a_group_waits_for_the_child_that_matters() {
    let recent = |days: u32| condition("createdAt", "within", &json!(format!("P{days}D")));
    let person = Person { created: at("2026-11-20T00:00:00Z"), ..priya() };
    let flip = |combinator: &str, conditions: &[Value]| {
        let rules = rules(&json!({"combinator": combinator, "rules": conditions}));
        rules.evaluate(&customer(&person), &context(at(NOW))).flips_at.map(|flip| flip.to_string())
    };
    assert_eq!(flip("and", &[recent(10), recent(20)]).as_deref(), Some("2026-11-30T00:00:00.000001Z"));
    assert_eq!(flip("or", &[recent(10), recent(20)]).as_deref(), Some("2026-12-10T00:00:00.000001Z"));
    // A static condition that decides leaves nothing to wait for.
    assert_eq!(flip("and", &[recent(10), condition("visits", "=", &json!(9))]), None);
    assert_eq!(flip("or", &[recent(10), condition("visits", "=", &json!(3))]), None);
    // One becomes true when the other has ceased to be.
    assert_eq!(flip("and", &[recent(10), condition("createdAt", "notWithin", &json!("P20D"))]), None);
}
