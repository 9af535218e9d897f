//! Reading the wire form of rules, with every fault of it named by its path.

use crate::faults::{Faults, Fields, Patch, Reason, boolean};
use crate::ids::SegmentId;
use crate::json::Json;
use crate::limits::{EXPANDED_CONDITIONS, EXPANDED_DEPTH, RULE_CONDITIONS, RULE_DEPTH};
use crate::money::Currency;

use super::condition::{Condition, Group, Node, Wire};
use super::field::{Combinator, Field, Operator};
use super::values::Value;
use super::window::Window;

/// How many groups rules may have in all.
pub const MAX_GROUPS: usize = 1000;
/// How long the wire form may be: a segment is stored with up to three in one item (`DynamoDB` takes 400 KB).
pub const MAX_BYTES: usize = 120 * 1024;

/// How large a tree may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) conditions: usize,
    pub(super) depth: usize,
    /// Whether groups may say which segment's rules they are.
    pub(super) expanded: bool,
}

/// As people write them.
pub(super) const WRITTEN: Bounds = Bounds { conditions: RULE_CONDITIONS, depth: RULE_DEPTH, expanded: false };
/// With the segments that they name written out.
pub(super) const EXPANDED: Bounds = Bounds { conditions: EXPANDED_CONDITIONS, depth: EXPANDED_DEPTH, expanded: true };

/// Reads and compiles rules that stand at `path` of a body.
pub(super) fn parse(json: &Json, path: &str, currency: &Currency, bounds: Bounds) -> Result<Group, Faults> {
    let mut parser = Parser { currency, bounds, conditions: 0, groups: 0, faults: Faults::default() };
    let root = parser.group(json, path, 1);
    let Parser { conditions, groups, mut faults, .. } = parser;
    if conditions > bounds.conditions {
        faults.add(path, format!("must have at most {} conditions, not {conditions}", bounds.conditions));
    }
    if groups > MAX_GROUPS {
        faults.add(path, format!("must have at most {MAX_GROUPS} groups, not {groups}"));
    }
    match root {
        Some(root) if faults.is_empty() => {
            if root.to_json().to_string().len() > MAX_BYTES {
                return Err(Faults::of(path, format!("must be at most {} KB of JSON", MAX_BYTES / 1024)));
            }
            Ok(root)
        }
        _ => Err(faults),
    }
}

struct Parser<'a> {
    currency: &'a Currency,
    bounds: Bounds,
    conditions: usize,
    groups: usize,
    faults: Faults,
}

impl Parser<'_> {
    fn group(&mut self, json: &Json, path: &str, depth: usize) -> Option<Group> {
        self.groups += 1;
        if self.groups > MAX_GROUPS {
            return None;
        }
        if depth > self.bounds.depth {
            self.faults.add(path, format!("must not nest groups more than {} deep", self.bounds.depth));
            return None;
        }
        let mut fields = self.open(json, path)?;
        let _ignored = fields.raw("id");
        let combinator = fields.required("combinator", Combinator::from_json);
        let not = match fields.optional("not", boolean) {
            Patch::Set(not) => Some(not),
            Patch::Absent | Patch::Clear => None,
        };
        let segment = match self.bounds.expanded.then(|| fields.raw("segment")).flatten() {
            Some(json) => json.as_text().and_then(SegmentId::parse),
            None => None,
        };
        let rules = fields.required("rules", |json| match json {
            Json::List(rules) => Ok(rules),
            _ => Err("must be a list".into()),
        });
        let place = fields.place("rules");
        let sound = self.close(fields);
        let rules = rules?;
        let mut nodes = Vec::with_capacity(rules.len().min(self.bounds.conditions));
        for (index, rule) in rules.iter().enumerate() {
            nodes.extend(self.node(rule, &format!("{place}[{index}]"), depth));
        }
        // Whatever is missing here was noted as a fault where it stands.
        sound?;
        Some(Group::new(combinator?, not, nodes).of(segment))
    }

    fn node(&mut self, json: &Json, path: &str, depth: usize) -> Option<Node> {
        if json.get("rules").is_some() || json.get("combinator").is_some() {
            return self.group(json, path, depth + 1).map(Node::Group);
        }
        self.conditions += 1;
        // Further ones are counted only, so that a huge body does not get a huge answer.
        if self.conditions > self.bounds.conditions {
            return None;
        }
        self.condition(json, path).map(Node::Condition)
    }

    fn condition(&mut self, json: &Json, path: &str) -> Option<Condition> {
        let mut fields = self.open(json, path)?;
        let _ignored = fields.raw("id");
        let _checked = fields.optional("valueSource", value_source);
        let field = fields.required("field", Field::from_json);
        let operator = fields.required("operator", Operator::from_json);
        let within = fields.optional("within", |json| Ok((Window::from_json(json)?, json.as_text().map(str::to_owned))));
        let value = fields.raw("value");
        let place = fields.place("value");

        let within = within.value();
        if let Some(field) = field.as_ref().filter(|field| within.is_some() && !field.takes_window()) {
            fields.fault("within", format!("does not go with {}: only conditions about orders can be narrowed", field.name()));
        }
        if let (Some(field), Some(operator)) = (&field, operator)
            && !field.operators().contains(&operator)
        {
            fields.fault("operator", misfit(field));
            self.close(fields)?;
            return None;
        }
        let takes_none = matches!(operator, Some(Operator::Null | Operator::NotNull));
        let missing = matches!(value, None | Some(Json::Null)) && operator.is_some() && !takes_none;
        if missing {
            fields.fault("value", "is required");
        }
        let sound = self.close(fields);
        let (field, operator) = (field?, operator?);
        if missing {
            return None;
        }
        let (window, within) = within.unzip();
        let (positive, negated) = operator.positive();
        let mut reader = Value { json: value.unwrap_or(&Json::Null), place, currency: self.currency, faults: &mut self.faults };
        let test = reader.test(field.clone(), positive, window)?;
        let value = if takes_none { value.filter(|value| is_small(value)) } else { value };
        let wire = Wire { field, operator, value: value.cloned(), within: within.flatten() };
        sound?;
        Some(Condition { test, negated, wire: Box::new(wire) })
    }

    fn open<'j>(&mut self, json: &'j Json, path: &str) -> Option<Fields<'j>> {
        Fields::of(json, path).map_err(|faults| self.faults.0.extend(faults.0)).ok()
    }

    fn close(&mut self, fields: Fields<'_>) -> Option<()> {
        fields.finish().map_err(|faults| self.faults.0.extend(faults.0)).ok()
    }
}

/// Query builders can also compare two fields; these rules cannot.
fn value_source(json: &Json) -> Result<(), Reason> {
    if json.as_text() == Some("value") { Ok(()) } else { Err("must be \"value\"".into()) }
}

fn misfit(field: &Field) -> String {
    let allowed: Vec<&str> = field.operators().iter().map(|operator| operator.as_str()).collect();
    format!("does not go with {}: use one of {}", field.name(), allowed.join(", "))
}

/// Whether an ignored value is kept, for those who read back what they wrote.
fn is_small(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => true,
        Json::Text(text) => text.len() <= 500,
        Json::List(_) | Json::Object(_) => false,
    }
}
