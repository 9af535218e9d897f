//! The JSON Schemas of the answers that a model is asked for, made from the types and tables of the domain.
//!
//! They stay within what `responseJsonSchema` knows: no `oneOf`, `const` or references, and groups of rules unrolled to
//! [`DEPTH`], as recursion is not allowed. They only guide the model; whether an answer can be used is for
//! `Rules::parse` and its like to say.
//! <https://ai.google.dev/gemini-api/docs/structured-output#json-schema-support>

use std::borrow::Cow;
use std::sync::LazyLock;

use crm_domain::customer::Channel;
use crm_domain::rules::{Combinator, FieldForm, ValueForm, fields};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

/// How deep groups of rules nest in a model's answer.
pub const DEPTH: usize = 3;

/// Rules alone: a group of conditions and groups.
#[must_use]
pub fn rules_schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(schema_of::<Rules>);
    &SCHEMA
}

/// `{understood, rules, unsupported}`: rules for what somebody wrote, or null, and the parts that they do not express.
#[must_use]
pub fn rules_answer_schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(schema_of::<RulesAnswer>);
    &SCHEMA
}

/// `{messages: [{subject?, body}]}`: variants of a message.
#[must_use]
pub fn messages_answer_schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(schema_of::<MessagesAnswer>);
    &SCHEMA
}

/// `{summary}`: what happened, in words.
#[must_use]
pub fn summary_answer_schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(schema_of::<SummaryAnswer>);
    &SCHEMA
}

/// `{name, rules, channel, hour, messages}`: a campaign that somebody might draft.
#[must_use]
pub fn suggestion_answer_schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(schema_of::<SuggestionAnswer>);
    &SCHEMA
}

/// The same schema for a CRM that has these attributes, by their keys: no others can be named.
#[must_use]
pub fn with_attributes<K: AsRef<str>>(schema: &Value, keys: &[K]) -> Value {
    let names: Vec<Value> = keys.iter().map(|key| json!(format!("attributes.{}", key.as_ref()))).collect();
    let mut schema = schema.clone();
    name_attributes(&mut schema, &names);
    schema
}

fn name_attributes(schema: &mut Value, names: &[Value]) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Array(forms)) = members.get_mut("anyOf") {
                // An empty enum is none that the service takes.
                forms.retain(|form| !names.is_empty() || form.pointer(KEYED).is_none());
                for form in forms {
                    if form.pointer(KEYED).is_some()
                        && let Some(field) = form.pointer_mut("/properties/field")
                    {
                        *field = json!({ "type": "string", "enum": names });
                    }
                }
            }
            members.values_mut().for_each(|below| name_attributes(below, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|below| name_attributes(below, names)),
        _ => {}
    }
}

/// Where the form of conditions about attributes has what no other has.
const KEYED: &str = "/properties/field/description";

type Rules = Group<Rule<Group<Rule<Group<Condition>>>>>;

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used, as with all types below")]
struct Group<R> {
    combinator: Combinator,
    not: Option<bool>,
    rules: Vec<R>,
}

#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "as above")]
enum Rule<G> {
    Condition(Condition),
    Group(G),
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["understood", "rules", "unsupported"]))]
#[expect(dead_code, reason = "as above")]
struct RulesAnswer {
    /// Whether it describes an audience.
    understood: bool,
    rules: Option<Rules>,
    /// Parts of the text that the rules do not express, as written.
    unsupported: Vec<String>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct MessagesAnswer {
    messages: Vec<Message>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Message {
    /// For e-mail only.
    subject: Option<String>,
    body: String,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct SummaryAnswer {
    summary: String,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct SuggestionAnswer {
    name: String,
    rules: Rules,
    channel: Channel,
    /// Of the recipient's day.
    #[schemars(range(min = 0, max = 23))]
    hour: u8,
    messages: Vec<Message>,
}

/// A condition: one form for each kind of field, as operators and values depend on it.
struct Condition;

impl JsonSchema for Condition {
    fn schema_name() -> Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut kinds: Vec<(FieldForm, Vec<&'static str>)> = Vec::new();
        for field in fields() {
            let alike = |other: &FieldForm| FieldForm { name: field.name, ..other.clone() } == field;
            match kinds.iter_mut().find(|(form, _)| alike(form)) {
                Some((_, names)) => names.push(field.name),
                None => kinds.push((field.clone(), vec![field.name])),
            }
        }
        let forms: Vec<Value> = kinds.iter().map(|(form, names)| condition(form, names)).collect();
        json_schema!({ "anyOf": forms })
    }
}

fn condition(form: &FieldForm, names: &[&str]) -> Value {
    let field = if form.keyed {
        json!({ "type": "string", "description": format!("{}KEY", form.name) })
    } else {
        json!({ "type": "string", "enum": names })
    };
    let mut properties = Map::new();
    properties.insert("field".to_owned(), field);
    properties.insert("operator".to_owned(), json!({ "type": "string", "enum": form.operators }));
    properties.insert("value".to_owned(), value(form));
    if form.narrowed {
        let said = "Counts only orders of a duration back from now (P30D) or between two dates (2026-01-01/2026-03-31)";
        properties.insert("within".to_owned(), json!({ "type": "string", "description": said }));
    }
    let takes_none = form.operators.contains(&"null");
    let required = if takes_none { json!(["field", "operator"]) } else { json!(["field", "operator", "value"]) };
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// One value, a list of them, and null where some operator takes none.
fn value(form: &FieldForm) -> Value {
    let (types, said) = match form.value {
        ValueForm::Text => (&["string"][..], None),
        ValueForm::Number => (&["number"][..], None),
        ValueForm::Flag => (&["boolean"][..], None),
        ValueForm::Segment => (&["string"][..], Some("The id of a segment")),
        ValueForm::Time => (&["string"][..], Some("A date or date-time; with within a duration (P30D) or two dates (A/B)")),
        ValueForm::Any => (&["string", "number", "boolean"][..], None),
    };
    let has = |names: &[&str]| form.operators.iter().any(|operator| names.contains(operator));
    let one = if let [only] = types { json!(only) } else { json!(types) };
    let mut forms = Vec::new();
    if form.operators.iter().any(|operator| !matches!(*operator, "in" | "notIn" | "between" | "notBetween" | "null" | "notNull"))
    {
        forms.push(json!({ "type": one }));
    }
    if has(&["in", "notIn", "between", "notBetween"]) {
        forms.push(json!({ "type": "array", "items": { "type": one }, "minItems": 1 }));
    }
    if has(&["null", "notNull"]) {
        forms.push(json!({ "type": "null" }));
    }
    let mut schema = match forms.pop() {
        Some(only) if forms.is_empty() => only,
        last => json!({ "anyOf": forms.into_iter().chain(last).collect::<Vec<_>>() }),
    };
    if let (Some(said), Some(schema)) = (said, schema.as_object_mut()) {
        schema.insert("description".to_owned(), json!(said));
    }
    schema
}

fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    restrict(&mut schema);
    schema
}

/// Puts a schema into the words that `responseJsonSchema` knows.
fn restrict(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else { return };
    // Names of Rust types and integers tell a model nothing.
    for needless in ["title", "format"] {
        members.remove(needless);
    }
    if let Some(forms) = members.remove("oneOf") {
        let words: Option<Vec<Value>> =
            forms.as_array().map(|forms| forms.iter().map(|form| form.get("const").cloned()).collect()).unwrap_or_default();
        match words {
            Some(words) => {
                members.insert("type".to_owned(), json!("string"));
                members.insert("enum".to_owned(), Value::Array(words));
            }
            None => drop(members.insert("anyOf".to_owned(), forms)),
        }
    }
    if let Some(Value::Object(properties)) = members.get_mut("properties") {
        properties.values_mut().for_each(restrict);
    }
    if let Some(items) = members.get_mut("items") {
        restrict(items);
    }
    if let Some(Value::Array(forms)) = members.get_mut("anyOf") {
        forms.iter_mut().for_each(restrict);
    }
}

#[cfg(test)]
mod tests;
