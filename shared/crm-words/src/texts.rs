//! What is said of texts, tags, consents, attributes and segments.

use crm_domain::customer::Channel;
use crm_domain::json::Json;

use crate::cursor::Reader;
use crate::deeds::Done;
use crate::figures::tested;
use crate::lexer::Kind;
use crate::lists::Join;
use crate::places::Place;
use crate::tree::Node;
use crate::vocabulary::{AttributeType, Named};
use crate::words::{CHANNELS, CONSENTS, FIELDS, Field, PLACED, PRESENCE, TEXT_TESTS};

impl Reader<'_> {
    /// "from Pune, Goa or Delhi", "outside India".
    pub(crate) fn placed(&mut self) -> Option<Node> {
        self.attempt(|reader| {
            let outside = reader.eat(&["outside"]);
            if outside {
                reader.eat(&["of"]);
            } else {
                reader.eat_phrase(&PLACED)?;
                reader.eat_all(&["the", "city", "of"]);
            }
            let node = reader.places(true)?;
            reader.eat(&["city"]);
            Some(node.negated_if(outside))
        })
    }

    /// Places; nobody lives in two.
    pub(crate) fn places(&mut self, unknown: bool) -> Option<Node> {
        let (places, join) = self.list(|reader| {
            reader.eat(&["from", "in"]);
            reader.place(unknown)
        })?;
        let [first, more @ ..] = &*places else { return None };
        let text = |name: &String| Json::Text(name.clone());
        if more.is_empty() {
            return Some(Node::is(first.field, "=", text(&first.name)));
        }
        let equals = |place: &Place| Node::is(place.field, "=", text(&place.name));
        if join == Join::Comma && first.field == "city" && matches!(more, [country] if country.field == "country") {
            // "Pune, India"
            return Some(Node::And(places.iter().map(equals).collect()));
        }
        if more.iter().all(|place| place.field == first.field) {
            return Some(Node::is(first.field, "in", Json::List(places.iter().map(|place| text(&place.name)).collect())));
        }
        Some(Node::Or(places.iter().map(equals).collect()))
    }

    /// "tagged vip or wholesale", "with the tag newsletter", "without any tags".
    pub(crate) fn tagged(&mut self, has: bool) -> Option<Node> {
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
            let equals = reader.token(0).is_some_and(|token| token.kind == Kind::Compare("="));
            reader.at += usize::from(equals);
            match reader.list(Self::tag) {
                Some((_, Join::Comma)) => None,
                Some(tags) => {
                    reader.eat(&["tag", "tags"]);
                    Some(tags_node(tags).negated_if(denied))
                }
                None => has.then(|| Node::known("tags", true)),
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

    /// "opted in to WhatsApp", "unsubscribed from emails", "sms consent is true".
    pub(crate) fn consenting(&mut self) -> Option<Node> {
        self.attempt(|reader| {
            if let Some(agrees) = reader.eat_phrase(&CONSENTS) {
                let bare = reader.tokens.get(reader.at - 1).is_some_and(|token| token.word.ends_with("subscribed"));
                reader.done = Some(Done::Agreed(agrees));
                return reader.agreed(agrees).or_else(|| bare.then(|| consent(Channel::Email, agrees).vague()));
            }
            let field = ["emailconsent", "smsconsent", "whatsappconsent"].iter().position(|name| *name == reader.word(0));
            let channels = match field.and_then(|place| Channel::ALL.get(place)) {
                Some(channel) => {
                    reader.at += 1;
                    (vec![*channel], Join::Only)
                }
                None if reader.eat(&["consent", "permission"]) => {
                    reader.eat(&["for", "to", "on"]);
                    reader.list(Self::channel)?
                }
                None => {
                    let channels = reader.list(Self::channel)?;
                    let says = reader.eat(&["consent", "consents", "permission", "subscribers", "subscriber", "subscription"])
                        || reader.eat(&["opt"]) && reader.eat(&["in", "ins"]);
                    if !says {
                        return None;
                    }
                    channels
                }
            };
            reader.eat(&["is", "was"]);
            reader.eat_symbol(":");
            let not = reader.eat(&["not"]);
            reader.eat(&["equals"]);
            if matches!(reader.token(0).map(|token| &token.kind), Some(Kind::Compare("="))) {
                reader.at += 1;
            }
            let agrees = !reader.eat(&["false", "no", "off", "withdrawn", "refused"]);
            reader.eat(&["true", "yes", "given", "on"]);
            Some(consents_node(channels, agrees).negated_if(not))
        })
    }

    /// "to emails or SMS", after what says whether they are wanted.
    pub(crate) fn agreed(&mut self, agrees: bool) -> Option<Node> {
        self.attempt(|reader| {
            reader.eat_all(&[
                "to",
                "receive",
                "receiving",
                "get",
                "our",
                "the",
                "their",
                "any",
                "for",
                "marketing",
                "messages",
                "on",
                "by",
                "via",
                "from",
                "of",
            ]);
            reader.list(Self::channel).map(|channels| consents_node(channels, agrees))
        })
    }

    fn channel(&mut self) -> Option<Channel> {
        self.eat(&["to", "from", "our", "the"]);
        let channel = self.eat_phrase(&CHANNELS)?;
        self.eat_all(&[
            "messages",
            "updates",
            "promotions",
            "offers",
            "communication",
            "communications",
            "notifications",
            "alerts",
            "marketing",
        ]);
        self.attempt(|reader| (reader.eat(&["from"]) && reader.eat(&["us"])).then_some(()));
        Some(channel)
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
                let text = reader.some_text()?;
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
    fn text_test(&mut self, field: &str) -> Option<Node> {
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
            let operator = match reader.token(0)?.kind {
                Kind::Compare(operator @ ("=" | "!=")) => {
                    reader.at += 1;
                    denied ^= operator == "!=";
                    "="
                }
                _ => reader
                    .eat_phrase(&TEXT_TESTS)
                    .or(Some("=").filter(|_| auxiliary || matches!(field, "city" | "country" | "timeZone" | "phone")))?,
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

    /// "loyalty tier is gold", "points above 500", "attribute \"tier\" is unknown".
    pub(crate) fn attribute(&mut self, has: bool) -> Option<Node> {
        self.attempt(|reader| {
            let (key, kind) = if reader.eat(&["attribute", "attributes"]) {
                match reader.quoted() {
                    Some(key) => (key.to_owned(), None),
                    None => {
                        reader.at += 1;
                        (reader.written(reader.at - 1).to_owned(), None)
                    }
                }
            } else {
                match reader.eat_name(|named| matches!(named, Named::Attribute(..)))? {
                    Named::Attribute(key, kind) => (key.clone(), Some(*kind)),
                    _ => return None,
                }
            };
            let field = format!("attributes.{key}");
            if has && reader.closes() && kind != Some(AttributeType::Flag) {
                return Some(Node::known(field, true));
            }
            if let Some(known) = reader.eat_phrase(&PRESENCE) {
                return Some(Node::known(field, known));
            }
            if kind != Some(AttributeType::Text) && kind != Some(AttributeType::Flag) {
                let figures = reader.attempt(|reader| {
                    reader.eat_all(&["is", "are", "of"]);
                    let denied = reader.word(0) == "not" && !reader.is_phrase(&crate::words::SIZES) && reader.eat(&["not"]);
                    tested(&field, reader.sizes()?).map(|node| node.negated_if(denied))
                });
                if figures.is_some() || kind == Some(AttributeType::Number) {
                    return figures;
                }
            }
            if kind != Some(AttributeType::Text) {
                let flag = reader.attempt(|reader| {
                    reader.eat(&["is"]);
                    reader.eat_symbol(":");
                    let denied = reader.eat(&["not"]);
                    let equals = matches!(reader.token(0)?.kind, Kind::Compare("="));
                    reader.at += usize::from(equals);
                    let yes = reader.eat(&["true", "yes"]);
                    (yes || reader.eat(&["false", "no"]))
                        .then(|| Node::is(field.clone(), "=", Json::Bool(yes)).negated_if(denied))
                });
                if flag.is_some() {
                    return flag;
                }
                if kind == Some(AttributeType::Flag) {
                    return Some(Node::is(field, "=", Json::Bool(true)));
                }
            }
            let bare = |reader: &mut Self| reader.list(Self::some_text).filter(|_| kind.is_some()).map(|(texts, _)| texts);
            reader.text_test(&field).or_else(|| {
                let texts = bare(reader)?;
                Some(Node::Or(texts.into_iter().map(|text| Node::is(field.clone(), "=", Json::Text(text))).collect()))
            })
        })
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
                    return known.or_else(|| crm_domain::ids::SegmentId::parse(text)).map(|id| id.to_string());
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

fn tags_node((mut tags, join): (Vec<String>, Join)) -> Node {
    let contains = |tag: String| Node::is("tags", "contains", Json::Text(tag));
    match join {
        Join::Or => Node::is("tags", "in", Json::List(tags.into_iter().map(Json::Text).collect())),
        Join::And | Join::Comma => Node::And(tags.into_iter().map(contains).collect()),
        Join::Only => tags.pop().map_or(Node::Or(Vec::new()), contains),
    }
}

fn consents_node((channels, join): (Vec<Channel>, Join), agrees: bool) -> Node {
    let nodes: Vec<Node> = channels.into_iter().map(|channel| consent(channel, agrees)).collect();
    if join == Join::Or { Node::Or(nodes) } else { Node::And(nodes) }
}

fn consent(channel: Channel, agrees: bool) -> Node {
    let field = match channel {
        Channel::Email => "emailConsent",
        Channel::Sms => "smsConsent",
        Channel::Whatsapp => "whatsappConsent",
    };
    Node::is(field, "=", Json::Bool(agrees))
}
