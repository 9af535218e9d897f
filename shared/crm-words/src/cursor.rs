//! A place among the tokens, and looking at what stands there.

use crate::deeds::Done;
use crate::lexer::{Kind, Token};
use crate::phrasebook::Phrasebook;
use crate::tree::{Node, Unknown};
use crate::vocabulary::{Named, Vocabulary};
use crate::words::{ACTIONS, COMMANDS, REQUESTS, STRUCTURE};

/// Reads a prompt from left to right. What reads a phrase of some kind leaves the place as it was when there is none.
pub(crate) struct Reader<'a> {
    pub(crate) text: &'a str,
    pub(crate) tokens: &'a [Token],
    pub(crate) vocabulary: &'a Vocabulary,
    pub(crate) at: usize,
    /// What a figure without a name is about: that of the phrase before, as in "over 500 but under 2000".
    pub(crate) topic: Option<&'static str>,
    /// What "but not SKU-2" or "nothing in the last year" is about.
    pub(crate) done: Option<Done>,
    /// Whether the phrase is denied, so that "for 60 days" is a stretch of time.
    pub(crate) denied: bool,
    /// Whether people were named of whom something is being said.
    pub(crate) of_people: bool,
    /// Whether people are being left out, so that "vip and gold" are all of both.
    pub(crate) excepting: bool,
    /// How often people were named.
    pub(crate) named: usize,
    /// Where what is asked for begins, behind "show me".
    pub(crate) opened: usize,
    pub(crate) depth: usize,
    /// Steps that are left: reading is linear whatever the prompt.
    pub(crate) fuel: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn token(&self, ahead: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + ahead)
    }

    /// The word so far ahead; empty for what is none.
    pub(crate) fn word(&self, ahead: usize) -> &'a str {
        self.token(ahead).filter(|token| token.kind == Kind::Word).map_or("", |token| &token.word)
    }

    pub(crate) fn rest(&self) -> &'a [Token] {
        self.tokens.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn ended(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(crate) fn eat(&mut self, words: &[&str]) -> bool {
        let eaten = words.contains(&self.word(0)) && !self.ended();
        self.at += usize::from(eaten);
        eaten
    }

    /// Takes all of some words, if they stand here in this order.
    pub(crate) fn eat_run(&mut self, words: &[&str]) -> bool {
        self.attempt(|reader| words.iter().all(|word| reader.eat(&[word])).then_some(())).is_some()
    }

    /// The word before this place.
    pub(crate) fn word_before(&self) -> &'a str {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or("", |token| &token.word)
    }

    /// Takes a sign that compares.
    pub(crate) fn eat_comparison(&mut self) -> Option<&'static str> {
        let Kind::Compare(operator) = self.token(0)?.kind else { return None };
        self.at += 1;
        Some(operator)
    }

    pub(crate) fn eat_equals(&mut self) -> bool {
        self.attempt(|reader| reader.eat_comparison().filter(|sign| *sign == "=")).is_some()
    }

    pub(crate) fn eat_all(&mut self, words: &[&str]) {
        while self.eat(words) {}
    }

    pub(crate) fn symbol(&self) -> Option<char> {
        match self.token(0)?.kind {
            Kind::Symbol(symbol) => Some(symbol),
            _ => None,
        }
    }

    pub(crate) fn eat_symbol(&mut self, symbols: &str) -> bool {
        let eaten = self.symbol().is_some_and(|symbol| symbols.contains(symbol));
        self.at += usize::from(eaten);
        eaten
    }

    /// The meaning of the phrase of a table that stands here.
    pub(crate) fn eat_phrase<T: Copy>(&mut self, book: &Phrasebook<T>) -> Option<T> {
        let (meaning, length) = book.find(self.rest())?;
        self.at += length;
        Some(*meaning)
    }

    pub(crate) fn is_phrase<T>(&self, book: &Phrasebook<T>) -> bool {
        book.find(self.rest()).is_some()
    }

    /// What the CRM calls by the name that stands here.
    pub(crate) fn eat_name(&mut self, such: impl Fn(&Named) -> bool) -> Option<&'a Named> {
        let vocabulary = self.vocabulary;
        let (named, length) = vocabulary.find(self.rest(), such)?;
        self.at += length;
        Some(named)
    }

    /// What `read` reads, or the place as it was.
    pub(crate) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let start = self.at;
        let read = read(self);
        if read.is_none() {
            self.at = start;
        }
        read
    }

    /// The prompt from a token to here.
    pub(crate) fn written(&self, from: usize) -> &'a str {
        let first = self.tokens.get(from).map_or(0, |token| token.from);
        let last = self.tokens.get(self.at.saturating_sub(1)).map_or(0, |token| token.to);
        self.text.get(first..last).unwrap_or_default()
    }

    pub(crate) fn quoted(&mut self) -> Option<&'a str> {
        let Kind::Quoted(text) = &self.token(0)?.kind else { return None };
        self.at += 1;
        Some(text)
    }

    /// Whether the token so far ahead is written with a capital letter.
    pub(crate) fn is_capital(&self, ahead: usize) -> bool {
        let first = self.token(ahead).and_then(|token| self.text.get(token.from..)?.chars().next());
        first.is_some_and(char::is_uppercase)
    }

    /// Whether the word so far ahead is none that a name could have, or there is none.
    pub(crate) fn is_structure(&self, ahead: usize) -> bool {
        match self.token(ahead).map(|token| &token.kind) {
            None => true,
            Some(Kind::Word) => STRUCTURE.contains(self.word(ahead)),
            Some(Kind::Symbol(symbol)) => !matches!(symbol, '-' | '.' | '%'),
            Some(_) => false,
        }
    }

    /// Takes everything up to where something else may begin for something that was not understood.
    pub(crate) fn unknown(&mut self, from: usize, astray: bool) -> Node {
        while let Some(token) = self.token(0) {
            let ends = match token.kind {
                Kind::Symbol(symbol) => matches!(symbol, ',' | ';' | '(' | ')' | ':' | '.' | '?' | '!'),
                _ => matches!(self.word(0), "and" | "or" | "but" | "nor" | "who" | "that" | "whose" | "except" | "excluding"),
            };
            if ends && self.at > from {
                break;
            }
            self.at += 1;
        }
        self.unread(from, astray)
    }

    /// Something from a token to here that was not understood.
    pub(crate) fn unread(&self, from: usize, astray: bool) -> Node {
        let tokens = self.tokens.get(from..self.at).unwrap_or_default();
        let acts = tokens.iter().any(|token| token.kind == Kind::Word && ACTIONS.contains(&*token.word)) || self.asks(from);
        let first = tokens.first().map_or(0, |token| token.from);
        Node::Unknown(Unknown { part: first..tokens.last().map_or(first, |token| token.to), astray: astray || acts })
    }

    /// Whether something is asked for between a token and here: "remind", "please make", "about the sale".
    fn asks(&self, from: usize) -> bool {
        let tokens = self.tokens.get(from..self.at).unwrap_or_default();
        if tokens.first().is_some_and(|first| matches!(&*first.word, "about" | "regarding")) {
            return true;
        }
        (from..self.at).any(|at| {
            let word = self.tokens.get(at).filter(|token| token.kind == Kind::Word).map_or("", |token| &*token.word);
            let before = at.checked_sub(1).and_then(|at| self.tokens.get(at));
            let begins = at == self.opened
                || before.is_none_or(|before| match before.kind {
                    Kind::Symbol(symbol) => matches!(symbol, '.' | '!' | '?' | ';' | ':' | '\n'),
                    _ => matches!(&*before.word, "please" | "kindly" | "then" | "now"),
                });
            word == "please" && at + 1 < self.tokens.len()
                || (begins || at == from) && COMMANDS.contains(word)
                || begins && (REQUESTS.contains(word) || COMMANDS.contains(word))
        })
    }
}
