//! `infra/asyncapi.yaml` says what the code does: every example is a command, what it calls refused is refused for the reason
//! that it gives, and it knows the types that others may send and no more.
#![allow(clippy::unwrap_used, reason = "what fails in a helper fails its test")]

use std::collections::BTreeSet;

use crm_domain::event::{Event, Kind};
use crm_domain::faults::Faults;
use crm_domain::json::Json;
use crm_domain::money::Currency;
use crm_domain::time::Time;
use serde_json::{Value, json};

fn document() -> Value {
    serde_yaml_ng::from_str(include_str!("../../../infra/asyncapi.yaml")).unwrap()
}

/// The messages that the CRM takes in, by name.
fn taken(document: &Value) -> Vec<(String, Value)> {
    let mut names = BTreeSet::new();
    for operation in document["operations"].as_object().unwrap().values().filter(|one| one["action"] == "receive") {
        let channel = resolve(document, &operation["channel"]);
        for message in channel["messages"].as_object().unwrap().values() {
            names.insert(message["$ref"].as_str().unwrap().rsplit('/').next().unwrap().to_owned());
        }
    }
    names.into_iter().map(|name| (name.clone(), document["components"]["messages"][&name].clone())).collect()
}

fn resolve<'a>(document: &'a Value, reference: &Value) -> &'a Value {
    document.pointer(reference["$ref"].as_str().unwrap().strip_prefix('#').unwrap()).unwrap()
}

/// The events of a payload, each by itself as the worker reads it.
fn read(payload: &Value) -> Vec<Result<Event, Faults>> {
    let now = Time::parse("2026-11-25T12:00:00Z").unwrap();
    let events = payload.as_array().cloned().unwrap_or_else(|| vec![payload.clone()]);
    let read =
        |event: &Value| Event::parse(&Json::parse(event.to_string().as_bytes()).unwrap(), &Currency::parse("INR").unwrap(), now);
    events.iter().map(read).collect()
}

fn payloads<'a>(message: &'a Value, list: &str) -> Vec<&'a Value> {
    message[list].as_array().into_iter().flatten().map(|one| &one["payload"]).collect()
}

#[test]
fn every_public_type_is_documented_and_no_other() {
    let documented: BTreeSet<String> = taken(&document())
        .iter()
        .filter(|(_, message)| message["payload"]["type"] != "array")
        .map(|(_, message)| {
            let kind = message["payload"]["allOf"][1]["properties"]["type"]["const"].as_str().unwrap();
            assert_eq!(message["name"], kind);
            kind.to_owned()
        })
        .collect();
    let public = Kind::ALL.into_iter().filter(|kind| kind.is_public()).map(|kind| kind.as_str().to_owned());
    assert_eq!(documented, public.collect());
}

#[test]
fn every_example_is_a_command() {
    for (name, message) in taken(&document()) {
        let examples = payloads(&message, "examples");
        assert!(!examples.is_empty(), "{name} has no example");
        for payload in examples {
            for event in read(payload) {
                assert!(event.is_ok(), "{name}: {event:?}");
            }
        }
    }
}

#[test]
fn the_body_of_the_command_line_example_is_a_command() {
    let body: Value = serde_json::from_str(include_str!("../../../infra/examples/order.json")).unwrap();
    assert!(read(&body)[0].is_ok());
}

#[test]
fn what_is_called_refused_is_refused_for_the_reason_given() {
    let mut refused = 0;
    for (name, message) in taken(&document()) {
        for one in message["x-refused"].as_array().into_iter().flatten() {
            let read = read(&one["payload"]);
            let [Err(faults)] = read.as_slice() else { panic!("{name}: {one} is understood") };
            assert_eq!(faults.to_string(), one["reason"].as_str().unwrap(), "{name}");
            refused += 1;
        }
    }
    assert!(refused >= 5);
}

#[test]
fn an_example_that_lacks_an_attribute_or_has_a_member_too_many_is_refused() {
    for (name, message) in taken(&document()) {
        for payload in payloads(&message, "examples").into_iter().filter(|payload| payload.is_object()) {
            for attribute in ["specversion", "id", "source", "type", "time", "data"] {
                let mut without = payload.clone();
                without.as_object_mut().unwrap().remove(attribute);
                assert!(read(&without)[0].is_err(), "{name} needs no {attribute}");
            }
            for (pointer, value) in
                [("/specversion", json!("0.3")), ("/type", json!("crm.unknown.v1")), ("/time", json!("2199-01-01T00:00:00Z"))]
            {
                let mut other = payload.clone();
                *other.pointer_mut(pointer).unwrap() = value;
                assert!(read(&other)[0].is_err(), "{name}: any {pointer} will do");
            }
            let mut more = payload.clone();
            more["data"]["unheardOf"] = json!(1);
            assert!(read(&more)[0].is_err(), "{name} takes unknown members");
        }
    }
}
