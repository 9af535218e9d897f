//! The tables of the stub. It remembers the items of a few, under their keys, and everybody who is in the population; of the
//! rest it says that nothing is there. Conditions always hold.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use serde_json::{Map, Value, json};

use crate::population::Population;

pub const ACCESS: &str = "AccessTable";
pub const APP: &str = "AppTable";
pub const CUSTOMERS: &str = "CustomersTable";
pub const MESSAGES: &str = "MessagesTable";

/// Attributes of the log that nothing here reads again.
const FORGOTTEN: [&str; 2] = ["subject", "body"];

type Item = Map<String, Value>;

/// What is remembered.
#[derive(Default)]
pub struct Tables {
    /// By table and partition, then by sort key.
    items: HashMap<(&'static str, String), BTreeMap<String, Item>>,
    pub population: Option<Population>,
}

/// A table that is remembered, with the attributes of its key.
fn known(table: &str) -> Option<(&'static str, &'static str, &'static str)> {
    match table {
        ACCESS => Some((ACCESS, "pk", "sk")),
        APP => Some((APP, "pk", "sk")),
        MESSAGES => Some((MESSAGES, "shard", "customerId")),
        CUSTOMERS => Some((CUSTOMERS, "id", "")),
        _ => None,
    }
}

fn text(value: &Value) -> &str {
    value["S"].as_str().unwrap_or_default()
}

fn place(table: &str, key: &Item) -> Option<((&'static str, String), String)> {
    let (table, partition, sort) = known(table)?;
    let part = |name: &str| key.get(name).map(text).unwrap_or_default().to_owned();
    Some(((table, part(partition)), part(sort)))
}

impl Tables {
    /// Remembers an item.
    pub fn put(&mut self, table: &str, item: Value) {
        let Value::Object(mut item) = item else { return };
        let Some((partition, sort)) = place(table, &item) else { return };
        if table == MESSAGES {
            item.retain(|name, _| !FORGOTTEN.contains(&name.as_str()));
        }
        self.items.entry(partition).or_default().insert(sort, item);
    }

    /// All items of a table.
    pub fn all(&self, table: &str) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |((known, _), _)| *known == table).flat_map(|(_, items)| items.values())
    }

    fn get(&self, table: &str, key: &Value) -> Option<Value> {
        if let (CUSTOMERS, Some(population)) = (table, &self.population) {
            return population.find(text(&key["id"]));
        }
        let (partition, sort) = place(table, key.as_object()?)?;
        Some(Value::Object(self.items.get(&partition)?.get(&sort)?.clone()))
    }

    /// The answer to a request, as text.
    pub fn answer(&mut self, operation: &str, request: Value) -> String {
        let table = request["TableName"].as_str().unwrap_or_default();
        let answer = match operation {
            "GetItem" => self.get(table, &request["Key"]).map_or_else(|| json!({}), |item| json!({"Item": item})),
            "BatchGetItem" => self.batch(&request["RequestItems"]),
            "Query" => self.query(table, &request),
            "Scan" => match (&self.population, table) {
                (Some(population), CUSTOMERS) => return population.scan(&request),
                _ => json!({"Items": [], "Count": 0, "ScannedCount": 0}),
            },
            "BatchExecuteStatement" => self.execute(request),
            "BatchWriteItem" => json!({"UnprocessedItems": {}}),
            "PutItem" | "UpdateItem" => self.write(request),
            "TransactWriteItems" => {
                if let Value::Object(mut request) = request
                    && let Some(Value::Array(actions)) = request.remove("TransactItems")
                {
                    for action in actions {
                        let Value::Object(action) = action else { continue };
                        action.into_iter().for_each(|(_, write)| drop(self.write(write)));
                    }
                }
                json!({})
            }
            _ => json!({}),
        };
        answer.to_string()
    }

    /// `INSERT INTO "table" VALUE {'name':?,...}`, and `UPDATE "table" SET "name"=? ... WHERE "name"=? ...` that names the key.
    fn execute(&mut self, mut request: Value) -> Value {
        let mut responses = Vec::new();
        for statement in request["Statements"].as_array_mut().into_iter().flatten() {
            let (text, values) = (statement["Statement"].take(), statement["Parameters"].take());
            let mut words = text.as_str().unwrap_or_default().split(['"', '\'']);
            let begins = words.next();
            let table = words.next().unwrap_or_default();
            // Names are every second word; those that a condition asks for are followed by something else than a place.
            let places = words.skip(1).collect::<Vec<_>>();
            let (pairs, _) = places.as_chunks::<2>();
            let names = pairs.iter().filter(|[_, then]| then.starts_with(['=', ':'])).map(|[name, _]| (*name).to_owned());
            let Value::Array(values) = values else { continue };
            let item: Item = names.zip(values).collect();
            if begins.is_some_and(|verb| verb.starts_with("INSERT")) {
                self.put(table, Value::Object(item));
            } else if let Some((partition, sort)) = place(table, &item) {
                let mut set = item;
                set.retain(|name, _| !FORGOTTEN.contains(&name.as_str()));
                self.items.entry(partition).or_default().entry(sort).or_default().extend(set);
            }
            responses.push(json!({"TableName": table}));
        }
        json!({"Responses": responses})
    }

    fn batch(&self, asked: &Value) -> Value {
        let Some(asked) = asked.as_object() else { return json!({}) };
        let of = |(table, keys): (&String, &Value)| {
            let keys = keys["Keys"].as_array().map(Vec::as_slice).unwrap_or_default();
            let found: Vec<Value> = keys.iter().filter_map(|key| self.get(table, key)).collect();
            (table.clone(), Value::Array(found))
        };
        json!({"Responses": asked.iter().map(of).collect::<Item>(), "UnprocessedKeys": {}})
    }

    /// Those of the partition that is named, after or up to `:after` where that is asked for, page by page.
    fn query(&self, table: &str, request: &Value) -> Value {
        let values = request["ExpressionAttributeValues"].as_object();
        let value = |name: &str| values.and_then(|values| values.get(name)).map(text);
        let partition = value(":pk").or_else(|| value(":shard")).unwrap_or_default().to_owned();
        let Some((table, partition_key, sort_key)) = known(table) else {
            return json!({"Count": 0, "ScannedCount": 0, "Items": []});
        };
        let held = self.items.get(&(table, partition.clone()));
        let bound = value(":after").unwrap_or_default().to_owned();
        let condition = request["KeyConditionExpression"].as_str().unwrap_or_default();
        let end = if condition.contains("<= :after") { Bound::Included(bound.clone()) } else { Bound::Unbounded };
        let begin = match request["ExclusiveStartKey"][sort_key]["S"].as_str() {
            Some(last) => Bound::Excluded(last.to_owned()),
            None if condition.contains("> :after") => Bound::Excluded(bound),
            None => Bound::Unbounded,
        };
        let wanted = request["ProjectionExpression"].as_str().map(|_| request["ExpressionAttributeNames"].as_object());
        let shown = |item: &Item| match wanted.flatten() {
            Some(names) => {
                names.values().filter_map(Value::as_str).filter_map(|name| Some((name.into(), item.get(name)?.clone()))).collect()
            }
            None => item.clone(),
        };
        let mut found = held.into_iter().flat_map(|items| items.range((begin.clone(), end.clone()))).peekable();
        let (mut items, mut last): (Vec<Item>, _) = (Vec::new(), None);
        let limit = request["Limit"].as_u64().unwrap_or(u64::MAX) as usize;
        while let Some((sort, item)) = found.next_if(|_| items.len() < limit) {
            items.push(shown(item));
            last = Some(sort);
        }
        let mut answer = json!({"Count": items.len(), "ScannedCount": items.len(), "Items": items});
        if let Some(last) = last.filter(|_| found.peek().is_some()) {
            answer["LastEvaluatedKey"] = json!({partition_key: {"S": partition}, sort_key: {"S": last}});
        }
        answer
    }

    /// A put, or an update: `SET name = :value` and `ADD name :value`, all that is asked for here.
    fn write(&mut self, mut request: Value) -> Value {
        let table = request["TableName"].as_str().unwrap_or_default().to_owned();
        if !request["Item"].is_null() {
            self.put(&table, request["Item"].take());
            return json!({});
        }
        let Some(((partition, sort), key)) = request["Key"].as_object().and_then(|key| Some((place(&table, key)?, key))) else {
            return json!({});
        };
        let item = self.items.entry(partition).or_default().entry(sort).or_insert_with(|| key.clone());
        update(item, &request);
        if request["ReturnValues"] == "ALL_NEW" { json!({"Attributes": item}) } else { json!({}) }
    }
}

fn update(item: &mut Item, request: &Value) {
    let (names, values) = (&request["ExpressionAttributeNames"], &request["ExpressionAttributeValues"]);
    let called = |name: &str| names[name].as_str().unwrap_or(name).to_owned();
    let expression = request["UpdateExpression"].as_str().unwrap_or_default();
    let (verb, terms) = expression.split_once(' ').unwrap_or_default();
    for term in terms.split(", ") {
        let mut words = term.split_whitespace();
        let (Some(name), Some(by)) = (words.next().map(called), words.next_back()) else { continue };
        let Some(value) = values.get(by) else { continue };
        match (verb, item.get_mut(&name)) {
            ("SET", _) if FORGOTTEN.contains(&name.as_str()) => {}
            ("ADD", Some(known)) => add(known, value),
            ("SET" | "ADD", _) => drop(item.insert(name, value.clone())),
            _ => {}
        }
    }
}

fn add(known: &mut Value, more: &Value) {
    if let (Some(set), Some(more)) = (known["NS"].as_array_mut(), more["NS"].as_array()) {
        more.iter().filter(|one| !set.contains(one)).cloned().collect::<Vec<_>>().into_iter().for_each(|one| set.push(one));
        return;
    }
    let number = |value: &Value| value["N"].as_str().and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
    *known = json!({"N": (number(known) + number(more)).to_string()});
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(customer: &str) -> Value {
        json!({"shard": {"S": "c#0"}, "customerId": {"S": customer}, "email": {"S": "a@x.in"}, "body": {"S": "long"}})
    }

    fn asked(tables: &mut Tables, operation: &str, request: Value) -> Value {
        serde_json::from_str(&tables.answer(operation, request)).unwrap()
    }

    #[test]
    fn what_is_put_and_updated_is_found_by_key_and_partition() {
        let mut tables = Tables::default();
        tables.put(MESSAGES, entry("1"));
        let write = json!({"Put": {"TableName": MESSAGES, "Item": entry("2")}});
        asked(&mut tables, "TransactWriteItems", json!({"TransactItems": [write]}));
        let update = json!({
            "TableName": MESSAGES, "Key": {"shard": {"S": "c#0"}, "customerId": {"S": "2"}},
            "UpdateExpression": "SET #a = :a, #body = :b", "ExpressionAttributeNames": {"#a": "sentAt", "#body": "body"},
            "ExpressionAttributeValues": {":a": {"S": "now"}, ":b": {"S": "text"}},
        });
        asked(&mut tables, "UpdateItem", update);
        let query = json!({"TableName": MESSAGES, "ExpressionAttributeValues": {":shard": {"S": "c#0"}}});
        let found = asked(&mut tables, "Query", query);
        assert_eq!((&found["Count"], &found["Items"][1]["sentAt"]), (&json!(2), &json!({"S": "now"})));
        assert_eq!(found["Items"][1].get("body"), None, "what nothing reads again is not kept");
        let narrow = json!({
            "TableName": MESSAGES, "ExpressionAttributeValues": {":shard": {"S": "c#0"}}, "ProjectionExpression": "#a0",
            "ExpressionAttributeNames": {"#a0": "email", "#shard": "shard"},
        });
        assert_eq!(asked(&mut tables, "Query", narrow)["Items"][0], json!({"email": {"S": "a@x.in"}, "shard": {"S": "c#0"}}));
    }

    #[test]
    fn pages_of_a_partition_begin_where_they_are_asked_to() {
        let mut tables = Tables::default();
        for sk in ["0", "1", "2", "3"] {
            tables.put(APP, json!({"pk": {"S": "p"}, "sk": {"S": sk}}));
        }
        let mut pages = |condition: &str, start: Value| {
            let values = json!({":pk": {"S": "p"}, ":after": {"S": "1"}});
            let query = json!({
                "TableName": APP, "KeyConditionExpression": condition, "ExpressionAttributeValues": values, "Limit": 1,
                "ExclusiveStartKey": start,
            });
            let page = asked(&mut tables, "Query", query);
            (page["Items"][0]["sk"]["S"].clone(), page["LastEvaluatedKey"].clone())
        };
        let key = |sk: &str| json!({"pk": {"S": "p"}, "sk": {"S": sk}});
        assert_eq!(pages("pk = :pk AND sk > :after", Value::Null), (json!("2"), key("2")));
        assert_eq!(pages("pk = :pk AND sk > :after", key("2")), (json!("3"), Value::Null));
        assert_eq!(pages("pk = :pk AND sk <= :after", key("0")), (json!("1"), Value::Null));
        assert_eq!(pages("pk = :pk", Value::Null), (json!("0"), key("0")));
    }

    #[test]
    fn statements_add_and_change_items() {
        let mut tables = Tables::default();
        let text = |text: &str| json!({"S": text});
        let added = json!({
            "Statement": r#"INSERT INTO "MessagesTable" VALUE {'shard':?,'customerId':?,'email':?}"#,
            "Parameters": [text("c#0"), text("1"), text("a@x.in")],
        });
        let changed = json!({
            "Statement": r#"UPDATE "MessagesTable" SET "sentAt"=? SET "body"=? WHERE "shard"=? AND "customerId"=? AND "sentAt" IS MISSING"#,
            "Parameters": [text("now"), text("long"), text("c#0"), text("1")],
        });
        let answer = asked(&mut tables, "BatchExecuteStatement", json!({"Statements": [added, changed]}));
        assert_eq!(answer["Responses"].as_array().map(Vec::len), Some(2));
        let items: Vec<&Item> = tables.all(MESSAGES).collect();
        let expected = json!({"shard": text("c#0"), "customerId": text("1"), "email": text("a@x.in"), "sentAt": text("now")});
        assert_eq!(items, [expected.as_object().unwrap()]);
    }

    #[test]
    fn counters_and_sets_add_up() {
        let mut tables = Tables::default();
        let add = |name: &str, value: Value| {
            json!({"TableName": APP, "Key": {"pk": {"S": "p"}, "sk": {"S": "s"}}, "UpdateExpression": format!("ADD {name} :n"),
                "ExpressionAttributeValues": {":n": value}, "ReturnValues": "ALL_NEW"})
        };
        asked(&mut tables, "UpdateItem", add("n", json!({"N": "2"})));
        assert_eq!(asked(&mut tables, "UpdateItem", add("n", json!({"N": "3"})))["Attributes"]["n"], json!({"N": "5"}));
        asked(&mut tables, "UpdateItem", add("s", json!({"NS": ["1"]})));
        assert_eq!(
            asked(&mut tables, "UpdateItem", add("s", json!({"NS": ["2", "1"]})))["Attributes"]["s"],
            json!({"NS": ["1", "2"]})
        );
    }

    #[test]
    fn of_other_tables_nothing_is_there() {
        let mut tables = Tables::default();
        let key = json!({"id": {"S": "1"}});
        assert_eq!(asked(&mut tables, "GetItem", json!({"TableName": "OrdersTable", "Key": key})), json!({}));
        let batch = asked(&mut tables, "BatchGetItem", json!({"RequestItems": {"OrdersTable": {"Keys": [key]}}}));
        assert_eq!(batch["Responses"], json!({"OrdersTable": []}));
    }
}
