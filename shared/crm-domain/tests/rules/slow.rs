//! A slow and obvious evaluator: straight on the wire form and on a plain person, with jiff's calendar arithmetic.
//! It shares no code with the one under test, parses everything anew each time, and knows nothing of flips.

#![allow(clippy::float_cmp, reason = "attribute numbers compare as they are, without a margin")]

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use serde_json::Value;

/// A customer as a person would write one down.
#[derive(Debug, Clone, Default)]
pub struct Person {
    pub email: String,
    pub texts: BTreeMap<&'static str, String>,
    pub tags: Vec<String>,
    pub attributes: BTreeMap<&'static str, Value>,
    pub visits: i128,
    pub created: Timestamp,
    pub seen: Option<Timestamp>,
    pub orders: Vec<Order>,
    /// In the order e-mail, SMS, `WhatsApp`.
    pub consents: [Option<bool>; 3],
}

impl Person {
    /// Every point in time that a rule may look at.
    pub fn events(&self) -> Vec<Timestamp> {
        self.orders.iter().map(|order| order.at).chain(self.seen).chain([self.created]).collect()
    }
}

#[derive(Debug, Clone)]
pub struct Order {
    pub at: Timestamp,
    pub minor: i128,
    pub counts: bool,
    /// SKU and name.
    pub items: Vec<(&'static str, &'static str)>,
}

/// What stands for consents never given, in the order of [`Person::consents`].
pub const DEFAULTS: [bool; 3] = [true, false, false];

pub fn holds(rule: &Value, person: &Person, now: Timestamp) -> bool {
    if let Some(rules) = rule.get("rules") {
        let each = rules.as_array().unwrap().iter().map(|rule| holds(rule, person, now)).collect::<Vec<_>>();
        let outcome = match rule["combinator"].as_str().unwrap() {
            "and" => !each.contains(&false),
            "or" => each.contains(&true),
            other => panic!("{other}"),
        };
        return if rule.get("not") == Some(&Value::Bool(true)) { !outcome } else { outcome };
    }
    let operator = rule["operator"].as_str().unwrap();
    match operator {
        "!=" => !condition(rule, "=", person, now),
        "doesNotContain" => !condition(rule, "contains", person, now),
        "doesNotBeginWith" => !condition(rule, "beginsWith", person, now),
        "doesNotEndWith" => !condition(rule, "endsWith", person, now),
        "notIn" => !condition(rule, "in", person, now),
        "notBetween" => !condition(rule, "between", person, now),
        "notWithin" => !condition(rule, "within", person, now),
        "null" => !condition(rule, "notNull", person, now),
        positive => condition(rule, positive, person, now),
    }
}

fn condition(rule: &Value, operator: &str, person: &Person, now: Timestamp) -> bool {
    let value = &rule["value"];
    let field = rule["field"].as_str().unwrap();
    let orders: Vec<&Order> = person
        .orders
        .iter()
        .filter(|order| order.counts)
        .filter(|order| rule.get("within").is_none_or(|within| lies_within(order.at, within.as_str().unwrap(), now)))
        .collect();
    let total: i128 = orders.iter().map(|order| order.minor).sum();
    let count = orders.len() as i128;
    match field {
        "name" | "phone" | "city" | "country" | "timeZone" => text(person.texts.get(field).map(String::as_str), operator, value),
        "email" => text(Some(&person.email), operator, value),
        "totalSpend" => fraction(Some((total, 1)), operator, value, 2),
        "orderCount" => fraction(Some((count, 1)), operator, value, 0),
        "averageOrderValue" => fraction((count > 0).then_some((total, count)), operator, value, 2),
        "visits" => fraction(Some((person.visits, 1)), operator, value, 0),
        "createdAt" => moment(Some(person.created), operator, value, now),
        "lastActiveAt" => moment(person.orders.iter().map(|order| order.at).chain(person.seen).max(), operator, value, now),
        "firstOrderAt" => moment(orders.iter().map(|order| order.at).min(), operator, value, now),
        "lastOrderAt" => moment(orders.iter().map(|order| order.at).max(), operator, value, now),
        "tags" => match operator {
            "notNull" => !person.tags.is_empty(),
            _ => person.tags.iter().any(|tag| choices(value).contains(&low(tag))),
        },
        "purchasedSku" => orders.iter().any(|order| order.items.iter().any(|(sku, _)| choices(value).contains(&low(sku)))),
        "purchasedName" => orders
            .iter()
            .any(|order| order.items.iter().any(|(_, name)| choices(value).iter().any(|choice| low(name).contains(choice)))),
        "emailConsent" => person.consents[0].unwrap_or(DEFAULTS[0]) == value.as_bool().unwrap(),
        "smsConsent" => person.consents[1].unwrap_or(DEFAULTS[1]) == value.as_bool().unwrap(),
        "whatsappConsent" => person.consents[2].unwrap_or(DEFAULTS[2]) == value.as_bool().unwrap(),
        _ => attribute(person.attributes.get(field.strip_prefix("attributes.").unwrap()), operator, value),
    }
}

fn attribute(held: Option<&Value>, operator: &str, value: &Value) -> bool {
    let Some(held) = held else { return false };
    if operator == "notNull" {
        return true;
    }
    let sample = if let Value::Array(items) = value { &items[0] } else { value };
    match (held, sample) {
        (Value::String(held), Value::String(_)) => text(Some(held), operator, value),
        (Value::Bool(held), Value::Bool(wanted)) => held == wanted,
        (Value::Number(held), Value::Number(_)) => {
            let held = held.as_f64().unwrap();
            let bound = |value: &Value| value.as_f64().unwrap();
            match operator {
                "=" => held == bound(value),
                "<" => held < bound(value),
                "<=" => held <= bound(value),
                ">" => held > bound(value),
                ">=" => held >= bound(value),
                "between" => bound(&value[0]) <= held && held <= bound(&value[1]),
                "in" => value.as_array().unwrap().iter().any(|item| bound(item) == held),
                other => panic!("{other}"),
            }
        }
        _ => false,
    }
}

fn text(held: Option<&str>, operator: &str, value: &Value) -> bool {
    let Some(held) = held.map(low) else { return false };
    match operator {
        "notNull" => true,
        "=" | "in" => choices(value).contains(&held),
        "contains" => held.contains(&choices(value)[0]),
        "beginsWith" => held.starts_with(&choices(value)[0]),
        "endsWith" => held.ends_with(&choices(value)[0]),
        other => panic!("{other}"),
    }
}

/// `held` is a fraction in minor units; bounds are decimals.
fn fraction(held: Option<(i128, i128)>, operator: &str, value: &Value, decimals: u32) -> bool {
    let Some((above, below)) = held else { return false };
    let bound = |value: &Value| decimal(&value.to_string(), decimals) * below;
    match operator {
        "notNull" => true,
        "=" => above == bound(value),
        "<" => above < bound(value),
        "<=" => above <= bound(value),
        ">" => above > bound(value),
        ">=" => above >= bound(value),
        "between" => bound(&value[0]) <= above && above <= bound(&value[1]),
        "in" => value.as_array().unwrap().iter().any(|item| bound(item) == above),
        other => panic!("{other}"),
    }
}

/// `12.5` with two decimals is 1250.
fn decimal(text: &str, decimals: u32) -> i128 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = part.trim_end_matches('0');
    let padded = format!("{part:0<width$}", width = decimals as usize);
    assert_eq!(padded.len(), decimals as usize, "{text}");
    format!("{whole}{padded}").parse().unwrap()
}

fn moment(held: Option<Timestamp>, operator: &str, value: &Value, now: Timestamp) -> bool {
    let Some(held) = held else { return false };
    let ends = |value: &Value| day_or_instant(value.as_str().unwrap());
    match operator {
        "notNull" => true,
        "within" => lies_within(held, value.as_str().unwrap(), now),
        "<" => held < ends(value).0,
        "<=" => held <= ends(value).1,
        ">" => held > ends(value).1,
        ">=" => held >= ends(value).0,
        "between" => ends(&value[0]).0 <= held && held <= ends(&value[1]).1,
        other => panic!("{other}"),
    }
}

/// First and last microsecond.
fn day_or_instant(text: &str) -> (Timestamp, Timestamp) {
    if text.len() > 10 {
        let instant: Timestamp = text.parse().unwrap();
        return (instant, instant);
    }
    let day = text.parse::<jiff::civil::Date>().unwrap().to_zoned(TimeZone::UTC).unwrap();
    (day.timestamp(), day.checked_add(1.day()).unwrap().checked_sub(1.microsecond()).unwrap().timestamp())
}

pub fn lies_within(at: Timestamp, within: &str, now: Timestamp) -> bool {
    if let Some((first, last)) = within.split_once('/') {
        return day_or_instant(first).0 <= at && at <= day_or_instant(last).1;
    }
    let span: Span = within.parse().unwrap();
    let start = now.to_zoned(TimeZone::UTC).checked_sub(span).unwrap().timestamp();
    start <= at && at <= now
}

fn choices(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(|item| low(item.as_str().unwrap().trim_matches(' '))).collect(),
        one => vec![low(one.as_str().unwrap().trim_matches(' '))],
    }
}

fn low(text: &str) -> String {
    text.to_lowercase()
}
