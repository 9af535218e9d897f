//! What is said of a CRM's own attributes, and of its segments.

use crm_domain::ids::SegmentId;
use crm_domain::json::Json;

use crate::cursor::Reader;
use crate::figures::tested;
use crate::lists::Join;
use crate::tree::Node;
use crate::vocabulary::{AttributeType, Named};
use crate::words::{PRESENCE, SIZES};

impl Reader<'_> {
    /// "loyalty tier is gold", "points above 500", "attribute \"tier\" is unknown".
    pub(crate) fn attribute(&mut self, has: bool) -> Option<Node> {
        self.attempt(|reader| {
            let (key, kind) = reader.key()?;
            let field = format!("attributes.{key}");
            if has && reader.closes() && kind != Some(AttributeType::Flag) {
                return Some(Node::known(field, true));
            }
            if let Some(known) = reader.eat_phrase(&PRESENCE) {
                return Some(Node::known(field, known));
            }
            match kind {
                Some(AttributeType::Number) => reader.attribute_number(&field),
                // "club members"
                Some(AttributeType::Flag) => {
                    reader.attribute_flag(&field).or_else(|| Some(Node::is(field, "=", Json::Bool(true))))
                }
                Some(AttributeType::Text) => reader.text_test(&field).or_else(|| reader.attribute_text(&field)),
                None => {
                    reader.attribute_number(&field).or_else(|| reader.attribute_flag(&field)).or_else(|| reader.text_test(&field))
                }
            }
        })
    }

    /// The key of an attribute, and its type where the CRM knows it.
    fn key(&mut self) -> Option<(String, Option<AttributeType>)> {
        if !self.eat(&["attribute", "attributes"]) {
            return match self.eat_name(|named| matches!(named, Named::Attribute(..)))? {
                Named::Attribute(key, kind) => Some((key.clone(), Some(*kind))),
                _ => None,
            };
        }
        let key = self.quoted().map(str::to_owned);
        let key = key.unwrap_or_else(|| {
            self.at += 1;
            self.written(self.at - 1).to_owned()
        });
        Some((key, None))
    }

    fn attribute_number(&mut self, field: &str) -> Option<Node> {
        self.attempt(|reader| {
            reader.eat_all(&["is", "are", "of"]);
            let denied = !reader.is_phrase(&SIZES) && reader.eat(&["not"]);
            tested(field, reader.sizes()?).map(|node| node.negated_if(denied))
        })
    }

    fn attribute_flag(&mut self, field: &str) -> Option<Node> {
        self.attempt(|reader| {
            reader.eat(&["is"]);
            reader.eat_symbol(":");
            let denied = reader.eat(&["not"]);
            reader.eat_equals();
            let yes = reader.eat(&["true", "yes"]);
            (yes || reader.eat(&["false", "no"])).then(|| Node::is(field.to_owned(), "=", Json::Bool(yes)).negated_if(denied))
        })
    }

    /// "loyalty tier gold or platinum"
    fn attribute_text(&mut self, field: &str) -> Option<Node> {
        let (texts, _) = self.list(Self::some_text)?;
        Some(Node::Or(texts.into_iter().map(|text| Node::is(field.to_owned(), "=", Json::Text(text))).collect()))
    }

    /// "in segment Regulars", "on the list \"Fair 2026\"".
    pub(crate) fn listed(&mut self) -> Option<Node> {
        self.attempt(|reader| {
            reader.eat(&["in", "on", "from", "of"]);
            reader.eat(&["the"]);
            let said = reader.eat(&["segment", "segments", "list", "lists"]);
            let (ids, join) = reader.list(|reader| {
                if let Some(text) = reader.quoted().filter(|_| said) {
                    let known = reader.vocabulary.segment(text);
                    return known.or_else(|| SegmentId::parse(text)).map(|id| id.to_string());
                }
                match reader.eat_name(|named| matches!(named, Named::Segment(..)))? {
                    Named::Segment(_, id) => Some(id.to_string()),
                    _ => None,
                }
            })?;
            if !reader.eat(&["segment", "segments", "list", "lists"]) && !said {
                return None;
            }
            let one = |ids: Vec<String>| Node::is("segment", "in", Json::List(ids.into_iter().map(Json::Text).collect()));
            Some(if join == Join::And { Node::And(ids.into_iter().map(|id| one(vec![id])).collect()) } else { one(ids) })
        })
    }
}
