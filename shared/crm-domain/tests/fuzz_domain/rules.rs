//! Rules: what is read is written as it was read, every way of evaluating says the same, and flips come when they are announced.

use crm_domain::json::Json;
use crm_domain::rules::{Context, MAX_BYTES, Rules, Set};
use crm_domain::time::Time;
use fuzzing::Target;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::people::{context, currency, customer};
use crate::slow::{Order, Person};

const WORDS: &str = "combinator not rules and or field operator value within name email phone city country timeZone tags \
    attributes.tier attributes.score totalSpend averageOrderValue orderCount visits createdAt lastActiveAt firstOrderAt \
    lastOrderAt purchasedSku purchasedName emailConsent smsConsent whatsappConsent segment list = != < <= > >= contains \
    doesNotContain beginsWith doesNotBeginWith endsWith doesNotEndWith in notIn null notNull between notBetween notWithin \
    P30D P1M P1Y P1M1D PT12H P200Y P1MT23H59M59S 2026-01-31 2024-02-29 2026-01-01/2026-01-31 2026-03-01T00:00:00Z true false";

#[test]
fn rules_of_any_form() {
    let mut seeds = crate::forms("tests/messages");
    seeds.retain(|seed| seed.windows(12).any(|part| part == b"\"combinator\""));
    let conditions = [
        json!({"field": "totalSpend", "operator": ">=", "value": 100, "within": "P30D"}),
        json!({"field": "averageOrderValue", "operator": "between", "value": [10, 33.34]}),
        json!({"field": "orderCount", "operator": "in", "value": [1, 2.0], "within": "2026-01-01/2026-01-31"}),
        json!({"field": "lastActiveAt", "operator": "notWithin", "value": "P1M1D"}),
        json!({"field": "createdAt", "operator": "<", "value": "2026-01-31"}),
        json!({"field": "name", "operator": "beginsWith", "value": "pri"}),
        json!({"field": "tags", "operator": "contains", "value": "vip"}),
        json!({"field": "attributes.score", "operator": "notNull"}),
        json!({"field": "purchasedName", "operator": "doesNotContain", "value": "tea", "within": "P1Y"}),
        json!({"field": "smsConsent", "operator": "=", "value": true}),
        json!({"field": "city", "operator": "notIn", "value": ["Pune", "Delhi"]}),
    ];
    for condition in &conditions {
        seeds.push(json!({"combinator": "and", "rules": [condition]}).to_string().into_bytes());
    }
    let nested = json!({"combinator": "or", "not": true, "rules": conditions});
    seeds.push(json!({"combinator": "and", "rules": [nested, conditions[3]]}).to_string().into_bytes());
    let words = WORDS.split_whitespace().collect();
    let scenes = scenes();
    Target { name: "rules", seeds, words, rounds: 4_000 }.run(move |input| check(input, &scenes));
}

/// Somebody with much behind them, somebody with nothing, and somebody whose times lie at the ends of months; on some days.
fn scenes() -> Vec<(Person, Timestamp)> {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let order = |when: &str, minor| Order { at: at(when), minor, counts: minor != 3_333, items: vec![("TEA-1", "Green Tea")] };
    let full = Person {
        email: "priya@example.com".into(),
        texts: [("name", "Priya Sharma".into()), ("city", "Pune".into()), ("timeZone", "Asia/Kolkata".into())].into(),
        tags: vec!["vip".into(), "Élodie".into()],
        attributes: [("tier", json!("gold")), ("score", json!(12.5)), ("vip", json!(true))].into(),
        visits: 3,
        created: at("2025-03-31T10:00:00Z"),
        seen: Some(at("2026-02-28T23:59:59.999999Z")),
        orders: vec![
            order("2025-12-31T00:00:00Z", 10_000),
            order("2026-01-31T12:00:00Z", 3_333),
            order("2026-02-28T00:00:00Z", 1),
        ],
        consents: [Some(false), Some(true), None],
    };
    let bare = Person { email: "a@b.co".into(), created: at("2024-02-29T00:00:00Z"), ..Person::default() };
    let mut scenes = Vec::new();
    for now in ["2026-03-01T00:00:00Z", "2026-03-31T10:00:00.000001Z", "2024-03-01T00:00:00Z"] {
        scenes.extend([(full.clone(), at(now)), (bare.clone(), at(now))]);
    }
    scenes
}

fn check(input: &[u8], scenes: &[(Person, Timestamp)]) {
    let Ok(json) = Json::parse(input) else { return };
    let written = json.to_string();
    assert_eq!(Json::parse(written.as_bytes()).as_ref(), Ok(&json), "JSON is written as it was read");
    let rules = match Rules::parse(&json, "rules", &currency()) {
        Ok(rules) => rules,
        Err(faults) => {
            assert!(!faults.is_empty(), "a refusal has a reason");
            for fault in &faults.0 {
                assert!(fault.field.starts_with("rules") && !fault.reason.is_empty(), "{fault:?}");
            }
            return;
        }
    };
    let wire = rules.to_json();
    let text = wire.to_string();
    assert!(text.len() <= MAX_BYTES);
    assert_eq!(Rules::parse(&Json::parse(text.as_bytes()).unwrap(), "rules", &currency()).as_ref(), Ok(&rules), "{text}");
    assert_eq!(Rules::parse_expanded(&wire, &currency()).map(|stored| stored.to_json()).as_ref(), Ok(&wire));
    let set = Set::new([rules.clone()]);
    let oracle: Value = serde_json::from_str(&text).unwrap();
    for (person, now) in scenes {
        let (customer, context) = (customer(person), context(*now));
        let verdict = rules.evaluate(&customer, &context);
        assert_eq!(rules.holds(&customer, &context), verdict.holds);
        assert_eq!(rules.explain(&customer, &context).holds(), verdict.holds);
        assert_eq!(set.evaluate(&customer, &context), [verdict]);
        assert!(rules.depends_on_time() || verdict.flips_at.is_none());
        if is_plain(&oracle) {
            assert_eq!(crate::slow::holds(&oracle, person, *now), verdict.holds, "{text}");
        }
        if let Some(flip) = verdict.flips_at {
            assert!(flip > context.now);
            let span = flip.micros() - context.now.micros();
            for part in [1, span / 2, span - 1].into_iter().filter(|part| *part < span) {
                let then = Context { now: context.now.plus(part), ..context };
                assert_eq!(rules.holds(&customer, &then), verdict.holds, "before {flip}: {text}");
            }
        } else {
            let late = Context { now: Time::parse("2199-12-31T00:00:00Z").unwrap(), ..context };
            assert_eq!(rules.holds(&customer, &late), verdict.holds, "never changes: {text}");
        }
    }
}

/// Whether the slow evaluator, which was made for rules as people write them, knows all that they say.
fn is_plain(rule: &Value) -> bool {
    if let Some(rules) = rule.get("rules") {
        return rules.as_array().is_some_and(|rules| rules.iter().all(is_plain));
    }
    let known = ["name", "email", "phone", "city", "country", "timeZone", "totalSpend", "averageOrderValue", "orderCount"];
    let field = rule["field"].as_str().unwrap_or_default();
    let texts = |value: &Value| value.as_str().is_none_or(|text| text.is_ascii() && text.trim() == text);
    let values = match &rule["value"] {
        Value::Array(values) => values.iter().all(texts),
        one => texts(one),
    };
    known.contains(&field) && values && rule.get("within").is_none_or(texts)
}
