//! Trees in the shape of rules, up to the limits of depth and size and past them, with something wrong here and there:
//! what chance makes of any JSON ([`crate::garbled`]) is mostly refused at its root and tries little of what lies beneath.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crm_domain::json::Json;
use crm_domain::limits::{RULE_CONDITIONS, RULE_DEPTH};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::garbled::{any_json, is_read_or_refused, key, parse, path};
use crate::people::{cases, condition, group, instant, json_of, person};

/// A condition, with one thing wrong as often as `odds` says.
fn flawed(odds: f64) -> BoxedStrategy<Value> {
    let member = select(&["field", "operator", "value", "within", "valueSource", "id", "extra"][..]);
    let value = select(vec![
        json!(null),
        json!(""),
        json!("P0D"),
        json!("P9999Y"),
        json!("-P1D"),
        json!("2026-02-01/2026-01-01"),
        json!([2, 1]),
        json!(["b", "a"]),
        json!([1, "1", true]),
        json!([]),
        json!({"field": "name"}),
        json!(1e300),
        json!(-1),
        json!(true),
        json!("attributes."),
        json!("segment"),
    ]);
    (condition(), option::weighted(odds, (member, option::weighted(0.8, value))))
        .prop_map(|(mut condition, flaw)| {
            let members = condition.as_object_mut().unwrap();
            match flaw {
                Some((member, Some(value))) => drop(members.insert(member.to_owned(), value)),
                Some((member, None)) => drop(members.remove(member)),
                None => {}
            }
            condition
        })
        .boxed()
}

/// A tree of groups, `flawed` or not, that is up to `depth` deep and has about `size` conditions.
fn tree(leaf: BoxedStrategy<Value>, depth: u32, size: u32) -> BoxedStrategy<Value> {
    let grown = leaf.prop_recursive(depth, size, 4, |inner| {
        (select(&["and", "or"][..]), option::of(any::<bool>()), vec(inner, 1..5)).prop_map(|(combinator, not, rules)| match not {
            Some(not) => json!({"combinator": combinator, "not": not, "rules": rules}),
            None => json!({"combinator": combinator, "rules": rules}),
        })
    });
    // A condition alone is no rules.
    grown.prop_map(|rule| if rule.get("rules").is_some() { rule } else { json!({"combinator": "and", "rules": [rule]}) }).boxed()
}

/// Trees about the limits: deep ones, wide ones, and a spine of groups that ends in a small tree.
fn shaped() -> BoxedStrategy<Value> {
    let leaf = || prop_oneof![1 => flawed(0.3), 3 => condition()].boxed();
    let end =
        prop_oneof![group(condition(), 2), flawed(0.9).prop_map(|condition| json!({"combinator": "and", "rules": [condition]})),];
    let spine = (1_usize..9, end, vec(leaf(), 0..3)).prop_map(|(depth, end, beside)| {
        (1..depth).fold(end, |inner, level| {
            let mut rules = beside.clone();
            rules.insert(level % (beside.len() + 1), inner);
            json!({"combinator": "or", "rules": rules})
        })
    });
    let wide = (vec(condition(), 20..40), 1_usize..7).prop_map(|(conditions, groups)| {
        json!({"combinator": "or", "rules": vec![json!({"combinator": "and", "rules": conditions}); groups]})
    });
    prop_oneof![
        3 => tree(leaf(), 8, 40),
        2 => tree(condition(), 5, 60),
        3 => spine,
        1 => wide,
    ]
    .boxed()
}

/// How many groups lie one within the other, and how many conditions there are.
fn extent(rule: &Value) -> (usize, usize) {
    let Some(rules) = rule["rules"].as_array() else { return (0, 1) };
    let inner = rules.iter().map(extent).fold((0, 0), |(depth, size), (d, s)| (depth.max(d), size + s));
    (inner.0 + 1, inner.1)
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn trees_are_read_or_refused(wire in shaped(), path in path(), person in person(), now in instant()) {
        is_read_or_refused(&json_of(&wire), path, &person, now);
    }

    /// Size alone decides over sound trees.
    #[test]
    fn sound_trees_are_read_up_to_the_limits(wire in tree(condition(), 8, 120)) {
        let (depth, conditions) = extent(&wire);
        let read = parse(&json_of(&wire), "rules");
        prop_assert_eq!(read.is_ok(), depth <= RULE_DEPTH && conditions <= RULE_CONDITIONS, "{}: {:?}", wire, read);
    }

    /// Bodies come as bytes: some of them are changed, cut out or repeated on the way.
    #[test]
    fn damaged_texts_are_read_or_refused(
        wire in shaped(), blows in vec((any::<Index>(), 0_usize..40, prop_oneof![Just(None), any::<u8>().prop_map(Some)]), 1..6),
        person in person(), now in instant(),
    ) {
        let mut bytes = wire.to_string().into_bytes();
        for (place, length, with) in blows {
            let at = place.index(bytes.len());
            let end = (at + length).min(bytes.len());
            match with {
                Some(byte) => bytes[at] = byte,
                None if length % 2 == 0 && bytes.len() > end - at => drop(bytes.drain(at..end)),
                None => {
                    let again = bytes[at..end].to_vec();
                    bytes.splice(end..end, again);
                }
            }
        }
        if let Ok(json) = Json::parse(&bytes) {
            is_read_or_refused(&json, "rules", &person, now);
        }
    }

    /// Anything in the place of one condition of a sound tree: what stands beside it is not blamed.
    #[test]
    fn only_what_is_wrong_is_blamed(others in vec(condition(), 0..6), odd in any_json(), key in key(), place in any::<Index>()) {
        let odd = if let Json::Object(mut members) = odd {
            members.push((key, Json::Null));
            Json::Object(members)
        } else {
            odd
        };
        let place = place.index(others.len() + 1);
        let mut rules: Vec<Json> = others.iter().map(json_of).collect();
        rules.insert(place, odd);
        let group = Json::Object(vec![("combinator".into(), Json::from("and")), ("rules".into(), Json::List(rules))]);
        if let Err(faults) = parse(&group, "rules") {
            let blamed = format!("rules.rules[{place}]");
            for fault in faults.0 {
                prop_assert!(fault.field.starts_with(&blamed), "{:?} beside {}", fault, blamed);
            }
        }
    }
}

/// What the trees above come to, so that the properties cannot pass by trying nothing.
#[test]
fn trees_reach_the_limits_from_both_sides() {
    let mut runner =
        TestRunner::new_with_rng(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() }, {
            TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32])
        });
    let seen: RefCell<BTreeMap<String, usize>> = RefCell::default();
    runner
        .run(&shaped(), |wire| {
            let (depth, conditions) = extent(&wire);
            let mut seen = seen.borrow_mut();
            let mut note = |what: String| *seen.entry(what).or_default() += 1;
            match parse(&json_of(&wire), "rules") {
                Ok(_) => {
                    note(format!("read {depth} deep"));
                    note(format!("read with {}0s of conditions", conditions / 10));
                }
                Err(faults) => {
                    let deepest = faults.0.iter().map(|fault| fault.field.matches(".rules[").count()).max();
                    note(format!("refused {} deep", deepest.unwrap_or_default()));
                    for fault in faults.0 {
                        let member = fault.field.rsplit('.').next().unwrap_or_default();
                        note(format!("blamed {}", member.split('[').next().unwrap_or_default()));
                    }
                }
            }
            Ok(())
        })
        .unwrap();
    let seen = seen.into_inner();
    println!("{seen:#?}");
    let often = |what: &str| seen.get(what).copied().unwrap_or_default();
    for depth in 1..=RULE_DEPTH {
        assert!(often(&format!("read {depth} deep")) >= 20, "hardly anything is read {depth} deep");
        assert!(often(&format!("refused {depth} deep")) >= 10, "hardly anything is refused {depth} deep");
    }
    for member in ["field", "operator", "value", "within", "valueSource", "extra", "rules"] {
        assert!(often(&format!("blamed {member}")) >= 10, "{member} is hardly ever at fault");
    }
    assert!(often("read with 80s of conditions") + often("read with 90s of conditions") >= 5, "nothing large is read");
}
