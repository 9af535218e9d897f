//! Explanations by example.

use serde_json::{Value, json};

use crate::people::{context, customer, rules};
use crate::slow::Person;
use crate::tables::{NOW, at, condition, nobody, order, priya};

#[test]
fn explanations_say_what_was_seen() {
    let mut person = priya();
    person.orders[0].minor = 1001;
    let narrowed = json!({"field": "averageOrderValue", "operator": ">", "value": 10, "within": "P14D"});
    let bought = json!({"field": "purchasedSku", "operator": "in", "value": ["cup"]});
    let names = json!({"field": "purchasedName", "operator": "contains", "value": "x", "within": "P1D"});
    let wire = json!({"combinator": "or", "not": true, "rules": [
        narrowed, bought, names,
        {"combinator": "and", "rules": [
            condition("averageOrderValue", "=", &json!(10)),
            condition("totalSpend", ">", &json!(100)),
            condition("orderCount", "in", &json!([3])),
            condition("tags", "contains", &json!("vip")),
            condition("phone", "null", &json!("")),
            condition("attributes.score", "=", &json!("7.5")),
            condition("lastOrderAt", "within", &json!("P3D")),
            condition("firstOrderAt", "<", &json!("2026-11-02")),
            condition("whatsappConsent", "=", &json!(false)),
            condition("name", "=", &json!("Priya")),
        ]},
    ]});
    let explained = serde_json::to_value(rules(&wire).explain(&customer(&person), &context(at(NOW)))).unwrap();
    let seen = |holds: bool, seen: Value, flips_at: Option<&str>, condition: &Value| {
        let mut node = condition.clone();
        node["holds"] = json!(holds);
        node["seen"] = seen;
        if let Some(flips_at) = flips_at {
            node["flipsAt"] = json!(flips_at);
        }
        node
    };
    let inner = &wire["rules"][3]["rules"];
    let expected = json!({"combinator": "or", "not": true, "holds": false, "rules": [
        seen(false, json!(10), None, &narrowed),
        seen(true, json!(["CUP", "TEA-1"]), None, &bought),
        seen(false, json!([]), None, &names),
        {"combinator": "and", "not": false, "holds": false, "rules": [
            seen(false, json!(10), None, &inner[0]),
            seen(false, json!(30.01), None, &inner[1]),
            seen(true, json!(3), None, &inner[2]),
            seen(true, json!(["Loyal Straße", "VIP"]), None, &inner[3]),
            seen(true, json!(null), None, &inner[4]),
            seen(false, json!(7.5), None, &inner[5]),
            seen(true, json!("2026-11-20T00:00:00Z"), Some("2026-11-23T00:00:00.000001Z"), &inner[6]),
            seen(true, json!("2026-11-01T00:00:00Z"), None, &inner[7]),
            seen(true, json!(false), None, &inner[8]),
            seen(false, json!("Priya SHARMA"), None, &inner[9]),
        ]},
    ]});
    assert_eq!(explained, expected);
}

#[test]
fn explanations_show_at_most_twenty_articles_those_looked_for_first() {
    const SKUS: [&str; 30] = [
        "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9",
        "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9",
    ];
    let items: Vec<_> = SKUS.iter().map(|sku| (*sku, "Thing")).collect();
    let person =
        Person { orders: vec![order("2026-11-01T00:00:00Z", 1, &items)], tags: SKUS.map(str::to_owned).to_vec(), ..nobody() };
    let explain = |field: &str| {
        let wire = json!({"combinator": "and", "rules": [condition(field, "contains", &json!("c9"))]});
        let explained = serde_json::to_value(rules(&wire).explain(&customer(&person), &context(at(NOW)))).unwrap();
        explained["rules"][0]["seen"].clone()
    };
    let shown = explain("purchasedSku");
    assert_eq!((shown[0].clone(), shown.as_array().map(Vec::len)), (json!("c9"), Some(20)));
    assert_eq!(explain("purchasedName"), json!(["Thing"]));
    assert_eq!(explain("tags").as_array().map(Vec::len), Some(20));
}
