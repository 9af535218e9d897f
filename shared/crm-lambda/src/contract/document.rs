//! The `OpenAPI` 3.1 document: one entry per operation of the table. Its schemas are JSON Schema 2020-12, which is what
//! schemars makes, so that nothing is translated.

use crm_domain::access::{Permission, Role, Scope};
use crm_domain::customer::Channel;
use crm_domain::domain_event::{EventType, data};
use crm_domain::limits;
use crm_domain::message::MessageStatus;
use crm_domain::suppression::SuppressionReason;
use crm_domain::webhook::delivery::Outcome;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::absence;
use crate::operation::{Operation, Replay, Success, Verb};
use crate::problem;
use crate::routes;

/// The whole document.
#[must_use]
pub fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let problem = generator.subschema_for::<problem::Shape>();
    let mut paths = Map::new();
    for operation in routes::ALL {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.verb.as_str().to_ascii_lowercase()] = described(operation, &mut generator);
    }
    let mut paths = Value::Object(paths);
    plain(&mut paths);
    let mut webhooks =
        Value::Object(EventType::ALL.into_iter().map(|kind| (kind.as_str().to_owned(), told(kind, &mut generator))).collect());
    plain(&mut webhooks);
    let mut schemas = generator.take_definitions(true);
    absence::leave_out(&mut schemas, &paths);
    let mut schemas = Value::Object(schemas);
    plain(&mut schemas);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Mini CRM",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Customers, orders, living segments and campaigns. Errors are problem details (RFC 9457) with a stable code.",
            "license": {"name": "ISC", "identifier": "ISC"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "webhooks": webhooks,
        "components": {
            "schemas": schemas,
            "responses": {"Problem": {"description": "What went wrong.", "content": {"application/problem+json": {"schema": problem}}}},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "An access token, or an API key of an integration."},
            },
        },
    })
}

fn described(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let mut answers = Map::new();
    for success in operation.answers.iter().flatten() {
        answers.insert(success.status.to_string(), answer(success, generator));
    }
    for status in refusals(operation) {
        answers.insert(status.to_string(), json!({"$ref": "#/components/responses/Problem"}));
    }
    let public = operation.permission == Permission::Public;
    let mut described = json!({
        "operationId": operation.id(),
        "summary": operation.summary,
        "tags": [tag(operation.path)],
        "x-function": operation.function,
        "parameters": parameters(operation),
        "responses": answers,
    });
    if public {
        described["security"] = json!([]);
    } else {
        let roles: Vec<&str> =
            Role::ALL.into_iter().filter(|role| operation.permission.held_by(*role)).map(Role::as_str).collect();
        described["x-roles"] = json!(roles);
        described["x-scope"] = match operation.permission.scope() {
            Some(Scope::Ingest) => json!("ingest"),
            Some(Scope::Read) => json!("read"),
            None => Value::Null,
        };
    }
    if let Some(body) = operation.body {
        let schema = body(generator);
        described["requestBody"] = json!({"required": true, "content": {operation.body_media: {"schema": schema}}});
    }
    described
}

/// What a webhook is sent.
fn told(kind: EventType, generator: &mut SchemaGenerator) -> Value {
    let data = data::schema(kind, generator);
    let text = |format: &str| json!({"type": "string", "format": format});
    let event = json!({
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": text("uuid"),
            "source": text("uri-reference"),
            "type": {"const": kind.as_str()},
            "subject": {"type": "string"},
            "time": text("date-time"),
            "datacontenttype": {"const": "application/json"},
            "data": data,
        },
    });
    json!({"post": {
        "operationId": kind.as_str(),
        "summary": "A CloudEvent 1.0, signed as Standard Webhooks say; the same one, by its id, may come again.",
        "tags": ["webhooks"],
        "requestBody": {"required": true, "content": {"application/cloudevents+json": {"schema": event}}},
        "responses": {"2XX": {"description": "Taken. With 410 nothing more is sent; with anything else it comes again for a day."}},
    }})
}

fn answer(success: &Success, generator: &mut SchemaGenerator) -> Value {
    let mut answer = json!({"description": success.description()});
    if let Some(schema) = success.schema {
        let schema = schema(generator);
        answer["content"] = json!({success.media: {"schema": schema}});
    }
    answer
}

/// What may be refused follows from the operation's kind.
fn refusals(operation: &Operation) -> Vec<u16> {
    let mut statuses = vec![429, 500, 503];
    let public = operation.permission == Permission::Public;
    if !public || operation.verb == Verb::Post {
        statuses.extend([401, 403]);
    }
    if operation.path.contains('{') {
        statuses.extend([400, 404, 422]);
    }
    if operation.is_paged {
        statuses.extend([400, 422]);
    }
    if !operation.query.is_empty() {
        statuses.extend([400, 404, 422]);
    }
    if operation.verb != Verb::Get {
        statuses.extend([400, 409, 413, 422]);
    }
    if operation.may_conflict {
        statuses.push(409);
    }
    if operation.takes_match {
        statuses.push(412);
    }
    statuses.sort_unstable();
    statuses.dedup();
    statuses.retain(|status| operation.answers.iter().flatten().all(|success| success.status != *status));
    statuses
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let mut parameters = Vec::new();
    let mut say = |place: &str, name: &str, required: bool, schema: Value| {
        parameters.push(json!({"in": place, "name": name, "required": required, "schema": schema}));
    };
    for name in operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        say("path", name, true, json!({"type": "string", "minLength": 1}));
    }
    for (name, required) in operation.query {
        say("query", name, *required, asked(name));
    }
    if operation.is_paged {
        let limit = json!({"type": "integer", "minimum": 1, "maximum": limits::PAGE, "default": limits::PAGE_DEFAULT});
        say("query", "limit", false, limit);
        say("query", "cursor", false, json!({"type": "string", "description": "`nextCursor` of the page before."}));
    }
    if operation.may_wait {
        let prefer = json!({
            "type": "string", "examples": ["respond-async"],
            "description": "respond-async: rather wait for a model that is over its quota (RFC 7240): 202 then, with where to ask for the answer.",
        });
        say("header", "Prefer", false, prefer);
    }
    if operation.replay != Replay::Unneeded {
        let key = json!({
            "type": "string", "minLength": 1, "maxLength": limits::IDEMPOTENCY_KEY,
            "description": "The same request again, within 24 hours, gets the first answer and changes nothing.",
        });
        say("header", "Idempotency-Key", false, key);
    }
    if operation.takes_match {
        say("header", "If-Match", false, json!({"type": "string", "description": "The ETag that the change is based on."}));
    }
    parameters
}

/// A query parameter means the same wherever it stands, so its name says what it may be.
fn asked(name: &str) -> Value {
    let words: Vec<&str> = match name {
        "action" => vec!["add", "remove"],
        "status" => MessageStatus::ALL.into_iter().map(MessageStatus::as_str).collect(),
        "outcome" => Outcome::ALL.into_iter().map(Outcome::as_str).collect(),
        "channel" => Channel::ALL.into_iter().map(Channel::as_str).collect(),
        "reason" => SuppressionReason::ALL.into_iter().map(SuppressionReason::as_str).collect(),
        _ => return json!({"type": "string"}),
    };
    json!({"type": "string", "enum": words})
}

fn tag(path: &str) -> &str {
    match path.split('/').nth(1) {
        Some("auth") => "sign-in",
        _ => path.split('/').nth(2).unwrap_or("api"),
    }
}

/// Takes out formats that say no more than the type, and would become big integers in generated clients.
fn plain(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("format").and_then(Value::as_str).is_some_and(|format| format.contains("int") || format == "double") {
                members.remove("format");
            }
            members.values_mut().for_each(plain);
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `make openapi` writes the file; this says when that is due.
    #[test]
    fn the_document_in_the_repository_is_that_of_the_code() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/openapi.json");
        let made = format!("{}\n", serde_json::to_string_pretty(&document()).unwrap());
        let is_kept = std::fs::read_to_string(file).unwrap_or_default() == made;
        if !is_kept && std::env::var_os("WRITE_OPENAPI").is_some() {
            std::fs::write(file, &made).unwrap();
            return;
        }
        assert!(is_kept, "infra/openapi.json is out of date: make openapi");
    }
}
