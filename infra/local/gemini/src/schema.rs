//! JSON Schema as far as `responseJsonSchema` knows it: which words it takes, and whether a value has the form.
//!
//! <https://ai.google.dev/api/generate-content#FIELDS.response_json_schema>

use serde_json::Value;

/// The words that the service takes. References would do too, but not beside other words; nobody here needs them.
const WORDS: [&str; 16] = [
    "type",
    "format",
    "title",
    "description",
    "enum",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "anyOf",
    "properties",
    "additionalProperties",
    "required",
    "propertyOrdering",
];
const TYPES: [&str; 7] = ["object", "array", "string", "number", "integer", "boolean", "null"];

/// What the service would not take in a schema, each with its place.
#[must_use]
pub fn unsupported(schema: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    walk(schema, "$", &mut faults);
    faults
}

fn walk(schema: &Value, place: &str, faults: &mut Vec<String>) {
    let Some(members) = schema.as_object() else {
        faults.push(format!("{place} is no schema"));
        return;
    };
    for (word, value) in members {
        let below = format!("{place}.{word}");
        match word.as_str() {
            "properties" => match value.as_object() {
                Some(properties) => properties.iter().for_each(|(name, one)| walk(one, &format!("{below}.{name}"), faults)),
                None => faults.push(format!("{below} must be an object")),
            },
            "additionalProperties" if value.is_boolean() => {}
            "items" | "additionalProperties" => walk(value, &below, faults),
            "anyOf" | "prefixItems" => match value.as_array() {
                Some(forms) => forms.iter().for_each(|one| walk(one, &below, faults)),
                None => faults.push(format!("{below} must be a list")),
            },
            "type" => {
                let types: Vec<&Value> = value.as_array().map_or_else(|| vec![value], |types| types.iter().collect());
                if !types.iter().all(|one| one.as_str().is_some_and(|one| TYPES.contains(&one))) {
                    faults.push(format!("{below} names an unknown type"));
                }
            }
            "enum" => {
                if !value.as_array().is_some_and(|values| values.iter().all(|one| one.is_string() || one.is_number())) {
                    faults.push(format!("{below} must list texts or numbers"));
                }
            }
            known if WORDS.contains(&known) => {}
            unknown => faults.push(format!("{place}: {unknown} is not supported")),
        }
    }
}

/// Where a value has not the form that a schema asks for; `None` when it has. Only for schemas without a fault.
#[must_use]
pub fn mismatch(schema: &Value, value: &Value) -> Option<String> {
    at(schema, value, "$")
}

fn at(schema: &Value, value: &Value, place: &str) -> Option<String> {
    if let Some(forms) = schema.get("anyOf").and_then(Value::as_array) {
        let faults: Option<Vec<String>> = forms.iter().map(|form| at(form, value, place)).collect();
        if let Some(faults) = faults {
            // The form that came furthest says most.
            return faults.into_iter().max_by_key(String::len);
        }
    }
    if let Some(types) = schema.get("type") {
        let types: Vec<&Value> = types.as_array().map_or_else(|| vec![types], |types| types.iter().collect());
        if !types.iter().filter_map(|one| one.as_str()).any(|one| is(value, one)) {
            return Some(format!("{place} is of another type"));
        }
    }
    if schema.get("enum").and_then(Value::as_array).is_some_and(|values| !values.contains(value)) {
        return Some(format!("{place} is another word"));
    }
    let bound = |word: &str| schema.get(word).and_then(Value::as_f64);
    if let Some(number) = value.as_f64()
        && (bound("minimum").is_some_and(|least| number < least) || bound("maximum").is_some_and(|most| number > most))
    {
        return Some(format!("{place} is out of range"));
    }
    if let Some(items) = value.as_array() {
        let count = items.len() as f64;
        if bound("minItems").is_some_and(|least| count < least) || bound("maxItems").is_some_and(|most| count > most) {
            return Some(format!("{place} has another length"));
        }
        if let Some(form) = schema.get("items") {
            return items.iter().enumerate().find_map(|(index, one)| at(form, one, &format!("{place}[{index}]")));
        }
    }
    let members = value.as_object()?;
    let required = schema.get("required").and_then(Value::as_array);
    let missing = required.into_iter().flatten().filter_map(Value::as_str).find(|name| !members.contains_key(*name));
    if let Some(name) = missing {
        return Some(format!("{place}.{name} is missing"));
    }
    members.iter().find_map(|(name, one)| {
        let place = format!("{place}.{name}");
        match (schema.get("properties").and_then(|known| known.get(name)), schema.get("additionalProperties")) {
            (None, Some(Value::Bool(false))) => Some(format!("{place} is unknown")),
            (Some(form), _) | (None, Some(form @ Value::Object(_))) => at(form, one, &place),
            (None, _) => None,
        }
    })
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "boolean" => value.is_boolean(),
        _ => value.is_null(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_that_the_service_does_not_know_are_found_anywhere() {
        for word in ["oneOf", "const", "pattern", "minLength", "$ref", "not", "default"] {
            let schema = json!({ "properties": { "a": { "items": { "anyOf": [{ word: 1 }] } } } });
            assert_eq!(unsupported(&schema), [format!("$.properties.a.items.anyOf: {word} is not supported")]);
        }
        assert_eq!(unsupported(&json!({ "properties": { "oneOf": { "type": ["string", "null"] } } })), [""; 0], "a name");
        assert_eq!(unsupported(&json!({ "type": "text" })).len(), 1);
        assert_eq!(unsupported(&json!({ "enum": [null] })).len(), 1);
    }

    #[test]
    fn values_have_a_form_or_say_where_not() {
        let schema = json!({
            "type": "object",
            "properties": {
                "kind": { "type": "string", "enum": ["a", "b"] },
                "hour": { "type": "integer", "minimum": 0, "maximum": 23 },
                "list": { "anyOf": [{ "type": "null" }, { "type": "array", "items": { "type": "number" }, "minItems": 1 }] },
            },
            "required": ["kind"],
            "additionalProperties": false,
        });
        let fault = |value| mismatch(&schema, &value);
        assert_eq!(fault(json!({ "kind": "a", "hour": 23.0, "list": [1, 2.5] })), None);
        assert_eq!(fault(json!({ "kind": "a", "list": null })), None);
        for value in [
            json!([]),
            json!({}),
            json!({ "kind": "c" }),
            json!({ "kind": "a", "hour": 24 }),
            json!({ "kind": "a", "hour": 1.5 }),
            json!({ "kind": "a", "list": [] }),
            json!({ "kind": "a", "list": ["1"] }),
            json!({ "kind": "a", "more": 1 }),
        ] {
            assert!(fault(value.clone()).is_some(), "{value}");
        }
    }
}
