//! Every number that a text says, in digits or in words, and what it counts. It is read as the grammar reads numbers.

use std::ops::Range;

use crate::cursor::Reader;
use crate::lexer::{Kind, Token, lex};
use crate::vocabulary::Vocabulary;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Percent,
    /// Percentage points.
    Points,
    Money,
    /// "twice", "3x", "tripled".
    Times,
    /// "half", "two thirds", "one in five": a share, of which the value is the percentage.
    Share,
    Bare,
}

/// A number of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub(crate) value: f64,
    /// How many decimals it is written with.
    pub(crate) decimals: usize,
    pub(crate) unit: Unit,
    /// Whether it is written in words.
    pub(crate) spoken: bool,
    /// Where it stands, in bytes.
    pub(crate) part: Range<usize>,
    /// Its first token, and the one after it.
    pub(crate) tokens: Range<usize>,
}

/// The tokens of a text and its numbers, from left to right; also those between quotation marks.
pub(crate) fn readings(text: &str, vocabulary: &Vocabulary) -> (Vec<Token>, Vec<Reading>) {
    let text = unquoted(text);
    let tokens = lex(&text, vocabulary.currency.code());
    let mut found = Vec::new();
    let mut reader = Reader::new(&text, &tokens, vocabulary);
    while !reader.ended() {
        let start = reader.at;
        match reader.reading() {
            Some(reading) => found.push(reading),
            None => reader.at = start + 1,
        }
    }
    (tokens, found)
}

/// The text with blanks for quotation marks, as long as before.
fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let apostrophe = last.is_alphanumeric() && chars.peek().is_some_and(|next| next.is_alphanumeric());
        match c {
            '"' | '“' | '”' | '‘' | '„' | '«' | '»' => (0..c.len_utf8()).for_each(|_| out.push(' ')),
            '\'' | '’' if !apostrophe => (0..c.len_utf8()).for_each(|_| out.push(' ')),
            _ => out.push(c),
        }
        last = c;
    }
    out
}

impl Reader<'_> {
    fn reading(&mut self) -> Option<Reading> {
        let start = self.at;
        let (value, decimals, unit) =
            self.attempt(Self::fraction).or_else(|| self.attempt(Self::factor)).or_else(|| self.attempt(Self::number_here))?;
        let tokens = self.tokens.get(start..self.at)?;
        let part = tokens.first()?.from..tokens.last()?.to;
        let spoken = !tokens.iter().any(|token| token.kind == Kind::Number);
        Some(Reading { value, decimals, unit, spoken, part, tokens: start..self.at })
    }

    fn number_here(&mut self) -> Option<(f64, usize, Unit)> {
        let before = matches!(self.token(0)?.kind, Kind::Money(_));
        self.at += usize::from(before);
        let digits = self.token(0)?;
        let decimals =
            if digits.kind == Kind::Number { digits.word.split_once('.').map_or(0, |(_, more)| more.len()) } else { 0 };
        let value = self.spoken_number()?.as_f64()?;
        if before {
            return Some((value, decimals, Unit::Money));
        }
        if matches!(self.token(0).map(|token| &token.kind), Some(Kind::Money(_))) {
            self.at += 1;
            return Some((value, decimals, Unit::Money));
        }
        if self.eat(&["percentage"]) {
            self.eat(&["point", "points"]);
            return Some((value, decimals, Unit::Points));
        }
        if self.eat_symbol("%") || self.eat(&["percent", "pc", "pct"]) || self.eat_run(&["per", "cent"]) {
            let points = self.eat(&["point", "points"]);
            return Some((value, decimals, if points { Unit::Points } else { Unit::Percent }));
        }
        if self.eat(&["x", "fold"]) {
            return Some((value, decimals, Unit::Times));
        }
        Some((value, decimals, Unit::Bare))
    }

    /// "half of", "a third", "three quarters", "one in five", "nine out of ten".
    fn fraction(&mut self) -> Option<(f64, usize, Unit)> {
        if self.eat(&["half", "halves"]) {
            return Some((50.0, 0, Unit::Share));
        }
        let many = if self.eat(&["a", "one"]) { 1.0 } else { self.attempt(|reader| reader.spoken_number()?.as_f64())? };
        let parts = match self.word(0) {
            "third" | "thirds" => 3.0,
            "quarter" | "quarters" => 4.0,
            "fifth" | "fifths" => 5.0,
            "tenth" | "tenths" => 10.0,
            "in" | "out" => {
                self.at += 1;
                let out = self.word_before() == "out";
                if out && !self.eat(&["of"]) {
                    return None;
                }
                let parts = self.spoken_number()?.as_f64()?;
                let small =
                    parts <= 20.0 && many < parts && !matches!(self.token(0).map(|token| &token.kind), Some(Kind::Symbol('%')));
                return small.then_some((100.0 * many / parts, 0, Unit::Share));
            }
            _ => return None,
        };
        self.at += 1;
        (many < parts).then_some((100.0 * many / parts, 0, Unit::Share))
    }

    fn factor(&mut self) -> Option<(f64, usize, Unit)> {
        let value = match self.word(0) {
            "twice" | "double" | "doubled" | "doubles" | "doubling" | "twofold" => 2.0,
            "thrice" | "triple" | "tripled" | "triples" | "tripling" | "threefold" => 3.0,
            "quadruple" | "quadrupled" | "fourfold" => 4.0,
            "fivefold" => 5.0,
            "tenfold" => 10.0,
            "halved" | "halving" => 0.5,
            _ => return None,
        };
        self.at += 1;
        Some((value, 0, Unit::Times))
    }
}
