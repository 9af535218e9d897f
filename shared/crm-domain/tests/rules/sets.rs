//! Many rules at once, and one customer asked many times: the answers are those of each rule alone, asked afresh.

use std::sync::Arc;

use crm_domain::history::Product;
use crm_domain::money::Money;
use crm_domain::rules::{Rules, Set, Subject, Verdict};
use crm_domain::time::DAY;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::people::{cases, condition, context, customer, group, instant, moving, rules, scene};
use crate::slow::Person;
use crate::tables::{NOW, at, nobody, priya};

/// Rules that share conditions, as children of one group.
fn several() -> BoxedStrategy<Value> {
    let pool = prop_oneof![2 => vec(condition(), 1..6), 1 => vec(moving(), 1..6)];
    let sharing = pool.prop_flat_map(|pool| vec(group(select(pool).boxed(), 4), 0..6));
    sharing.prop_map(|rules| json!({"combinator": "or", "rules": rules})).boxed()
}

fn parsed(several: &Value) -> Vec<Arc<Rules>> {
    several["rules"].as_array().unwrap().iter().map(|wire| Arc::new(rules(wire))).collect()
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn a_set_says_of_each_what_it_says_alone((wire, person, now) in scene(several())) {
        let (all, customer, context) = (parsed(&wire), customer(&person), context(now));
        let set = Set::new(all.iter().cloned());
        prop_assert_eq!(set.len(), all.len());
        let alone: Vec<_> = all.iter().map(|rules| rules.evaluate(&customer, &context)).collect();
        prop_assert_eq!(set.evaluate(&customer, &context), alone);
    }

    #[test]
    fn a_subject_answers_alike_at_whatever_times_it_was_asked_before(
        (wire, person, now) in scene(several()), others in vec(instant(), 0..3),
    ) {
        let (all, customer) = (parsed(&wire), customer(&person));
        let subject = Subject::new(&customer);
        for context in others.into_iter().chain([now]).map(context) {
            for rules in &all {
                prop_assert_eq!(rules.evaluate_for(&subject, &context), rules.evaluate(&customer, &context));
                prop_assert_eq!(rules.holds_for(&subject, &context), rules.holds(&customer, &context));
            }
        }
    }
}

#[test]
fn verdicts_come_in_the_order_of_the_rules() {
    let visits =
        |count: u32| rules(&json!({"combinator": "and", "rules": [{"field": "visits", "operator": "=", "value": count}]}));
    let not = rules(&json!({"combinator": "and", "rules": [{"field": "visits", "operator": "!=", "value": 3}]}));
    let all = [visits(2), visits(3), not, visits(3)];
    let holds = |set: Set| -> Vec<bool> {
        set.evaluate(&customer(&priya()), &context(at(NOW))).iter().map(|verdict| verdict.holds).collect()
    };
    assert_eq!(holds(Set::new(&all)), [false, true, false, true]);
    assert_eq!(holds(Set::new(all)), [false, true, false, true]);
    assert!(holds(Set::default()).is_empty() && Set::default().is_empty());
}

/// More orders than courses are kept for.
#[test]
fn a_long_history_answers_alike() {
    let mut customer = customer(&nobody());
    let context = context(at(NOW));
    for index in 0..60_000 {
        let products = (index % 1000 == 0).then(|| Product { sku: "TEA".into(), name: "Green Tea".into() });
        customer.history.add(context.now.plus((index - 59_000) * (DAY / 1000)), Money::from_minor(100), index % 3 > 0, products);
    }
    customer.recount();
    let narrowed = |field: &str, operator: &str, value: Value, within: &str| {
        rules(&json!({"combinator": "and", "rules": [{"field": field, "operator": operator, "value": value, "within": within}]}))
    };
    let all: Vec<Rules> = ["P30D", "P1M", "P7D"]
        .iter()
        .flat_map(|within| {
            [
                narrowed("orderCount", ">", json!(1_000_000), within),
                narrowed("orderCount", "<", json!(5), within),
                narrowed("purchasedSku", "contains", json!("tea"), within),
            ]
        })
        .collect();
    let alone: Vec<_> = all.iter().map(|rules| rules.evaluate(&customer, &context)).collect();
    assert!(alone.iter().any(|verdict| verdict.flips_at.is_some()));
    assert_eq!(Set::new(&all).evaluate(&customer, &context), alone);
}

/// Who is asked for one type and holds another has no value, on both ways of asking.
#[test]
fn an_attribute_may_be_of_another_type_with_each_customer() {
    let held = [json!("7"), json!(7), json!(true)];
    let rule = |operator: &str, value: Value| {
        rules(&json!({"combinator": "and", "rules": [{"field": "attributes.x", "operator": operator, "value": value}]}))
    };
    let people: Vec<_> = held
        .iter()
        .map(|value| customer(&Person { attributes: [("x", value.clone())].into(), ..nobody() }))
        .chain([customer(&nobody())])
        .collect();
    let context = context(at(NOW));
    for (rules, expected) in [
        (rule("=", json!("7")), [true, false, false, false]),
        (rule("=", json!(7)), [false, true, false, false]),
        (rule("=", json!(true)), [false, false, true, false]),
        (rule("!=", json!("7")), [false, true, true, true]),
        (rule("contains", json!("7")), [true, false, false, false]),
        (rule("doesNotContain", json!("7")), [false, true, true, true]),
        (rule(">", json!(6)), [false, true, false, false]),
        (rule("<=", json!(7)), [false, true, false, false]),
        (rule("notBetween", json!([1, 9])), [true, false, true, true]),
        (rule("in", json!([6, 7])), [false, true, false, false]),
        (rule("notIn", json!(["6", "7"])), [false, true, true, true]),
        (rule("null", json!(null)), [false, false, false, true]),
    ] {
        let found: Vec<bool> = people.iter().map(|customer| rules.holds(customer, &context)).collect();
        assert_eq!(found, expected, "{}", rules.to_json());
        let set = Set::new([&rules]);
        let together: Vec<bool> = people.iter().map(|customer| set.evaluate(customer, &context)[0].holds).collect();
        assert_eq!(together, expected, "{}", rules.to_json());
    }
}

#[test]
fn rules_may_match_everyone_for_all_time() {
    let visits = |operator: &str| json!({"field": "visits", "operator": operator, "value": 3});
    let context = context(at(NOW));
    for wire in [
        json!({"combinator": "and", "rules": []}),
        json!({"combinator": "or", "not": true, "rules": []}),
        json!({"combinator": "or", "rules": [visits("="), visits("!=")]}),
        json!({"combinator": "or", "rules": [{"combinator": "and", "rules": []}, visits("=")]}),
        json!({"combinator": "and", "rules": [{"field": "email", "operator": "notNull"}]}),
    ] {
        for person in [priya(), nobody()] {
            let everyone = Verdict { holds: true, flips_at: None };
            assert_eq!(rules(&wire).evaluate(&customer(&person), &context), everyone, "{wire}");
            assert_eq!(Set::new([rules(&wire)]).evaluate(&customer(&person), &context), [everyone], "{wire}");
        }
    }
}
