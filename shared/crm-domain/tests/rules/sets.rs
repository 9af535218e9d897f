//! Many rules at once, and one customer asked many times: the answers are those of each rule alone, asked afresh.

use std::sync::Arc;

use crm_domain::history::Product;
use crm_domain::money::Money;
use crm_domain::rules::{Rules, Set, Subject};
use crm_domain::time::DAY;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::people::{cases, condition, context, customer, group, instant, moving, rules, scene};
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
