//! Whatever JSON is given for rules, it is read or refused with faults at their places, and never panics.

use crm_domain::faults::Faults;
use crm_domain::json::Json;
use crm_domain::rules::Rules;
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::people::{cases, condition, context, currency, customer, group, instant, json_of, person, rules};
use crate::slow::Person;

const WORDS: &[&str] = &[
    "combinator",
    "not",
    "rules",
    "id",
    "field",
    "operator",
    "value",
    "within",
    "valueSource",
    "and",
    "or",
    "name",
    "totalSpend",
    "averageOrderValue",
    "orderCount",
    "visits",
    "createdAt",
    "tags",
    "purchasedSku",
    "purchasedName",
    "emailConsent",
    "attributes.x",
    "attributes.",
    "=",
    "!=",
    "<",
    "in",
    "notIn",
    "between",
    "null",
    "contains",
    "within",
    "P30D",
    "P1M",
    "PT",
    "P-1D",
    "P99999999999999999999Y",
    "2026-01-01",
    "2026-01-01/2026-02-01",
    "2026-02-01/",
    "2026-01-01T00:00:60Z",
    "0000-00-00",
    "",
];

/// Text that is easily cut, folded or counted wrongly.
const ODD_TEXTS: &[&str] = &[
    "\u{0}",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{feff}name",
    "na\u{200b}me",
    "e\u{301}",
    "İ",
    "ß",
    "ΟΔΟΣ",
    "ﬁ",
    "\u{202e}eman",
    "\u{d7ff}\u{e000}",
    "\u{10ffff}",
    "👩‍👩‍👧",
    "attributes.é",
    "P1\u{ff2d}",
    "２０２６-01-01",
    "2026-01-0é",
    "2026-01-01é00:00:00Z",
];

fn number() -> impl Strategy<Value = Value> {
    let huge = [f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, -0.0, 1e15, 1e12 + 0.01, 9_007_199_254_740_993.0];
    prop_oneof![
        select(huge.to_vec()).prop_map(|number| json!(number)),
        select(vec![i64::MIN, i64::MAX, -1, 0, 1_000_000_001]).prop_map(|number| json!(number)),
        Just(json!(u64::MAX)),
        any::<f64>().prop_map(|number| json!(number)),
        any::<i64>().prop_map(|number| json!(number)),
    ]
}

pub fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => select(WORDS).prop_map(str::to_owned),
        1 => select(ODD_TEXTS).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

/// Any JSON, with the words of the language strewn in.
pub fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        4 => key().prop_map(|text| json!(text)),
        2 => number(),
        1 => Just(json!(null)),
        1 => any::<bool>().prop_map(|flag| json!(flag)),
        1 => select(vec![501_usize, 70_000]).prop_map(|length| json!("é".repeat(length))),
    ];
    let leaf = leaf.prop_map(|value| json_of(&value));
    leaf.prop_recursive(6, 60, 6, |inner| {
        let member = |name: &str, value: &Json| (name.to_owned(), value.clone());
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Json::List),
            vec((key(), inner.clone()), 0..6).prop_map(Json::Object),
            inner.clone().prop_map(move |rule| {
                Json::Object(vec![member("combinator", &Json::from("and")), member("rules", &Json::List(vec![rule]))])
            }),
            (key(), key(), inner).prop_map(move |(field, operator, value)| {
                Json::Object(vec![
                    member("field", &Json::Text(field)),
                    member("operator", &Json::Text(operator)),
                    member("value", &value),
                ])
            }),
        ]
    })
}

/// What is done to one node of a tree. What does not apply to its type changes nothing.
#[derive(Debug, Clone)]
enum Damage {
    Replace(Json),
    Drop(Index),
    Repeat(Index),
    Add(String, Json),
    Rename(Index, String),
    /// As the only element of so many lists, one within the other.
    Bury(usize),
    /// As the only rule of so many groups, one within the other.
    Nest(usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => any_json().prop_map(Damage::Replace),
        2 => any::<Index>().prop_map(Damage::Drop),
        1 => any::<Index>().prop_map(Damage::Repeat),
        1 => (key(), any_json()).prop_map(|(key, value)| Damage::Add(key, value)),
        1 => (any::<Index>(), key()).prop_map(|(member, key)| Damage::Rename(member, key)),
        1 => select(vec![1_usize, 2, 40, 500]).prop_map(Damage::Bury),
        1 => select(vec![1_usize, 5, 6, 500]).prop_map(Damage::Nest),
    ]
}

impl Damage {
    /// Does it to the node that lies `steps` into the tree.
    fn reach(&self, node: &mut Json, steps: &mut usize) {
        let here = *steps == 0;
        *steps = steps.wrapping_sub(1);
        match node {
            _ if here => self.strike(node),
            Json::List(items) => items.iter_mut().for_each(|item| self.reach(item, steps)),
            Json::Object(members) => members.iter_mut().for_each(|(_, value)| self.reach(value, steps)),
            _ => {}
        }
    }

    fn strike(&self, node: &mut Json) {
        match (self, &mut *node) {
            (Self::Replace(with), _) => *node = with.clone(),
            (Self::Drop(place), Json::List(items)) if !items.is_empty() => drop(items.remove(place.index(items.len()))),
            (Self::Drop(place), Json::Object(members)) if !members.is_empty() => {
                members.remove(place.index(members.len()));
            }
            (Self::Repeat(place), Json::List(items)) if !items.is_empty() => items.push(place.get(items).clone()),
            (Self::Repeat(place), Json::Object(members)) if !members.is_empty() => members.push(place.get(members).clone()),
            (Self::Add(key, value), Json::Object(members)) => members.push((key.clone(), value.clone())),
            (Self::Rename(place, key), Json::Object(members)) if !members.is_empty() => {
                let place = place.index(members.len());
                members[place].0.clone_from(key);
            }
            (Self::Bury(depth), _) => (0..*depth).for_each(|_| *node = Json::List(vec![node.clone()])),
            (Self::Nest(depth), _) => {
                for _ in 0..*depth {
                    let rules = ("rules".to_owned(), Json::List(vec![node.clone()]));
                    *node = Json::Object(vec![("combinator".to_owned(), Json::from("or")), rules]);
                }
            }
            _ => {}
        }
    }
}

pub fn parse(json: &Json, path: &str) -> Result<Rules, Faults> {
    Rules::parse(json, path, &currency())
}

/// Rules come back from their wire form as they were, and can be evaluated; faults lie at or beneath `path`.
pub fn is_read_or_refused(json: &Json, path: &str, person: &Person, now: Timestamp) {
    match parse(json, path) {
        Ok(rules) => {
            let wire = rules.to_json();
            assert_eq!(parse(&wire, path).as_ref(), Ok(&rules));
            let stored = Json::parse(wire.to_string().as_bytes()).unwrap();
            assert_eq!(parse(&stored, path).as_ref(), Ok(&rules));
            let (customer, context) = (customer(person), context(now));
            assert_eq!(rules.explain(&customer, &context).holds(), rules.evaluate(&customer, &context).holds);
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults.0 {
                let beneath = fault.field.strip_prefix(path).unwrap_or_else(|| panic!("{fault:?} lies outside {path}"));
                assert!(path.is_empty() || beneath.is_empty() || beneath.starts_with(['.', '[']), "{fault:?}");
                assert!(!fault.reason.is_empty(), "{fault:?}");
            }
        }
    }
}

pub fn path() -> impl Strategy<Value = &'static str> {
    select(vec!["rules", "", "segments[3].rules"])
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn any_json_is_read_or_refused(json in any_json(), path in path(), person in person(), now in instant()) {
        is_read_or_refused(&json, path, &person, now);
    }

    #[test]
    fn damaged_rules_are_read_or_refused(
        wire in group(condition(), 3), damages in vec((damage(), 0_usize..60), 1..4), path in path(), person in person(),
        now in instant(),
    ) {
        let mut json = json_of(&wire);
        for (damage, step) in &damages {
            damage.reach(&mut json, &mut step.clone());
        }
        is_read_or_refused(&json, path, &person, now);
    }

    #[test]
    fn stored_rules_keep_their_numbers(number in any::<f64>().prop_filter("JSON has no others", |number| number.is_finite())) {
        let condition = json!({"field": "attributes.x", "operator": "=", "value": number});
        let rules = rules(&json!({"combinator": "and", "rules": [condition]}));
        let stored = Json::parse(rules.to_json().to_string().as_bytes()).unwrap();
        prop_assert_eq!(stored.to_string(), rules.to_json().to_string());
        prop_assert_eq!(parse(&stored, "rules"), Ok(rules));
    }
}
