//! What explains rules reads back as rules that select the same people.

use crm_domain::json::Json;
use crm_domain::rules::Rules;
use crm_words::accuracy::{noon, same_people};
use crm_words::{MAX_PROMPT, explain, understand};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::{TODAY, cases, inr, vocabulary};

const TEXTS: &[&str] = &[
    "Pune",
    "New Delhi",
    "Navi Mumbai",
    "mumbai",
    "India",
    "USA",
    "Active",
    "and",
    "or",
    "x",
    "A b",
    "not",
    "Priya Sharma",
    "say \"hi\"",
    "O'Brien",
    "“q”",
    "Élodie",
    "ΟΔΟΣ",
    "@gmail.com",
    "a@b.co",
    "SKU-1001",
    "Masala Chai 250g",
    "5",
    "₹5",
    "Asia/Kolkata",
    "(",
    "a, b or c",
    "who",
    "2026-01-31",
    "vip",
    "\"",
    "''",
    "+91 98",
];
const AMOUNTS: &[f64] = &[0.0, 1.0, 5.0, 12.5, 33.33, 999.0, 1000.0, 100_000.0, 12_345_678.0];
const SPANS: &[&str] = &[
    "P30D",
    "P1D",
    "P2W",
    "P6M",
    "P1Y",
    "PT12H",
    "P1Y2M3W4DT5H6M7S",
    "P1MT12H",
    "P0Y1D",
    "2026-01-01/2026-03-31",
    "2026-05-05/2026-05-05",
    "1900-01-01/2026-01-01",
    "2026-01-01/2199-12-31",
];
const MOMENTS: &[&str] = &[
    "2026-01-31",
    "2024-02-29",
    "2026-03-01T12:00:00Z",
    "2026-11-25",
    "2025-06-01T23:30:00+05:30",
    "2026-06-01T00:00:00.000001Z",
];

const TEXT: &[&str] = &[
    "=",
    "!=",
    "contains",
    "doesNotContain",
    "beginsWith",
    "doesNotBeginWith",
    "endsWith",
    "doesNotEndWith",
    "in",
    "notIn",
    "null",
    "notNull",
];
const NUMBER: &[&str] = &["=", "!=", "<", "<=", ">", ">=", "between", "notBetween", "in", "notIn", "null", "notNull"];

fn condition() -> BoxedStrategy<Value> {
    let text = || select(TEXTS).prop_map(|text| json!(text)).boxed();
    let amount = || select(AMOUNTS).prop_map(|amount| json!(amount)).boxed();
    let small = || (0..5_i64).prop_map(|number| json!(number)).boxed();
    let flag = || any::<bool>().prop_map(|flag| json!(flag)).boxed();
    let at = || select(MOMENTS).prop_map(|at| json!(at)).boxed();
    let span = || select(SPANS).prop_map(|span| json!(span)).boxed();
    let keys = &[
        "attributes.loyaltyTier",
        "attributes.tier",
        "attributes.who",
        "attributes.dont",
        "attributes.7",
        "attributes.points",
        "attributes.not",
    ][..];
    let times = &["createdAt", "lastActiveAt", "firstOrderAt", "lastOrderAt"][..];
    let narrowed = (
        prop_oneof![
            of(&["totalSpend", "averageOrderValue"], NUMBER, amount()),
            of(&["orderCount"], NUMBER, small()),
            of(&["purchasedSku", "purchasedName"], &["contains", "doesNotContain", "in", "notIn"], text()),
        ],
        option::of(span()),
    );
    let narrowed = narrowed.prop_map(|(mut condition, within)| {
        if let Some(within) = within {
            condition["within"] = within;
        }
        condition
    });
    prop_oneof![
        2 => of(&["name", "email", "phone", "city", "country", "timeZone"], TEXT, text()),
        1 => of(keys, TEXT, text()),
        1 => of(keys, NUMBER, prop_oneof![amount(), Just(json!(-2.5)), Just(json!(1e-7))].boxed()),
        1 => of(&["attributes.vip", "attributes.club_member"], &["=", "!="], flag()),
        1 => of(&["visits"], NUMBER, small()),
        2 => of(times, &["<", "<=", ">", ">=", "between", "notBetween", "null", "notNull"], at()),
        2 => of(times, &["within", "notWithin"], span()),
        1 => of(&["tags"], &["contains", "doesNotContain", "in", "notIn", "null", "notNull"], text()),
        1 => of(&["emailConsent", "smsConsent", "whatsappConsent"], &["=", "!="], flag()),
        1 => of(&["segment"], &["in", "notIn"], Just(json!("01890a5d-ac96-774b-bcce-b302099a8057")).boxed()),
        4 => narrowed,
    ]
    .boxed()
}

fn of(fields: &'static [&'static str], operators: &'static [&'static str], one: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    (select(fields), select(operators), vec(one, 2..4))
        .prop_map(|(field, operator, mut values)| {
            values.sort_by(|a, b| a.as_f64().partial_cmp(&b.as_f64()).unwrap().then_with(|| instant(a).cmp(&instant(b))));
            let value = match operator {
                "in" | "notIn" => json!(values),
                "between" | "notBetween" => json!([values[0], values[1]]),
                _ => values[0].clone(),
            };
            json!({"field": field, "operator": operator, "value": value})
        })
        .boxed()
}

fn instant(value: &Value) -> Option<i64> {
    value.as_str().and_then(|text| crm_domain::time::Time::parse(text).ok()).map(crm_domain::time::Time::micros)
}

fn group(rule: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let parts = (vec(rule, 0..4), select(&["and", "or"][..]), any::<bool>());
    parts.prop_map(|(rules, combinator, not)| json!({"combinator": combinator, "not": not, "rules": rules})).boxed()
}

fn reads_back(wire: &Value) -> Result<(), TestCaseError> {
    let json = Json::parse(wire.to_string().as_bytes()).unwrap();
    let rules = Rules::parse(&json, "rules", &inr()).unwrap_or_else(|faults| panic!("{faults}: {wire}"));
    let said = explain(&rules, &vocabulary());
    prop_assume!(said.chars().count() <= MAX_PROMPT);
    let read = understand(&said, &vocabulary());
    prop_assert!(read.as_ref().is_ok_and(|read| read.unsupported.is_empty()), "{said}\n{wire}\n{read:?}");
    let read = read.unwrap().rules;
    prop_assert!(same_people(&rules, &read, noon(TODAY)), "{said}\n{wire}\n{}", read.to_json());
    Ok(())
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn an_explained_condition_reads_back(condition in condition()) {
        reads_back(&json!({"combinator": "and", "rules": [condition]}))?;
    }

    #[test]
    fn an_explained_tree_reads_back(wire in group(prop_oneof![2 => condition(), 1 => group(prop_oneof![2 => condition(), 1 => group(condition())].boxed())].boxed())) {
        reads_back(&wire)?;
    }
}

#[test]
fn places_beside_each_other_are_no_list() {
    let city = |operator: &str, name: &str| json!({"field": "city", "operator": operator, "value": name});
    for (combinator, rules) in [
        ("and", json!([city("!=", "Delhi"), city("=", "Mumbai")])),
        ("or", json!([city("!=", "Delhi"), city("=", "Mumbai")])),
        ("and", json!([city("=", "Delhi"), city("=", "Mumbai")])),
        ("or", json!([city("=", "Delhi"), city("=", "Mumbai")])),
        ("and", json!([{"combinator": "and", "not": true, "rules": [city("=", "Delhi")]}, city("=", "Mumbai")])),
    ] {
        reads_back(&json!({"combinator": combinator, "rules": rules})).unwrap();
    }
}
