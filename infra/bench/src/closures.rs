//! What a person would write for one rule, without an engine: a closure over the customer, its values ready beside it. It knows
//! the conditions of [`crate::shop`], and is held against the engine's answers before anything is measured.

use crm_domain::customer::{AttributeValue, Customer};
use crm_domain::history::Purchase;
use crm_domain::time::{DAY, Time};
use jiff::tz::TimeZone;
use serde_json::Value;

/// Whether a rule holds for somebody.
pub type Closure = Box<dyn Fn(&Customer) -> bool>;

/// The closure of a rule or a group; none where a condition is not known here.
#[must_use]
pub fn closure(rule: &Value, now: Time) -> Option<Closure> {
    let Some(combinator) = rule["combinator"].as_str() else { return condition(rule, now) };
    let parts: Vec<Closure> = rule["rules"].as_array()?.iter().map(|part| closure(part, now)).collect::<Option<_>>()?;
    let negated = rule["not"].as_bool().unwrap_or_default();
    Some(match combinator {
        "and" => Box::new(move |customer| parts.iter().all(|part| part(customer)) != negated),
        _ => Box::new(move |customer| parts.iter().any(|part| part(customer)) != negated),
    })
}

#[allow(clippy::too_many_lines, reason = "one line after the other, as somebody would write them who has no engine")]
fn condition(rule: &Value, now: Time) -> Option<Closure> {
    let (field, operator, value) = (rule["field"].as_str()?, rule["operator"].as_str()?, &rule["value"]);
    let text = || value.as_str().map(str::to_lowercase);
    let texts = || value.as_array().map(|all| all.iter().filter_map(Value::as_str).map(str::to_lowercase).collect::<Vec<_>>());
    let minor = || value.as_f64().map(|major| (major * 100.0).round() as i64);
    let since = |key: &Value| key.as_str().and_then(|span| back(span, now));
    Some(match (field, operator) {
        ("city", "in" | "notIn") => {
            let (texts, negated) = (texts()?, operator == "notIn");
            Box::new(move |one| one.city.as_deref().is_some_and(|city| texts.iter().any(|text| same(city, text))) != negated)
        }
        ("city" | "country", _) => {
            let (text, negated) = (text()?, operator == "!=");
            if field == "city" {
                Box::new(move |one| one.city.as_deref().is_some_and(|city| same(city, &text)) != negated)
            } else {
                Box::new(move |one| one.country.as_deref().is_some_and(|country| same(country, &text)) != negated)
            }
        }
        ("email", _) => {
            let text = text()?;
            Box::new(move |one| one.email.as_str().ends_with(&text))
        }
        ("name", "contains") => {
            let text = text()?;
            Box::new(move |one| one.name.as_deref().is_some_and(|name| name.to_lowercase().contains(&text)))
        }
        ("name", _) => {
            let text = text()?;
            Box::new(move |one| one.name.as_deref().is_some_and(|name| name.to_lowercase().starts_with(&text)))
        }
        ("tags", "in") => {
            let texts = texts()?;
            Box::new(move |one| one.tags.iter().any(|tag| texts.iter().any(|text| same(tag, text))))
        }
        ("tags", _) => {
            let (text, negated) = (text()?, operator == "doesNotContain");
            Box::new(move |one| one.tags.iter().any(|tag| same(tag, &text)) != negated)
        }
        ("attributes.tier" | "attributes.source", _) => {
            let (key, text, negated) = (field.strip_prefix("attributes.")?.to_owned(), text()?, operator == "!=");
            let is = move |known: &AttributeValue| matches!(known, AttributeValue::Text(known) if same(known, &text));
            Box::new(move |one| one.attributes.get(&key).is_some_and(&is) != negated)
        }
        ("attributes.score", _) => {
            let (holds, bound) = (compare::<f64>(operator)?, value.as_f64()?);
            let is = move |known: &AttributeValue| matches!(known, AttributeValue::Number(known) if holds(known, &bound));
            Box::new(move |one| one.attributes.get("score").is_some_and(is))
        }
        ("attributes.subscribed", _) => {
            let flag = AttributeValue::Flag(value.as_bool()?);
            Box::new(move |one| one.attributes.get("subscribed") == Some(&flag))
        }
        ("totalSpend", _) => {
            let (holds, bound) = (compare::<i64>(operator)?, minor()?);
            match since(&rule["within"]) {
                Some(from) => Box::new(move |one| holds(&lately(one, from, now).map(|order| order.total.minor()).sum(), &bound)),
                None => Box::new(move |one| holds(&one.sums.total_spend.minor(), &bound)),
            }
        }
        ("orderCount", _) => {
            let (holds, bound) = (compare::<u64>(operator)?, value.as_u64()?);
            match since(&rule["within"]) {
                Some(from) => Box::new(move |one| holds(&(lately(one, from, now).count() as u64), &bound)),
                None => Box::new(move |one| holds(&one.sums.order_count, &bound)),
            }
        }
        ("averageOrderValue", _) => {
            let (holds, bound) = (compare::<i64>(operator)?, minor()?);
            Box::new(move |one| {
                let count = one.sums.order_count as i64;
                count > 0 && holds(&one.sums.total_spend.minor(), &(bound * count))
            })
        }
        ("visits", _) => {
            let (holds, bound) = (compare::<u64>(operator)?, value.as_u64()?);
            Box::new(move |one| holds(&one.visits(), &bound))
        }
        ("createdAt", _) => {
            let holds = compare::<Time>(operator)?;
            let text = value.as_str()?;
            // A plain date is all of that day.
            let is_late = !text.contains('T') && matches!(operator, "<=" | ">");
            let bound = Time::parse(text).ok()?.plus(if is_late { DAY - 1 } else { 0 });
            Box::new(move |one| holds(&one.created_at(), &bound))
        }
        ("lastOrderAt" | "lastActiveAt", _) => {
            let (from, negated) = (since(value)?, operator == "notWithin");
            if field == "lastOrderAt" {
                Box::new(move |one| one.sums.last_order_at.is_some_and(|at| from <= at && at <= now) != negated)
            } else {
                Box::new(move |one| one.last_active_at().is_some_and(|at| from <= at && at <= now) != negated)
            }
        }
        ("purchasedSku", _) => {
            let (sku, from) = (text()?, since(&rule["within"]).unwrap_or(Time::from_micros(i64::MIN)));
            let until = if rule["within"].is_null() { Time::from_micros(i64::MAX) } else { now };
            Box::new(move |one| {
                lately(one, from, until).any(|order| one.history.products_of(order).any(|it| same(&it.sku, &sku)))
            })
        }
        ("purchasedName", _) => {
            let (part, from) = (text()?, since(&rule["within"])?);
            let is = move |name: &str| name.to_lowercase().contains(&part);
            Box::new(move |one| lately(one, from, now).any(|order| one.history.products_of(order).any(|it| is(&it.name))))
        }
        ("smsConsent", _) => {
            let flag = value.as_bool()?;
            Box::new(move |one| one.consents.sms.unwrap_or_default() == flag)
        }
        _ => return None,
    })
}

fn lately(customer: &Customer, from: Time, until: Time) -> impl Iterator<Item = &Purchase> {
    customer.history.counting().filter(move |order| from <= order.at && order.at <= until)
}

fn compare<T: PartialOrd>(operator: &str) -> Option<fn(&T, &T) -> bool> {
    Some(match operator {
        "<" => T::lt,
        "<=" => T::le,
        ">" => T::gt,
        ">=" => T::ge,
        _ => return None,
    })
}

/// Whether a text is that one, which is in lower case already.
fn same(text: &str, lower: &str) -> bool {
    if text.is_ascii() { text.eq_ignore_ascii_case(lower) } else { text.to_lowercase() == lower }
}

/// Where a stretch begins that ends now.
pub fn back(span: &str, now: Time) -> Option<Time> {
    let span: jiff::Span = span.parse().ok()?;
    let from = now.timestamp().to_zoned(TimeZone::UTC).checked_sub(span).ok()?;
    Some(Time::from_micros(from.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::{Dice, Mix, context, person, rules, segments};

    #[test]
    fn closures_say_what_the_engine_says() {
        let (mut dice, context) = (Dice(5), context());
        let people: Vec<Customer> = (0..20).map(|orders| person(&mut dice, orders)).collect();
        let mut held = 0;
        for mix in [Mix::Drawn, Mix::Distinct] {
            for wire in segments(mix, 1_000) {
                let (rule, by_hand) = (rules(&wire), closure(&wire, context.now).unwrap());
                for one in &people {
                    let holds = rule.holds(one, &context);
                    assert_eq!(by_hand(one), holds, "{wire}");
                    held += usize::from(holds);
                }
            }
        }
        assert!((2_000..38_000).contains(&held), "{held}");
    }
}
