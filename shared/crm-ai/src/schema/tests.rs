use crm_domain::json::Json;
use crm_domain::money::Currency;
use crm_domain::rules::{self, Rules, fields};
use local_gemini::schema::{mismatch, unsupported};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::*;

const ALL: [fn() -> &'static Value; 5] =
    [rules_schema, rules_answer_schema, messages_answer_schema, summary_answer_schema, suggestion_answer_schema];

fn parse(wire: &Value) -> Option<rules::Rules> {
    Rules::parse(&Json::parse(wire.to_string().as_bytes()).unwrap(), "rules", &Currency::parse("INR").unwrap()).ok()
}

/// A condition about any field with any of its operators, whose value may be any at all.
fn condition() -> BoxedStrategy<Value> {
    let text =
        select(vec!["a", "Pune", "2026-01-01", "2026-11-25T10:00:00Z", "P30D", "2026-01-01/2026-03-31"]).prop_map(|t| json!(t));
    let segment = Just(json!("0192f0c1-2b3c-7d4e-8f90-123456789abc"));
    let one = prop_oneof![4 => text, 1 => segment, 3 => (0..9).prop_map(|n| json!(n)), 1 => Just(json!(2.5)), 1 => any::<bool>().prop_map(|f| json!(f))];
    let value = prop_oneof![3 => one.clone(), 1 => vec(one, 1..3).prop_map(Value::Array), 1 => Just(json!(null))];
    let operators: Vec<(String, &'static str)> = fields()
        .into_iter()
        .flat_map(|field| {
            let name = if field.keyed { format!("{}tier", field.name) } else { field.name.to_owned() };
            field.operators.into_iter().map(move |operator| (name.clone(), operator))
        })
        .collect();
    (select(operators), option::weighted(0.9, value), option::weighted(0.2, Just("P90D")))
        .prop_map(|((field, operator), value, within)| {
            // Whatever is given with these is ignored, and null as good as anything.
            let none = matches!(operator, "null" | "notNull");
            let mut condition = json!({ "field": field, "operator": operator });
            if let Some(value) = value {
                condition["value"] = if none { json!(null) } else { value };
            }
            if let Some(within) = within {
                condition["within"] = json!(within);
            }
            condition
        })
        .prop_filter("taken alone", |condition| parse(&json!({ "combinator": "and", "rules": [condition] })).is_some())
        .boxed()
}

fn group(rule: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    (select(vec!["and", "or"]), option::of(any::<bool>()), vec(rule, 0..4))
        .prop_map(|(combinator, not, rules)| match not {
            Some(not) => json!({ "combinator": combinator, "not": not, "rules": rules }),
            None => json!({ "combinator": combinator, "rules": rules }),
        })
        .boxed()
}

/// Rules as deep as a model may write them.
fn tree() -> BoxedStrategy<Value> {
    let mut level = group(condition());
    for _ in 1..DEPTH {
        level = group(prop_oneof![2 => condition(), 1 => level].boxed());
    }
    level
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 1_000_000, max_local_rejects: 1_000_000, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn rules_that_are_taken_have_the_form_that_is_asked_for(wire in tree()) {
        let taken = parse(&wire).expect("made of conditions that are");
        let written: Value = serde_json::from_str(&taken.to_json().to_string()).unwrap();
        prop_assert_eq!(mismatch(rules_schema(), &written), None);
        let answer = json!({ "understood": true, "rules": written, "unsupported": [] });
        prop_assert_eq!(mismatch(rules_answer_schema(), &answer), None);
    }
}

#[test]
fn the_service_takes_every_schema() {
    for schema in ALL {
        assert_eq!(unsupported(schema()), [""; 0]);
        assert!(schema().to_string().len() < 16_000, "{} bytes go with each question", schema().to_string().len());
    }
}

#[test]
fn fields_and_operators_are_those_of_the_language() {
    let inner = rules_schema().pointer("/properties/rules/items/anyOf").and_then(Value::as_array).unwrap();
    let forms = inner.iter().find_map(|form| form.get("anyOf")).and_then(Value::as_array).unwrap();
    let texts = |form: &Value, name: &str| -> Vec<String> {
        let words = form.pointer(&format!("/properties/{name}/enum")).and_then(Value::as_array);
        words.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut offered: Vec<(String, Vec<String>)> = Vec::new();
    for form in forms {
        let names = texts(form, "field");
        let names = if names.is_empty() { vec!["attributes.".to_owned()] } else { names };
        offered.extend(names.into_iter().map(|name| (name, texts(form, "operator"))));
    }
    let mut taken: Vec<(String, Vec<String>)> = fields()
        .into_iter()
        .map(|field| (field.name.to_owned(), field.operators.into_iter().map(str::to_owned).collect()))
        .collect();
    offered.sort();
    taken.sort();
    assert_eq!(offered, taken);
}

#[test]
fn what_is_no_rule_has_another_form() {
    let schema = with_attributes(rules_schema(), &["tier"]);
    let alone = |condition: Value| mismatch(&schema, &json!({ "combinator": "and", "rules": [condition] }));
    assert_eq!(alone(json!({ "field": "city", "operator": "=", "value": "Pune" })), None);
    for condition in [
        json!({ "field": "shoeSize", "operator": "=", "value": 42 }),
        json!({ "field": "city", "operator": ">", "value": "Pune" }),
        json!({ "field": "city", "operator": "=", "value": 1 }),
        json!({ "field": "city", "operator": "=", "value": "Pune", "within": "P30D" }),
        json!({ "field": "city", "operator": "=", "value": "Pune", "sql": "" }),
        json!({ "field": "emailConsent", "operator": "=" }),
        json!({ "field": "attributes.shoeSize", "operator": "=", "value": 42 }),
    ] {
        assert!(alone(condition.clone()).is_some(), "{condition}");
    }
    let nested = |depth: usize| {
        (1..depth).fold(json!({ "combinator": "or", "rules": [] }), |inner, _| json!({ "combinator": "or", "rules": [inner] }))
    };
    assert_eq!(mismatch(rules_schema(), &nested(DEPTH)), None);
    assert!(mismatch(rules_schema(), &nested(DEPTH + 1)).is_some());
}

#[test]
fn answers_have_their_members_and_no_others() {
    let rules = json!({ "combinator": "and", "rules": [] });
    let fits = |schema: &Value, value: Value| mismatch(schema, &value).is_none();
    assert!(fits(rules_answer_schema(), json!({ "understood": false, "rules": null, "unsupported": ["x"] })));
    assert!(!fits(rules_answer_schema(), json!({ "understood": false, "unsupported": [] })));
    assert!(fits(messages_answer_schema(), json!({ "messages": [{ "subject": "a", "body": "b" }, { "body": "c" }] })));
    assert!(!fits(messages_answer_schema(), json!({ "messages": [{ "subject": "a" }] })));
    assert!(fits(summary_answer_schema(), json!({ "summary": "a" })));
    assert!(!fits(summary_answer_schema(), json!({ "summary": "a", "launch": true })));
    let draft =
        |channel: &str, hour: u8| json!({ "name": "a", "rules": rules, "channel": channel, "hour": hour, "messages": [] });
    assert!(fits(suggestion_answer_schema(), draft("whatsapp", 23)));
    assert!(!fits(suggestion_answer_schema(), draft("fax", 23)) && !fits(suggestion_answer_schema(), draft("sms", 24)));
}

#[test]
fn only_the_attributes_that_there_are_can_be_named() {
    let attribute = |key: &str, operator: &str| {
        json!({ "combinator": "and", "rules": [{ "combinator": "or", "rules": [
            { "field": format!("attributes.{key}"), "operator": operator, "value": 42 },
        ] }] })
    };
    let some = with_attributes(rules_schema(), &["shoeSize", "tier"]);
    let none = with_attributes::<&str>(rules_schema(), &[]);
    let fits = |schema: &Value, key: &str| mismatch(schema, &attribute(key, ">")).is_none();
    assert!(fits(rules_schema(), "any") && fits(&some, "shoeSize") && !fits(&some, "any") && !fits(&none, "any"));
    assert!(mismatch(&some, &attribute("tier", "within")).is_some(), "operators stay");
    assert_eq!((unsupported(&some), unsupported(&none)), (vec![], vec![]));
    assert!(none.to_string().len() < rules_schema().to_string().len());
}
