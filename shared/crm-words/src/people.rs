//! People by noun and adjective: "high-value customers from Pune", "gmail users", "everyone".

use crm_domain::json::Json;

use crate::conventions::CONVENTIONS;
use crate::cursor::Reader;
use crate::deeds::Done;
use crate::figures::tested;
use crate::lexer::{Kind, Token};
use crate::times::When;
use crate::tree::{EVERYONE, NO_ONE, Node};
use crate::vocabulary::Named;
use crate::words::{DEEDS, DETERMINERS, Deed, PEOPLE, STRUCTURE};

/// How many words may stand before the noun.
const MAX_BEFORE: usize = 8;

/// What follows verbs and numbers, and no adjective.
const VERBAL: &[&str] = &["a", "an", "the", "all", "any", "every", "our", "my", "me", "us", "to", "for", "of", "about", "new"];

impl Reader<'_> {
    /// Where the noun of the people stands who are named here.
    pub(crate) fn people_ahead(&self) -> Option<usize> {
        // "became customers"
        if DEEDS.find(self.rest()).is_some_and(|(_, length)| length > 1) {
            return None;
        }
        let mut at = self.at;
        let mut described = false;
        while at < self.at + MAX_BEFORE {
            let rest = self.tokens.get(at..)?;
            let (token, after) = rest.split_first()?;
            if token.kind != Kind::Word || self.vocabulary.find(rest, |named| matches!(named, Named::Attribute(..))).is_some() {
                return None;
            }
            let word = &*token.word;
            let next = after.first().map_or("", |token| &token.word);
            let determines = word == "those" || word == "any" || DETERMINERS.contains(&word);
            if word == "no" && next == "one" {
                return Some(at + 1);
            }
            let ends = next.is_empty() || STRUCTURE.contains(next) && !PEOPLE.contains(next);
            if word == "all" && ends || matches!(word, "vips" | "nobody") {
                return Some(at);
            }
            if PEOPLE.contains(word) && !(determines && PEOPLE.contains(next)) {
                // "buyers of tea", "subscribers to the newsletter"
                return (!matches!(next, "of" | "to")).then_some(at);
            }
            if let Some(length) = self.described(rest) {
                at += length;
                described = true;
                // "high spenders"
                if self.tokens.get(at - 1).is_some_and(|token| PEOPLE.contains(&*token.word)) {
                    return Some(at - 1);
                }
            } else if determines
                || word == "non"
                || described && matches!(word, "and" | "or" | "based" | "tagged")
                || !STRUCTURE.contains(word)
            {
                at += 1;
            } else {
                return None;
            }
        }
        None
    }

    /// How many words an adjective has that is known.
    pub(crate) fn described(&self, tokens: &[Token]) -> Option<usize> {
        let convention = CONVENTIONS.find(tokens).map(|(_, length)| length);
        convention
            .or_else(|| self.vocabulary.find(tokens, |named| !matches!(named, Named::Attribute(..))).map(|(_, length)| length))
    }

    /// People, with what is said of them.
    pub(crate) fn people(&mut self) -> Option<Node> {
        self.people_but(false)
    }

    /// `without`: those who are not what the adjective before the noun says.
    pub(crate) fn people_but(&mut self, without: bool) -> Option<Node> {
        let noun = self.people_ahead()?;
        let mut node = EVERYONE;
        let first = self.at;
        while self.at < noun {
            if self.eat(DETERMINERS) || self.eat(&["no"]) {
                continue;
            }
            let adjectives = self.adjectives(noun);
            node = node.and(adjectives.unwrap_or_else(|| self.unknown_adjectives(noun)));
        }
        self.named += 1;
        if without {
            node = match node {
                // One thing, whatever it is.
                Node::And(mut nodes) if nodes.len() == 1 => nodes.pop().unwrap_or(EVERYONE).surely().negated(),
                // "not new vip customers"
                _ => self.unread(first, true),
            };
            // "not new customers this year": new then, or not?
            (self.done, self.topic) = (None, None);
        }
        match self.word(0) {
            "vips" => node = node.and(Node::is("tags", "contains", "vip")),
            "nobody" => node = node.and(NO_ONE),
            "subscriber" | "subscribers" => node = node.and(Node::is("emailConsent", "=", Json::Bool(true)).vague()),
            "one" if self.word_before() == "no" => node = NO_ONE,
            _ => {}
        }
        self.at = noun + 1;
        self.eat(&["customers", "people", "users"]);
        self.eat_run(&["at", "all"]);
        while let Some(more) = self.postmodifier() {
            node = node.and(more);
        }
        let before = std::mem::replace(&mut self.of_people, true);
        let node = self.relative(node);
        self.of_people = before;
        Some(node)
    }

    /// "last 30 days active customers"
    pub(crate) fn lately_active(&mut self) -> Option<Node> {
        self.attempt(|reader| {
            reader.eat(&["the", "in"]);
            reader.eat(&["last", "past"]).then_some(())?;
            let duration = reader.duration()?;
            let active = Self::moment("lastActiveAt", &When::Back(duration));
            reader.eat(&["active"]).then_some(())?;
            Some(active.and(reader.people()?))
        })
    }

    /// "5000+ spenders"
    pub(crate) fn spenders(&mut self) -> Option<Node> {
        self.attempt(|reader| {
            let tests = reader.sizes()?;
            reader.eat(&["spender", "spenders"]).then_some(())?;
            tested("totalSpend", tests)
        })
    }

    fn unknown_adjectives(&mut self, noun: usize) -> Node {
        let start = self.at;
        self.at += 1;
        while self.at < noun && self.described(self.rest()).is_none() {
            self.at += 1;
        }
        let words = self.tokens.get(start..self.at).unwrap_or_default();
        // No adjective stands before an article: that was a verb.
        let asks = words.iter().any(|token| VERBAL.contains(&&*token.word));
        self.unread(start, asks)
    }

    fn postmodifier(&mut self) -> Option<Node> {
        self.attempt(Self::placed).or_else(|| self.dated())
    }

    /// "new customers this year", "repeat buyers in the last 90 days", "customers since 2023".
    fn dated(&mut self) -> Option<Node> {
        let start = self.at;
        if self.done.is_none()
            && let Some(duration) = self.attempt(Self::for_longer_than)
        {
            return Some(Self::moment("createdAt", &When::Longer(duration)));
        }
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

    /// "for over a year"
    fn for_longer_than(&mut self) -> Option<String> {
        let longer = self.eat(&["for"]) && self.eat_longer();
        if longer { self.duration() } else { None }
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
        while let Some(next) = self.attempt(Self::next_adjective) {
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
            .inspect(|_| {
                self.eat(&["tagged"]);
            })
            .or_else(|| self.attempt(Self::consenting))
            .or_else(|| {
                let place = if self.is_place() { self.places(false) } else { None };
                self.eat(&["based"]);
                place
            })
            .or_else(|| self.attempt(Self::mailbox))
    }
}
