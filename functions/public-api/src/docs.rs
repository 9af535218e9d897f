//! The API's document, and the page that shows it to people: made here, so that it needs no script and no other server.

use std::sync::OnceLock;

use crm_domain::ports::StoreError;
use crm_lambda::problem::Problem;
use minijinja::{AutoEscape, Environment, context};
use serde_json::Value;

/// The document, as it was made of the code when this was built.
pub const OPENAPI: &str = include_str!("../../../infra/openapi.json");

const PAGE: &str = include_str!("docs.html");

/// The page.
pub fn page() -> Result<&'static str, Problem> {
    static RENDERED: OnceLock<Result<String, String>> = OnceLock::new();
    let rendered = RENDERED.get_or_init(|| render().map_err(|error| error.to_string()));
    rendered.as_deref().map_err(|error| StoreError::Corrupt(error.clone()).into())
}

fn render() -> Result<String, Box<dyn std::error::Error>> {
    let document: Value = serde_json::from_str(OPENAPI)?;
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("type", |schema: &minijinja::Value| {
        serde_json::to_value(schema).map(|schema| type_of(&schema)).unwrap_or_default()
    });
    Ok(environment.render_str(PAGE, context! { document => minijinja::value::Serde(document) })?)
}

/// A schema in a few words: `Customer[]`, `text, 1 to 200`, `date-time or none`.
fn type_of(schema: &Value) -> String {
    let text = |name: &str| schema.get(name).and_then(Value::as_str);
    if let Some(reference) = text("$ref") {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    for several in ["anyOf", "oneOf"] {
        if let Some(options) = schema.get(several).and_then(Value::as_array) {
            return options.iter().map(type_of).collect::<Vec<_>>().join(" or ");
        }
    }
    if let Some(options) = schema.get("enum").and_then(Value::as_array) {
        return options.iter().map(|one| one.as_str().unwrap_or("null").to_owned()).collect::<Vec<_>>().join(" | ");
    }
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => "any".to_owned(),
    };
    let kind = match schema.get("items") {
        Some(items) => format!("{}[]", type_of(items)),
        None => text("format").map_or(kind, str::to_owned),
    };
    let bound = |name: &str| schema.get(name).map(Value::to_string);
    let low = bound("minLength").or_else(|| bound("minimum")).or_else(|| bound("minItems"));
    let high = bound("maxLength").or_else(|| bound("maximum")).or_else(|| bound("maxItems"));
    match (low, high) {
        (Some(low), Some(high)) => format!("{kind}, {low} to {high}"),
        (None, Some(high)) => format!("{kind}, at most {high}"),
        _ => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_every_operation_and_shape() {
        let page = page().unwrap();
        let document: Value = serde_json::from_str(OPENAPI).unwrap();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for operation in methods.as_object().unwrap().values() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(page.contains(&format!("id=\"{id}\"")), "{id} at {path}");
            }
        }
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            assert!(page.contains(&format!("id=\"schema-{name}\"")), "{name}");
        }
        assert!(!page.contains("<script"));
    }
}
