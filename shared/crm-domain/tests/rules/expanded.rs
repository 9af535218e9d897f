//! Rules that name segments.

use crm_domain::ids::SegmentId;
use crm_domain::rules::Rules;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::people::{condition, context, currency, customer, group, json_of, person, rules, scene};
use crate::slow::holds;

const A: &str = "01900000-0000-7000-8000-00000000000a";
const B: &str = "01900000-0000-7000-8000-00000000000b";
const LIST: &str = "01900000-0000-7000-8000-00000000000c";

fn id(text: &str) -> SegmentId {
    SegmentId::parse(text).unwrap()
}

fn named(operator: &str, ids: &[&str]) -> Value {
    json!({"field": "segment", "operator": operator, "value": ids})
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn naming_segments_is_the_same_as_writing_their_rules(
        (a, person, now) in scene(group(condition(), 2)), b in group(condition(), 2), other in person(), negative in any::<bool>(),
    ) {
        let _unused = other;
        let operator = if negative { "notIn" } else { "in" };
        let wire = json!({"combinator": "and", "rules": [named(operator, &[A, B])]});
        let (rules_a, rules_b) = (rules(&a), rules(&b));
        let of = |segment: SegmentId| if segment == id(A) { Some(&rules_a) } else if segment == id(B) { Some(&rules_b) } else { None };
        let expanded = rules(&wire).expanded(&of).unwrap();
        let expected = (holds(&a, &person, now) || holds(&b, &person, now)) != negative;
        let verdict = expanded.evaluate(&customer(&person), &context(now));
        prop_assert_eq!(verdict.holds, expected);
        prop_assert_eq!(expanded.explain(&customer(&person), &context(now)).holds(), expected);
        // Stored and read again it is the same.
        let read = Rules::parse_expanded(&json_of(&serde_json::from_str(&expanded.to_json().to_string()).unwrap()), &currency()).unwrap();
        prop_assert_eq!(&read, &expanded);
        prop_assert!(expanded.mentions().contains(&id(A)) && expanded.mentions().contains(&id(B)));
    }
}

#[test]
fn lists_are_asked_of_the_customer() {
    let wire = json!({"combinator": "or", "rules": [named("in", &[A, LIST]), named("notIn", &[LIST])]});
    let rules_a = rules(&json!({"combinator": "or", "rules": []}));
    let expanded = rules(&wire).expanded(&|segment| (segment == id(A)).then_some(&rules_a)).unwrap();
    let mut somebody = customer(&crate::slow::Person { email: "a@b.co".into(), ..Default::default() });
    let now = context(Timestamp::UNIX_EPOCH);
    let explained = |customer: &crm_domain::customer::Customer| serde_json::to_value(expanded.explain(customer, &now)).unwrap();
    let nobodys = explained(&somebody);
    assert_eq!([&nobodys["rules"][0]["holds"], &nobodys["rules"][1]["holds"]], [&json!(false), &json!(true)]);
    assert_eq!(nobodys["rules"][0]["rules"][0]["segment"], A, "whose rules these are");
    somebody.lists.insert(id(LIST));
    let listed = explained(&somebody);
    assert_eq!([&listed["rules"][0]["holds"], &listed["rules"][1]["holds"]], [&json!(true), &json!(false)]);
    assert_eq!(listed["rules"][1]["seen"], json!([LIST]));
    assert!(Rules::listed(id(LIST), &currency()).holds(&somebody, &now));
}

#[test]
fn what_becomes_too_large_or_too_deep_is_refused() {
    let many = |count: usize| {
        let one = json!({"field": "city", "operator": "=", "value": "Pune"});
        rules(&json!({"combinator": "or", "rules": vec![one; count]}))
    };
    let six = rules(&json!({"combinator": "and", "rules": vec![named("in", &[A]); 6]}));
    let hundred = many(100);
    assert!(six.expanded(&|_| Some(&hundred)).unwrap_err().contains("at most 500 conditions"));
    let mut deep = many(1);
    let one = rules(&json!({"combinator": "and", "rules": [{"combinator": "and", "rules": [named("in", &[A])]}]}));
    let refused = (0..20).find_map(|_| match one.expanded(&|_| Some(&deep)) {
        Ok(deeper) => {
            deep = deeper;
            None
        }
        Err(reason) => Some(reason),
    });
    assert!(refused.unwrap().contains("so deep"));
}

#[test]
fn a_group_that_claims_to_be_a_segment_is_refused_from_outside() {
    let wire = json!({"combinator": "and", "rules": [{"combinator": "and", "segment": A, "rules": []}]});
    let faults = Rules::parse(&json_of(&wire), "rules", &currency()).unwrap_err();
    assert_eq!(faults.0[0].field, "rules.rules[0].segment");
    for bad in [json!([]), json!(["x"]), json!(A), json!([7])] {
        let wire = json!({"combinator": "and", "rules": [{"field": "segment", "operator": "in", "value": bad}]});
        assert!(Rules::parse(&json_of(&wire), "rules", &currency()).is_err(), "{bad}");
    }
}
