//! People by noun and adjective: "high-value customers from Pune", "gmail users", "everyone".

use crm_domain::json::Json;

use crate::cursor::Reader;
use crate::deeds::Done;
use crate::lexer::Kind;
use crate::times::When;
use crate::tree::{EVERYONE, NO_ONE, Node};
use crate::vocabulary::Named;
use crate::words::{CONVENTIONS, Convention, DEEDS, Deed};
use crate::words::{DETERMINERS, PEOPLE};

/// How many words may stand before the noun.
const MAX_BEFORE: usize = 8;

impl Reader<'_> {
    /// Where the noun of the people stands who are named here.
    pub(crate) fn people_ahead(&self) -> Option<usize> {
        let mut at = self.at;
        let mut joined = false;
        // "became customers"
        if DEEDS.find(self.rest()).is_some_and(|(_, length)| length > 1) {
            return None;
        }
        while at < self.at + MAX_BEFORE {
            let rest = self.tokens.get(at..)?;
            let token = rest.first()?;
            if self.vocabulary.find(rest, |named| matches!(named, Named::Attribute(..))).is_some() {
                return None;
            }
            if token.kind != Kind::Word {
                return None;
            }
            let word = &*token.word;
            let more = self.described(rest);
            let ends = rest.get(1).is_none_or(|token| {
                matches!(token.kind, Kind::Symbol(_))
                    || crate::words::STRUCTURE.contains(&*token.word) && !PEOPLE.contains(&*token.word)
            });
            if word == "no" && rest.get(1).is_some_and(|token| token.word == "one") {
                return Some(at + 1);
            }
            if word == "all" && ends || matches!(word, "vips" | "nobody") {
                return Some(at);
            }
            let determines = matches!(word, "those" | "any") || DETERMINERS.contains(&word);
            let follows = |words: &[&str]| rest.get(1).is_some_and(|token| words.contains(&&*token.word));
            if PEOPLE.contains(word) && !(determines && self.noun_after(at)) {
                // "buyers of tea", "subscribers of the newsletter"
                return (!follows(&["of", "to"])).then_some(at);
            }
            if let Some(length) = more {
                at += length;
                joined = true;
            } else if determines
                || word == "non"
                || joined && matches!(word, "and" | "or")
                || !crate::words::STRUCTURE.contains(word)
            {
                at += 1;
            } else {
                return None;
            }
        }
        None
    }

    fn noun_after(&self, at: usize) -> bool {
        self.tokens.get(at + 1).is_some_and(|token| PEOPLE.contains(&*token.word))
    }

    /// How many words an adjective has that is known.
    fn described(&self, tokens: &[crate::lexer::Token]) -> Option<usize> {
        let convention = CONVENTIONS.find(tokens).map(|(_, length)| length);
        convention
            .or_else(|| self.vocabulary.find(tokens, |named| !matches!(named, Named::Attribute(..))).map(|(_, length)| length))
    }

    /// People, with what is said of them.
    pub(crate) fn people(&mut self) -> Option<Node> {
        let noun = self.people_ahead()?;
        let mut node = EVERYONE;
        while self.at < noun {
            if self.eat(DETERMINERS) || self.eat(&["no"]) {
                continue;
            }
            let start = self.at;
            node = node.and(match self.adjectives(noun) {
                Some(node) => node,
                None => {
                    self.at = (start + 1).max(self.at);
                    while self.at < noun && self.described(self.rest()).is_none() {
                        self.at += 1;
                    }
                    self.unread(start, false)
                }
            });
        }
        match self.word(0) {
            "vips" => node = node.and(Node::is("tags", "contains", "vip")),
            "nobody" => node = node.and(NO_ONE),
            "subscriber" | "subscribers" => node = node.and(Node::is("emailConsent", "=", Json::Bool(true)).vague()),
            "one" if self.tokens.get(self.at.wrapping_sub(1)).is_some_and(|token| token.word == "no") => node = NO_ONE,
            _ => {}
        }
        self.at = noun + 1;
        self.eat(&["customers", "people", "users"]);
        self.attempt(|reader| (reader.eat(&["at"]) && reader.eat(&["all"])).then_some(()));
        while let Some(more) = self.postmodifier() {
            node = node.and(more);
        }
        let before = std::mem::replace(&mut self.of_people, true);
        let node = self.relative(node);
        self.of_people = before;
        Some(node)
    }

    fn postmodifier(&mut self) -> Option<Node> {
        self.attempt(Self::placed).or_else(|| self.dated())
    }

    /// "new customers this year", "repeat buyers in the last 90 days", "customers since 2023".
    fn dated(&mut self) -> Option<Node> {
        let start = self.at;
        let since = self.word(0) == "since";
        let denied = self.denied;
        self.denied |= self.done == Some(Done::Deed(Deed::Inactive));
        let when = self.when();
        self.denied = denied;
        let when = when?;
        Some(match self.done.clone() {
            Some(Done::Deed(Deed::Inactive)) => self.did(Deed::Active, &when).negated(),
            Some(Done::Deed(deed)) => self.did(deed, &when),
            Some(Done::Counted(counted)) => self.narrowed(start, counted, Some(when)),
            None if since && matches!(when, When::Since(_)) => Self::moment("createdAt", &when),
            _ => self.unread(start, true),
        })
    }

    /// "who ...", "with ...", ": ...", after a noun.
    fn relative(&mut self, node: Node) -> Node {
        let start = self.at;
        let comma = self.eat_symbol(",");
        let names = matches!(self.word(0), "who" | "whose" | "which" | "with" | "having");
        if comma && !names {
            self.at = start;
            return node;
        }
        if self.symbol() == Some(':') {
            return self.defined(node);
        }
        if self.closes() {
            return node;
        }
        // What is not understood there may be what the noun means.
        self.of_people = self.symbol() != Some('(');
        node.and(self.any(true))
    }

    /// "lapsed: no orders for 6 months"; what is not understood may be what the word means.
    fn defined(&mut self, node: Node) -> Node {
        if !self.eat_symbol(":") {
            return node;
        }
        let before = std::mem::replace(&mut self.of_people, false);
        let node = node.and(self.query());
        self.of_people = before;
        node
    }

    pub(crate) fn adjective_defined(&mut self) -> Option<Node> {
        let mut nodes = vec![self.adjective()?];
        while let Some(next) = self.attempt(Self::next_adjective) {
            nodes.push(next);
        }
        Some(self.defined(Node::Or(nodes)))
    }

    /// "vip or wholesale", before a noun.
    fn adjectives(&mut self, noun: usize) -> Option<Node> {
        let first = self.at;
        let mut nodes = vec![self.adjective()?];
        while self.at < noun {
            let start = self.at;
            let Some(next) = self.attempt(Self::next_adjective) else {
                self.at = start;
                break;
            };
            nodes.push(next);
        }
        if self.word(0) == "and" && self.at < noun {
            // "vip and gold customers" may be those who are either, or both.
            self.at = noun;
            return Some(self.unread(first, true));
        }
        Some(Node::Or(nodes))
    }

    fn next_adjective(&mut self) -> Option<Node> {
        let joined = self.eat(if self.excepting { &["or", "and"] } else { &["or"] });
        if joined { self.adjective() } else { None }
    }

    /// "high-value", "non-vip", "Mumbai", "gmail".
    pub(crate) fn adjective(&mut self) -> Option<Node> {
        self.attempt(|reader| {
            if reader.eat(&["non", "not"]) {
                return reader.adjective_once().map(Node::negated);
            }
            reader.adjective_once()
        })
    }

    fn adjective_once(&mut self) -> Option<Node> {
        if let Some(convention) = self.eat_phrase(&CONVENTIONS) {
            return Some(self.conventional(convention));
        }
        self.known_tag()
            .or_else(|| self.attempt(Self::consenting))
            .or_else(|| if self.is_place() { self.places(false) } else { None })
            .or_else(|| self.attempt(Self::mailbox))
    }

    /// What a word without a number means here.
    fn conventional(&mut self, convention: Convention) -> Node {
        let number = |number: i64| Json::Number(number.into());
        let back = |field: &'static str, stretch: &str| Node::is(field, "within", stretch);
        self.done = match convention {
            Convention::New => Some(Done::Deed(Deed::Joined)),
            Convention::Active => Some(Done::Deed(Deed::Active)),
            Convention::Inactive => Some(Done::Deed(Deed::Inactive)),
            _ => None,
        };
        let node = match convention {
            Convention::HighValue => {
                self.topic = Some("totalSpend");
                Node::is("totalSpend", ">", number(1_000))
            }
            Convention::Repeat => Node::is("orderCount", ">=", number(2)),
            Convention::OneTime => Node::is("orderCount", "=", number(1)),
            Convention::Loyal => Node::is("orderCount", ">=", number(5)),
            Convention::New => back("createdAt", "P30D"),
            Convention::Active => back("lastActiveAt", "P30D"),
            Convention::Inactive => back("lastActiveAt", "P30D").negated(),
            Convention::Lapsed => Node::And(vec![Node::is("orderCount", ">", number(0)), back("lastOrderAt", "P90D").negated()]),
            Convention::Untagged => Node::known("tags", false),
            Convention::Subscribed => Node::is("emailConsent", "=", Json::Bool(true)),
            Convention::Unsubscribed => Node::is("emailConsent", "=", Json::Bool(false)),
        };
        if matches!(convention, Convention::HighValue | Convention::Repeat | Convention::Loyal) {
            self.done = Some(Done::Counted(node.clone()));
        }
        node.vague()
    }
}
