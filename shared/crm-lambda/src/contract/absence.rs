//! What an answer does not know it leaves out, while a request may also say `null` to clear it. Both are options in Rust,
//! so the document says of the answers' schemas what is true of them: a member that may be absent is never `null`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

const REFERENCE: &str = "/components/schemas/";

/// Takes `null` from the members that answers may leave out. Schemas that requests use, too, stay as they are.
pub fn leave_out(schemas: &mut Map<String, Value>, paths: &Value) {
    let mut asked = BTreeSet::new();
    for operation in paths.as_object().into_iter().flat_map(Map::values).filter_map(Value::as_object).flat_map(Map::values) {
        if let Some(body) = operation.get("requestBody") {
            follow(body, schemas, &mut asked);
        }
    }
    for (name, schema) in schemas.iter_mut() {
        if !asked.contains(name) {
            walk(schema);
        }
    }
}

fn follow(schema: &Value, schemas: &Map<String, Value>, seen: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str).and_then(|at| at.split_once(REFERENCE));
            if let Some((_, name)) = reference
                && seen.insert(name.to_owned())
                && let Some(named) = schemas.get(name)
            {
                follow(named, schemas, seen);
            }
            members.values().for_each(|member| follow(member, schemas, seen));
        }
        Value::Array(items) => items.iter().for_each(|item| follow(item, schemas, seen)),
        _ => {}
    }
}

fn walk(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let required = members.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
            if let Some(Value::Object(properties)) = members.get_mut("properties") {
                for (name, property) in properties.iter_mut() {
                    if !required.iter().any(|required| required.as_str() == Some(name)) {
                        never_null(property);
                    }
                }
            }
            members.values_mut().for_each(walk);
        }
        Value::Array(items) => items.iter_mut().for_each(walk),
        _ => {}
    }
}

fn never_null(property: &mut Value) {
    let Value::Object(property) = property else { return };
    if property.get("default").is_some_and(Value::is_null) {
        property.remove("default");
    }
    if let Some(Value::Array(types)) = property.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_mut_slice() {
            let only = only.take();
            property.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(mut kinds)) = property.remove("anyOf") {
        kinds.retain(|kind| kind.get("type").is_none_or(|kind| kind != "null"));
        match kinds.as_mut_slice() {
            [Value::Object(only)] => property.append(only),
            _ => {
                property.insert("anyOf".to_owned(), Value::Array(kinds));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A member that must be there, and three that need not: a plain one, a reference, one of several kinds.
    fn shape() -> Value {
        json!({
            "required": ["cursor"],
            "properties": {
                "cursor": {"type": ["string", "null"]},
                "name": {"type": ["string", "null"], "default": null},
                "at": {"anyOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}], "description": "When."},
                "value": {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]},
            },
        })
    }

    fn left(paths: &Value) -> Value {
        let Value::Object(mut schemas) = json!({"Shape": shape(), "Time": {"type": "string"}}) else { unreachable!() };
        leave_out(&mut schemas, paths);
        schemas["Shape"].clone()
    }

    #[test]
    fn what_an_answer_may_lack_is_never_null_in_it() {
        let answer = json!({"/x": {"get": {"responses": {"200": {"$ref": "#/components/schemas/Shape"}}}}});
        let expected = json!({
            "required": ["cursor"],
            "properties": {
                "cursor": {"type": ["string", "null"]},
                "name": {"type": "string"},
                "at": {"$ref": "#/components/schemas/Time", "description": "When."},
                "value": {"anyOf": [{"type": "string"}, {"type": "number"}]},
            },
        });
        assert_eq!(left(&answer), expected);
    }

    #[test]
    fn what_a_request_may_say_stays_even_where_answers_say_it_too() {
        let both = json!({"/x": {"post": {
            "requestBody": {"schema": {"items": {"$ref": "#/components/schemas/Shape"}}},
            "responses": {"200": {"$ref": "#/components/schemas/Shape"}},
        }}});
        assert_eq!(left(&both), shape());
    }
}
