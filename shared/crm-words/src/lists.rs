//! Lists of values: "Pune, Goa or Delhi".

use crate::cursor::Reader;
use crate::lexer::Kind;
use crate::vocabulary::Named;
use crate::words::{ACTIONS, CONSENTS, DEEDS, FIELDS, Field, PRESENCE, TEXT_TESTS, UNHELD};

/// By which word the values of a list are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Join {
    Only,
    And,
    Or,
    /// Commas alone.
    Comma,
}

impl Reader<'_> {
    /// Values read by `item`, joined in one way, and in which.
    pub(crate) fn list<T>(&mut self, item: impl Fn(&mut Self) -> Option<T>) -> Option<(Vec<T>, Join)> {
        self.eat(&["either", "both"]);
        let mut items = vec![self.attempt(&item)?];
        let mut join = Join::Only;
        let mut commas = false;
        while let Some((next, joined)) = self.attempt(|reader| {
            let comma = reader.eat_symbol(",");
            let joined = match reader.word(0) {
                "or" | "nor" => Join::Or,
                "and" => Join::And,
                _ if comma => Join::Only,
                _ => return None,
            };
            reader.at += usize::from(joined != Join::Only);
            let differs = join != Join::Only && joined != join;
            let next = if reader.begins_phrase() { return None } else { reader.attempt(&item)? };
            (reader.item_ends() && !differs).then_some((next, joined))
        }) {
            items.push(next);
            commas |= joined == Join::Only;
            join = if joined == Join::Only { join } else { joined };
        }
        let join = if join == Join::Only && commas { Join::Comma } else { join };
        Some((items, join))
    }

    /// Whether something else than a value begins here.
    fn begins_phrase(&self) -> bool {
        let of_field = FIELDS.find(self.rest()).is_some_and(|(field, length)| {
            let rest = self.rest().get(length..).unwrap_or_default();
            // "email" is a field, and what is sent.
            *field != Field::Text("email")
                || TEXT_TESTS.find(rest).is_some()
                || PRESENCE.find(rest).is_some()
                || rest.first().is_some_and(|token| token.word == "does")
        });
        let of_people = self.people_ahead() == Some(self.at);
        let of_attribute = self.vocabulary.find(self.rest(), |named| matches!(named, Named::Attribute(..))).is_some();
        of_field
            || of_people
            || of_attribute
            || matches!(self.word(0), "attribute" | "untagged")
            || self.is_phrase(&DEEDS)
            || self.is_phrase(&CONSENTS)
    }

    /// Whether a value may end here; otherwise it was the beginning of something else.
    fn item_ends(&self) -> bool {
        self.is_structure(0)
            || matches!(self.token(0).map(|token| &token.kind), Some(Kind::Quoted(_) | Kind::Symbol(_)))
            || NOUNS.contains(&self.word(0))
    }

    /// A text without quotation marks: a word, or several that are written with capital letters.
    pub(crate) fn plain_text(&mut self) -> Option<String> {
        let start = self.at;
        let fits = |reader: &Self| {
            !reader.is_structure(0) && reader.token(0).is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Number))
        };
        let strange = ACTIONS.contains(self.word(0)) && !self.is_capital(0) || UNHELD.contains(self.word(0));
        if !fits(self) || strange {
            return None;
        }
        let capital = self.is_capital(0);
        self.at += 1;
        while fits(self) && (capital && self.is_capital(0) || self.is_hyphenated()) {
            self.at += 1;
        }
        Some(self.written(start).to_owned())
    }

    /// Whether only a hyphen stands before this word.
    fn is_hyphenated(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |token| token.to);
        self.token(0).is_some_and(|token| self.text.get(before..token.from) == Some("-"))
    }

    /// A text, quoted or not.
    pub(crate) fn some_text(&mut self) -> Option<String> {
        self.quoted().map(str::to_owned).or_else(|| self.plain_text())
    }
}

/// After a list: "gmail or yahoo addresses", "the vip and gold tags".
const NOUNS: &[&str] = &[
    "address",
    "addresses",
    "account",
    "accounts",
    "email",
    "emails",
    "users",
    "city",
    "consent",
    "tag",
    "tags",
    "messages",
    "updates",
];
