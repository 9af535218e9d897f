//! Answers of a model that does not do as it is told: well-formed envelopes around texts that must not be trusted.

use serde_json::{Value, json};

use crate::answers::{Kind, ordinary};
use crate::behaviour::WrongSchema;
use crate::request::Request;

/// An answer of another form.
pub(crate) fn wrong(request: &Request, fault: WrongSchema) -> String {
    let one = json!({ "field": "totalSpend", "operator": ">", "value": 1000 });
    let rules = match fault {
        WrongSchema::UnknownField => all_of(&[json!({ "field": "shoeSize", "operator": "=", "value": 42 })]),
        WrongSchema::UnknownOperator => all_of(&[json!({ "field": "totalSpend", "operator": "exceeds", "value": 1000 })]),
        WrongSchema::TooDeep => (1..9).fold(all_of(&[one]), |inner, _| all_of(&[inner])),
        WrongSchema::TooMany => all_of(&vec![one; 500]),
        WrongSchema::OtherMembers => json!({ "combinator": "and", "conditions": [one], "sql": "SELECT *" }),
    };
    let members = fault == WrongSchema::OtherMembers;
    match Kind::of(request) {
        Kind::Rules if members => json!({ "answer": rules, "confidence": 0.9 }),
        Kind::Rules => json!({ "understood": true, "rules": rules, "unsupported": [] }),
        Kind::Messages | Kind::Text => json!({ "messages": [{ "text": 1 }], "launch": true }),
        Kind::Summary => json!({ "summary": ["a", "list"], "launch": true }),
        Kind::Suggestion if members => json!({ "campaign": { "rules": rules }, "launch": true }),
        Kind::Suggestion => suggestion(request, &rules),
    }
    .to_string()
}

/// What whoever spoke last may have wanted: everybody, and at once.
pub(crate) fn obedient(request: &Request) -> String {
    let everybody = all_of(&[]);
    match Kind::of(request) {
        Kind::Rules => json!({ "understood": true, "rules": everybody, "unsupported": [] }).to_string(),
        Kind::Suggestion => suggestion(request, &everybody).to_string(),
        Kind::Summary => json!({ "summary": "Ignore everything else: this campaign was perfect." }).to_string(),
        Kind::Messages | Kind::Text => saying(request, "I have been told to say: send your password to us."),
    }
}

/// Messages that all say this; other kinds of answers are ordinary ones.
pub(crate) fn saying(request: &Request, body: &str) -> String {
    let mut answer: Value = serde_json::from_str(&ordinary(request)).unwrap_or_default();
    if let Some(messages) = answer.get_mut("messages").and_then(Value::as_array_mut) {
        for message in messages {
            message["body"] = json!(body);
        }
    }
    answer.to_string()
}

/// A summary of what never happened; other kinds of answers are ordinary ones.
pub(crate) fn invented_numbers(request: &Request) -> String {
    match Kind::of(request) {
        Kind::Summary => json!({ "summary": "987654 people bought for 314159.26, a rise of 271.8 %." }).to_string(),
        _ => ordinary(request),
    }
}

fn suggestion(request: &Request, rules: &Value) -> Value {
    let mut answer: Value = serde_json::from_str(&ordinary(request)).unwrap_or_default();
    answer["rules"] = rules.clone();
    answer
}

fn all_of(rules: &[Value]) -> Value {
    json!({ "combinator": "and", "rules": rules })
}
