//! Many customers, made of one: each is that one under an identity of their own.

use std::collections::HashMap;
use std::fmt::Write as _;

use crm_domain::email::Email;
use crm_domain::ids::CustomerId;
use serde_json::{Map, Value, json};

/// Customers of one page of a scan: about a megabyte, as DynamoDB has it.
const PAGE: usize = 1_500;

/// A table of customers.
pub struct Population {
    item: Map<String, Value>,
    ids: Vec<String>,
    by_id: HashMap<String, usize>,
}

impl Population {
    /// So many of whom `item` is one.
    #[must_use]
    pub fn of(item: Map<String, Value>, count: usize) -> Self {
        let ids: Vec<String> = (0..count).filter_map(|number| Some(id(&Email::parse(&email(number)).ok()?))).collect();
        let by_id = ids.iter().cloned().zip(0..).collect();
        Self { item, ids, by_id }
    }

    /// The item of a customer.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Value> {
        let number = *self.by_id.get(id)?;
        let mut item = self.item.clone();
        item.insert("id".to_owned(), json!({"S": id}));
        item.insert("email".to_owned(), json!({"S": email(number)}));
        Some(Value::Object(item))
    }

    /// A page of a part of a scan, with the attributes that are asked for.
    #[must_use]
    pub fn scan(&self, request: &Value) -> String {
        let number = |name: &str| request[name].as_u64().unwrap_or_default() as usize;
        let (part, parts) = (number("Segment"), number("TotalSegments").max(1));
        let bound = |part: usize| self.ids.len() * part / parts;
        let after = request["ExclusiveStartKey"]["id"]["S"].as_str().and_then(|id| self.by_id.get(id));
        let (begin, end) = (after.map_or(bound(part), |last| last + 1), bound(part + 1));
        let stop = end.min(begin + PAGE);
        let names = request["ExpressionAttributeNames"].as_object();
        let wanted = |name: &str| names.is_none_or(|names| names.values().any(|wanted| wanted == name));
        let mut shown = self.item.clone();
        shown.retain(|name, _| name != "id" && name != "email" && wanted(name));
        let rest = Value::Object(shown).to_string();
        let rest = rest.trim_start_matches('{');
        let mut page = format!("{{\"Count\":{0},\"ScannedCount\":{0},\"Items\":[", stop - begin);
        for (index, id) in self.ids.iter().enumerate().take(stop).skip(begin) {
            let comma = if index == begin { "" } else { "," };
            let _ = write!(page, "{comma}{{\"id\":{{\"S\":\"{id}\"}},\"email\":{{\"S\":\"{}\"}},{rest}", email(index));
        }
        page.push(']');
        if let Some(last) = self.ids.get(stop.wrapping_sub(1)).filter(|_| stop < end) {
            let _ = write!(page, ",\"LastEvaluatedKey\":{{\"id\":{{\"S\":\"{last}\"}}}}");
        }
        page.push('}');
        page
    }
}

fn email(number: usize) -> String {
    format!("person{number}@example.com")
}

fn id(email: &Email) -> String {
    CustomerId::of(email).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_scan_have_everybody_once() {
        let item = json!({"id": {"S": "-"}, "email": {"S": "-"}, "name": {"S": "Asha"}, "city": {"S": "Pune"}});
        let population = Population::of(item.as_object().unwrap().clone(), 10_000);
        let mut seen = std::collections::BTreeSet::new();
        for part in 0..3 {
            let mut after = Value::Null;
            loop {
                let names = json!({"#a0": "id", "#a1": "email", "#a2": "name"});
                let request =
                    json!({"Segment": part, "TotalSegments": 3, "ExclusiveStartKey": after, "ExpressionAttributeNames": names});
                let page: Value = serde_json::from_str(&population.scan(&request)).unwrap();
                for one in page["Items"].as_array().unwrap() {
                    assert_eq!((one["name"]["S"].as_str(), one.get("city")), (Some("Asha"), None));
                    assert!(seen.insert(one["id"]["S"].as_str().unwrap().to_owned()));
                }
                after = page["LastEvaluatedKey"].clone();
                if after.is_null() {
                    break;
                }
            }
        }
        assert_eq!(seen.len(), 10_000);
        let one = population.find(seen.first().unwrap()).unwrap();
        assert_eq!(one["city"]["S"], "Pune");
    }
}
