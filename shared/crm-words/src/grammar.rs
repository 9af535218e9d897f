//! How phrases combine: `not` before `and` before `or` before `except`, brackets, and what is said of people by adjectives
//! and relative clauses.
//!
//! ```text
//! query  = any { EXCEPT any }
//! any    = all { "or" all }
//! all    = unit { [ "and" | "but" | "," ] unit }
//! unit   = { "not" | "never" | "without" | auxiliary } ( "(" query ")" | people | phrase )
//! people = { adjective } noun { place } [ ( "who" | "with" | ... ) any ]
//! ```

use crate::cursor::Reader;
use crate::tree::{EVERYONE, NO_ONE, Node};
use crate::vocabulary::Named;
use crate::words::{AUXILIARIES, CONSENTS, DEEDS, DETERMINERS, EXCEPT, FIELDS, FILLERS, GOING_ON, PLACED, TAILS};

/// How deep brackets may nest: deeper than rules may.
const MAX_DEPTH: usize = 16;

/// How two phrases are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    And,
    But,
    Comma,
    /// By nothing: "customers from Pune with a phone".
    Beside,
}

impl Reader<'_> {
    pub(crate) fn query(&mut self) -> Node {
        let mut node = self.any(false);
        while self
            .attempt(|reader| {
                reader.eat_symbol(",");
                reader.eat(&["and"]);
                reader.eat_phrase(&EXCEPT)
            })
            .is_some()
        {
            self.eat_all(&["for", "if"]);
            let before = std::mem::replace(&mut self.excepting, true);
            node = node.and(self.any(false).negated());
            self.excepting = before;
        }
        node
    }

    /// `relative`: within what is said of people, so that it ends where other people are named.
    pub(crate) fn any(&mut self, relative: bool) -> Node {
        let from = self.at;
        let noun = self.people_ahead();
        let (first, commas, mut beside) = self.all(relative);
        let mut bare = noun.is_some_and(|noun| self.at == noun + 1);
        let mut nodes = vec![first];
        let mut earlier = false;
        loop {
            let start = self.at;
            self.eat_symbol(",");
            if !self.eat(&["or"]) {
                self.at = start;
                break;
            }
            self.eat(&["else", "if"]);
            if relative && self.people_ahead().is_some() {
                self.at = start;
                break;
            }
            if let ([Node::And(_)], true) = (&*nodes, commas) {
                // "a, b or c"
                if let Some(Node::And(listed)) = nodes.pop() {
                    nodes = listed;
                }
            }
            let (begin, noun) = (self.at, self.people_ahead());
            let (next, _, also) = self.all(relative);
            nodes.push(next);
            // "vip customers or gold customers from Pune"
            let described = noun.is_some_and(|noun| noun > begin && self.at > noun + 1);
            if bare && described {
                return self.unread(from, true);
            }
            bare &= noun.is_some_and(|noun| self.at == noun + 1);
            earlier |= std::mem::replace(&mut beside, also);
        }
        if beside && !earlier && nodes.len() > 1 {
            // "orders > 5 or spend > 10000 in Pune": both in Pune, or those who spend?
            return self.unread(from, true);
        }
        if nodes.len() == 1 { nodes.pop().unwrap_or(NO_ONE) } else { Node::Or(nodes) }
    }

    /// What holds together, whether commas alone say so, and whether something stands beside at the end that may be said of
    /// more than this.
    fn all(&mut self, relative: bool) -> (Node, bool, bool) {
        let from_people = self.people_ahead().is_some();
        let mut last_start = self.at;
        let mut nodes = vec![self.unit()];
        let (mut commas, mut beside) = (true, false);
        let mut of_people = from_people;
        loop {
            let start = self.at;
            let Some(joint) = self.joint() else { break };
            let others = self.people_ahead().is_some();
            if others && relative && joint != Joint::Beside {
                self.at = start;
                break;
            }
            let named = matches!(self.word(0), "who" | "that" | "whose" | "which");
            let excepts = self.excepts(joint, nodes.last());
            // "except vips and gold": either, or who is both?
            let either = self.excepting && joint == Joint::And && of_people && !others && self.is_adjective();
            let next = self.unit();
            if excepts == Some(false) || either {
                nodes.push(self.unread(last_start, true));
                continue;
            }
            commas &= joint == Joint::Comma;
            beside = joint == Joint::Beside;
            match nodes.pop() {
                // "VIP customers and wholesale customers" are all of them.
                Some(last) if others && of_people && joint == Joint::And => nodes.push(Node::Or(vec![last, next])),
                // "everyone but VIPs", "everyone but wholesale"
                Some(last) if (others || excepts.is_some()) && joint == Joint::But => nodes.extend([last, next.negated()]),
                // What stands beside something that was done says how it was done.
                Some(_) if joint == Joint::Beside && next.is_unknown() && !named => nodes.push(self.unread(last_start, false)),
                last => {
                    nodes.extend(last);
                    nodes.push(next);
                }
            }
            of_people = others;
            last_start = start;
        }
        let single = nodes.len() == 1;
        let node = if single { nodes.pop().unwrap_or(EVERYONE) } else { Node::And(nodes) };
        (node, commas && !single && !from_people, beside && !from_people)
    }

    /// Whether a bare adjective behind "but" leaves people out, as in "everyone but wholesale"; of others than everyone it may,
    /// or may be said of them.
    fn excepts(&self, joint: Joint, before: Option<&Node>) -> Option<bool> {
        let everyone = before == Some(&EVERYONE);
        let tagged = self.word(0) == "vip" || self.vocabulary.find(self.rest(), |named| matches!(named, Named::Tag(_))).is_some();
        let placed = everyone && self.is_phrase(&PLACED);
        let bare = tagged || everyone && self.is_adjective() || placed;
        (joint == Joint::But && bare).then_some(everyone)
    }

    fn is_adjective(&self) -> bool {
        self.word(0) == "vip" || self.is_place() || self.described(self.rest()).is_some()
    }

    fn joint(&mut self) -> Option<Joint> {
        let start = self.at;
        let mut joint = None;
        while let Some(next) = match (self.symbol(), self.word(0)) {
            (Some(',' | ';' | '.' | '\n'), _) => Some(Joint::Comma),
            (_, "but") => Some(Joint::But),
            (_, "and" | "while" | "plus" | "though" | "although") => Some(Joint::And),
            _ => None,
        } {
            joint = if matches!(joint, Some(Joint::And | Joint::But)) { joint } else { Some(next) };
            self.at += 1;
        }
        let stops = self.ended()
            || matches!(self.word(0), "or" | "nor")
            || self.is_phrase(&EXCEPT)
            || matches!(self.symbol(), Some(')' | '?' | '!'));
        if stops {
            self.at = start;
            return None;
        }
        joint.or_else(|| self.goes_on().then_some(Joint::Beside))
    }

    /// Whether something more may be said without a word between.
    fn goes_on(&self) -> bool {
        GOING_ON.contains(self.word(0)) || self.symbol() == Some('(')
    }

    /// One phrase, and what denies it.
    fn unit(&mut self) -> Node {
        self.unit_of(false)
    }

    /// `has`: after "with", so that a field alone says that there is a value.
    fn unit_of(&mut self, mut has: bool) -> Node {
        let start = self.at;
        let Some(fuel) = self.fuel.checked_sub(1) else {
            self.at = self.tokens.len();
            return self.unread(start, true);
        };
        self.fuel = fuel;
        let (mut denied, mut wide) = (false, false);
        loop {
            let word = self.word(0);
            if word == "neither" && !denied {
                self.at += 1;
                return self.neither(has);
            }
            match word {
                "not" | "never" | "cannot" => {
                    denied = !denied;
                    wide = wide || word == "never";
                }
                "without" | "no" | "zero" | "lacking" | "missing" if !self.names_nobody() => {
                    denied = !denied;
                    (wide, has) = (true, true);
                }
                _ if self.is_phrase(&PLACED) => break,
                _ if AUXILIARIES.contains(word) && !self.is_phrase(&CONSENTS) => {
                    // Explanations say "not has tags", of that alone.
                    wide |= !(denied && word == "has");
                    has |= matches!(word, "have" | "has" | "had" | "having" | "with" | "got" | "carry");
                }
                _ if FILLERS.contains(word) && self.people_ahead().is_none() && !self.is_phrase(&FIELDS) => {}
                _ => break,
            }
            self.at += 1;
        }
        if denied && let Some(node) = self.without_adjective(start) {
            return node;
        }
        let before = std::mem::replace(&mut self.denied, denied);
        let mut node = self.poisoned(start, has);
        if denied && wide {
            node = self.widely_denied(start, node, has);
        }
        self.denied = before;
        if denied && node == EVERYONE && !self.word_before().is_empty() {
            // "not all customers"
            return self.unread(start, true);
        }
        node.negated_if(denied)
    }

    /// "vip customers from Pune", denied: people who are not that, and all else that is said of them. Where people were named
    /// before, or more are named behind, it may be said of all of it.
    fn without_adjective(&mut self, start: usize) -> Option<Node> {
        let noun = self.people_ahead()?;
        let described = self.tokens.get(self.at..noun)?.iter().any(|token| !DETERMINERS.contains(&&*token.word));
        let names = self.tokens.get(noun).is_some_and(|noun| matches!(&*noun.word, "vips" | "subscriber" | "subscribers"));
        if names && !described {
            // "not vips from Pune"
            let start = self.at;
            self.people()?;
            let says_more = self.at > noun + 1;
            self.at = if says_more { self.at } else { start };
            return says_more.then(|| self.unread(start, true));
        }
        if !described || self.names_nobody() {
            return None;
        }
        let bound = matches!(self.word_before(), "not" | "no" | "neither" | "nor") || DETERMINERS.contains(&self.word_before());
        let first = self.named == 0;
        let node = self.people_but(true)?;
        self.eat_phrase(&TAILS);
        let says_more = self.at > noun + 1;
        let others = self.attempt(|reader| {
            reader.eat_symbol(",");
            let either = matches!(reader.word(0), "or" | "nor");
            reader.eat(&["or", "nor", "and"]).then_some(())?;
            reader.eat_all(&["not", "no"]);
            (either || reader.people_ahead().is_some()).then_some(())
        });
        let sound = (bound && first || !says_more) && others.is_none() && (self.closes() || self.goes_on());
        Some(if sound { node } else { self.unknown(start, true) })
    }

    /// "no one", "nobody"
    fn names_nobody(&self) -> bool {
        self.word(0) == "no" && self.word(1) == "one"
    }

    /// "haven't ordered or visited": neither of them; "or are ..." would begin anew.
    fn widely_denied(&mut self, start: usize, first: Node, has: bool) -> Node {
        let mut nodes = vec![first];
        while let Some(next) = self.attempt(|reader| {
            let nor = reader.word(0) == "nor";
            if !reader.eat(&["or", "nor"]) {
                return None;
            }
            reader.eat(&["any", "a", "an", "the"]);
            let goes_on = reader.is_phrase(&DEEDS)
                || reader.is_phrase(&CONSENTS)
                || reader.is_phrase(&FIELDS)
                || matches!(reader.word(0), "tagged" | "from" | "in" | "tags");
            (nor || goes_on).then(|| reader.poisoned(start, has))
        }) {
            nodes.push(next);
        }
        if nodes.len() == 1 { nodes.pop().unwrap_or(NO_ONE) } else { Node::Or(nodes) }
    }

    /// "neither from Mumbai nor tagged vip"
    fn neither(&mut self, has: bool) -> Node {
        let mut nodes = Vec::new();
        loop {
            let start = self.at;
            let node = self.without_adjective(start);
            nodes.push(node.unwrap_or_else(|| self.unit_of(has).negated()));
            if !self.eat(&["nor", "or"]) {
                return Node::And(nodes);
            }
        }
    }

    /// Whether a phrase ends here.
    pub(crate) fn closes(&self) -> bool {
        self.ended()
            || self.symbol().is_some_and(|symbol| !matches!(symbol, '%' | '-' | '('))
            || matches!(self.word(0), "and" | "or" | "but" | "nor" | "while" | "though" | "although" | "plus")
            || self.is_phrase(&EXCEPT)
    }

    /// A phrase; not understood if words follow it that are no part of it, for they might change what it says.
    fn poisoned(&mut self, start: usize, has: bool) -> Node {
        let node = self.phrase(start, has);
        self.eat_phrase(&TAILS);
        let closed = self.closes() || self.goes_on();
        // "never visited customers from Pune" names other people.
        let others = !closed && self.people_ahead().is_some();
        if closed { node } else { self.unknown(start, others) }
    }

    fn phrase(&mut self, start: usize, has: bool) -> Node {
        if self.symbol() == Some('(') {
            return self.bracketed(start);
        }
        let (topic, done) = (self.topic.take(), self.done.take());
        let whole = self
            .attribute(has)
            .or_else(|| self.people())
            .or_else(|| self.lately_active())
            .or_else(|| self.spenders())
            .or_else(|| self.consenting())
            .or_else(|| self.moment_field())
            .or_else(|| self.figure(has))
            .or_else(|| self.counted())
            .or_else(|| self.text_field(has))
            .or_else(|| self.tagged(has))
            .or_else(|| self.deed(has))
            .or_else(|| self.listed())
            .or_else(|| self.placed())
            .or_else(|| self.mailbox())
            .or_else(|| self.adjective_defined());
        if let Some(node) = whole {
            return node;
        }
        (self.topic, self.done) = (topic, done);
        let nothing = self.eat(&["nothing"]);
        let more = self
            .attempt(Self::more_of_topic)
            .or_else(|| self.attempt(Self::so_long))
            .or_else(|| self.attempt(Self::then_bounded))
            .or_else(|| if self.denied || nothing { self.attempt(Self::done_then) } else { None });
        match more {
            Some(node) => node.negated_if(nothing),
            None => self.unknown(start, !self.of_people),
        }
    }

    fn bracketed(&mut self, start: usize) -> Node {
        if self.depth == MAX_DEPTH {
            self.at = self.tokens.len();
            return self.unread(start, true);
        }
        self.at += 1;
        self.depth += 1;
        let node = self.query();
        self.depth -= 1;
        if self.eat_symbol(")") { node } else { self.unknown(start, true) }
    }
}
