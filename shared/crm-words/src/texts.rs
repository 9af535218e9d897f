//! What is said of names, addresses and tags.

use crm_domain::json::Json;

use crate::cursor::Reader;
use crate::lists::Join;
use crate::tree::Node;
use crate::vocabulary::Named;
use crate::words::{FIELDS, Field, PRESENCE, TEXT_TESTS};

impl Reader<'_> {
    /// "tagged vip or wholesale", "with the tag newsletter", "without any tags".
    pub(crate) fn tagged(&mut self, has: bool) -> Option<Node> {
        let start = self.at;
        self.attempt(|reader| {
            if reader.eat(&["untagged"]) {
                return Some(Node::known("tags", false));
            }
            let before = reader.attempt(|reader| {
                reader.eat_all(&["the", "a"]);
                let worded = |tag: &String| !tag.starts_with(|c: char| c.is_ascii_digit());
                let tags = reader.list(|reader| reader.tag().filter(worded))?;
                reader.eat(&["tag", "tags"]).then(|| tags_node(tags))
            });
            if before.is_some() {
                return before.filter(|_| has);
            }
            let verb = reader.eat(&["tagged", "labelled", "labeled"]);
            if !verb && !reader.eat(&["tag", "tags", "label", "labels"]) {
                return None;
            }
            if let Some(known) = reader.eat_phrase(&PRESENCE) {
                return Some(Node::known("tags", known));
            }
            reader.eat_all(&["as", "with", "is", "are", "of", "called", "named", "do", "does"]);
            let denied = reader.eat(&["not", "neither"]);
            reader.eat(&["contains", "contain", "include", "includes", "including"]);
            reader.eat_symbol(":");
            reader.eat_equals();
            match reader.list(Self::tag) {
                // All of them, or any?
                Some((_, Join::Comma)) => Some(reader.unread(start, true)),
                Some(tags) => {
                    reader.eat(&["tag", "tags"]);
                    Some(tags_node(tags).negated_if(denied))
                }
                None => (has || verb && reader.closes()).then(|| Node::known("tags", true).negated_if(denied)),
            }
        })
    }

    fn tag(&mut self) -> Option<String> {
        self.eat(&["as"]);
        if let Some(Named::Tag(name)) = self.eat_name(|named| matches!(named, Named::Tag(_))) {
            return Some(name.clone());
        }
        self.some_text()
    }

    /// A tag by name alone, as in "vip customers".
    pub(crate) fn known_tag(&mut self) -> Option<Node> {
        if let Some(Named::Tag(name)) = self.eat_name(|named| matches!(named, Named::Tag(_))) {
            return Some(Node::is("tags", "contains", Json::Text(name.clone())));
        }
        self.eat(&["vip", "vips"]).then(|| Node::is("tags", "contains", "vip"))
    }

    /// "name starts with A", "without a phone number", "city is not Goa".
    pub(crate) fn text_field(&mut self, has: bool) -> Option<Node> {
        self.attempt(|reader| {
            let zone = reader.attempt(|reader| {
                reader.eat_all(&["in", "the"]);
                let zone = reader.some_text().filter(|text| text.contains('/'))?;
                matches!(reader.eat_phrase(&FIELDS)?, Field::Text("timeZone"))
                    .then(|| Node::is("timeZone", "=", Json::Text(zone)))
            });
            if zone.is_some() {
                return zone;
            }
            if reader.word(0) == "in" && FIELDS.find(reader.rest().get(1..).unwrap_or_default()).is_some() {
                reader.at += 1;
            }
            let named = matches!(reader.word(0), "named" | "called");
            let field = if named {
                reader.at += 1;
                "name"
            } else {
                let stated = ["unknown", "missing", "known"].iter().position(|word| *word == reader.word(0));
                reader.at += usize::from(stated.is_some());
                let Field::Text(field) = reader.eat_phrase(&FIELDS)? else { return None };
                if let Some(place) = stated {
                    return Some(Node::known(field, place == 2));
                }
                field
            };
            if named {
                // "called support" is another thing.
                let by_name = reader.word_before() == "named" || reader.is_capital(0) || reader.word(0).is_empty();
                let text = if by_name { reader.some_text()? } else { return None };
                return Some(Node::is(field, if text.contains(' ') { "=" } else { "contains" }, Json::Text(text)));
            }
            if let Some(known) = reader.eat_phrase(&PRESENCE) {
                return Some(Node::known(field, known));
            }
            let asked = reader.text_test(field);
            asked.or_else(|| (has && (reader.ended() || reader.is_structure(0))).then(|| Node::known(field, true)))
        })
    }

    /// "is not Goa", "contains 'x'", after a field that is named.
    pub(crate) fn text_test(&mut self, field: &str) -> Option<Node> {
        self.attempt(|reader| {
            let mut denied = false;
            let start = reader.at;
            let equals = reader.eat_symbol(":");
            if matches!(reader.word(0), "that" | "which") {
                reader.at += 1;
            }
            let mut auxiliary = equals || reader.eat(&["is", "are", "does", "do", "has"]);
            if reader.eat(&["not"]) {
                denied = true;
                auxiliary = true;
            } else if auxiliary && !equals {
                // The table has phrases that begin so.
                reader.at = start;
            }
            if let Some(known) = reader.eat_phrase(&PRESENCE).filter(|_| denied) {
                return Some(Node::known(field.to_owned(), known).negated());
            }
            let operator = match reader.eat_comparison() {
                Some(sign @ ("=" | "!=")) => {
                    denied ^= sign == "!=";
                    "="
                }
                Some(_) => return None,
                None => {
                    let bare = auxiliary
                        || matches!(field, "city" | "country" | "timeZone" | "phone")
                        || field == "name" && reader.is_capital(0);
                    reader.eat_phrase(&TEXT_TESTS).or(bare.then_some("="))?
                }
            };
            let denied_within = reader.eat(&["not", "neither"]);
            if field == "email"
                && matches!(operator, "=" | "endsWith")
                && let Some(node) = reader.attempt(Self::domains)
            {
                return Some(node.negated_if(denied ^ denied_within));
            }
            let opened = reader.eat_symbol("(");
            let (mut texts, join) = reader.list(|reader| {
                reader.eat(&["the"]);
                match field {
                    "city" | "country" => reader
                        .quoted()
                        .map(str::to_owned)
                        .or_else(|| reader.place(true).map(|place| place.name))
                        .or_else(|| reader.plain_text()),
                    _ => reader.some_text(),
                }
            })?;
            if opened && !reader.eat_symbol(")") {
                return None;
            }
            let node = match (operator, join) {
                ("=" | "in", Join::Or | Join::Comma) | ("in", _) => {
                    Node::is(field.to_owned(), "in", Json::List(texts.into_iter().map(Json::Text).collect()))
                }
                (operator, Join::Only) => Node::is(field.to_owned(), operator, Json::Text(texts.pop()?)),
                (operator, join) => {
                    let nodes = texts.into_iter().map(|text| Node::is(field.to_owned(), operator, Json::Text(text))).collect();
                    if join == Join::And { Node::And(nodes) } else { Node::Or(nodes) }
                }
            };
            Some(node.negated_if(denied ^ denied_within))
        })
    }

    /// "a gmail address", "gmail or yahoo users", "email at example.com".
    pub(crate) fn mailbox(&mut self) -> Option<Node> {
        self.attempt(|reader| {
            reader.eat_all(&["use", "uses", "using", "on", "at", "a", "an", "the", "email", "address"]);
            let node = reader.domains()?;
            reader.eat_all(&["address", "addresses", "account", "accounts", "email", "emails", "id", "ids", "domain", "domains"]);
            Some(node)
        })
    }

    /// One of some domains or whole addresses; nobody has two.
    fn domains(&mut self) -> Option<Node> {
        let (domains, _) = self.list(Self::domain)?;
        let operator = |domain: &str| if domain.starts_with('@') { "endsWith" } else { "=" };
        Some(Node::Or(domains.into_iter().map(|domain| Node::is("email", operator(&domain), Json::Text(domain))).collect()))
    }

    /// The part of an address from the `@`, or a whole address.
    fn domain(&mut self) -> Option<String> {
        const PROVIDERS: &[&str] = &["gmail", "yahoo", "hotmail", "outlook", "icloud", "rediffmail", "protonmail", "aol", "live"];
        let word = self.word(0);
        let domain = if PROVIDERS.contains(&word) {
            format!("@{word}.com")
        } else if word.contains('@') {
            word.to_owned()
        } else {
            let (name, end) = word.rsplit_once('.')?;
            let sound = !name.is_empty() && (2..=10).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_lowercase());
            sound.then(|| format!("@{word}"))?
        };
        self.at += 1;
        Some(domain)
    }
}

fn tags_node((mut tags, join): (Vec<String>, Join)) -> Node {
    let contains = |tag: String| Node::is("tags", "contains", Json::Text(tag));
    match join {
        Join::Or => Node::is("tags", "in", Json::List(tags.into_iter().map(Json::Text).collect())),
        Join::And | Join::Comma => Node::And(tags.into_iter().map(contains).collect()),
        Join::Only => tags.pop().map_or(Node::Or(Vec::new()), contains),
    }
}
