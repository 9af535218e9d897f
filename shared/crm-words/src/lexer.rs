//! Cuts a prompt into words, numbers, dates, quoted texts and signs. What they mean is left to the grammar.

use crm_domain::time::{Time, parse_date};

/// What a token is by its looks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Word,
    /// Digits; [`Token::word`] has them without grouping.
    Number,
    /// What stands between quotation marks.
    Quoted(String),
    /// A date or date-time of the API's form.
    Moment,
    /// A sign or word of a currency: whether it is the deployment's.
    Money(bool),
    /// A sign that compares, as rules write it.
    Compare(&'static str),
    Symbol(char),
}

/// A piece of the prompt.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// In lower case and without decoration; empty for signs and quoted texts, which no phrase is made of.
    pub(crate) word: String,
    /// Where it stands in the prompt, in bytes.
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// The tokens of `text`; `currency` is the deployment's code.
pub(crate) fn lex(text: &str, currency: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, currency, unclosed: String::new(), tokens: Vec::new() };
    while let Some(next) = lexer.peek(0) {
        lexer.token(next);
    }
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    currency: &'a str,
    /// Quotation marks that are not closed in what follows.
    unclosed: String,
    tokens: Vec<Token>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self, skip: usize) -> Option<char> {
        self.rest().chars().nth(skip)
    }

    fn before(&self) -> Option<char> {
        self.text.get(..self.at).and_then(|text| text.chars().next_back())
    }

    fn push(&mut self, kind: Kind, word: impl Into<String>, length: usize) {
        self.tokens.push(Token { kind, word: word.into(), from: self.at, to: self.at + length });
        self.at += length;
    }

    fn token(&mut self, next: char) {
        let digit_follows = self.peek(1).is_some_and(|c| c.is_ascii_digit());
        match next {
            _ if next.is_whitespace() => self.at += next.len_utf8(),
            '"' | '“' | '”' | '\'' | '‘' if self.quoted(next) => {}
            '₹' | '$' | '€' | '£' | '¥' => {
                self.push(Kind::Money(is_ours(next.encode_utf8(&mut [0; 4]), self.currency)), "", next.len_utf8());
            }
            '0'..='9' => self.number(),
            '.' if digit_follows && !self.before().is_some_and(char::is_alphanumeric) => self.number(),
            // The end of an address.
            '.' if self.peek(1).is_some_and(char::is_alphabetic) && self.before().is_some_and(char::is_whitespace) => self.word(),
            '-' if digit_follows && self.may_be_negative() => self.number(),
            '+' if digit_follows && !self.before().is_some_and(char::is_alphanumeric) => self.word(),
            '/' if self.rest().starts_with("/-") => self.push(Kind::Money(self.currency == "INR"), "", 2),
            '>' | '<' | '=' | '!' | '≥' | '≤' | '≠' if self.comparison() => {}
            '&' | '|' => {
                let length = self.rest().chars().take_while(|c| *c == next).count();
                self.push(Kind::Word, if next == '&' { "and" } else { "or" }, length);
            }
            '@' | '_' => self.word(),
            _ if next.is_alphanumeric() => self.word(),
            '–' | '—' => self.push(Kind::Symbol('-'), "", next.len_utf8()),
            _ => self.push(Kind::Symbol(next), "", next.len_utf8()),
        }
    }

    fn may_be_negative(&self) -> bool {
        let after_number = matches!(self.tokens.last(), Some(Token { kind: Kind::Number | Kind::Money(_), .. }));
        !after_number && self.before().is_none_or(|c| c.is_whitespace() || c == '(')
    }

    /// A mark within is written twice.
    fn quoted(&mut self, open: char) -> bool {
        let single = matches!(open, '\'' | '‘');
        // Otherwise it is an apostrophe.
        if single && self.before().is_some_and(char::is_alphanumeric) || self.unclosed.contains(open) {
            return false;
        }
        let closes = |c: char| match open {
            '“' | '”' => matches!(c, '”' | '“'),
            '‘' => c == '’',
            _ => c == open,
        };
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((place, c)) = chars.next() {
            let next = chars.peek().map(|(_, next)| *next);
            match (closes(c), next) {
                (true, Some(next)) if c == next && !single => {
                    text.push(c);
                    chars.next();
                }
                (true, Some(next)) if single && next.is_alphanumeric() => text.push(c),
                (true, _) => {
                    self.push(Kind::Quoted(text), "", place + c.len_utf8());
                    return true;
                }
                _ => text.push(c),
            }
        }
        self.unclosed.push(open);
        false
    }

    fn comparison(&mut self) -> bool {
        const SIGNS: [(&str, &str); 11] = [
            (">=", ">="),
            ("=>", ">="),
            ("<=", "<="),
            ("=<", "<="),
            ("!=", "!="),
            ("<>", "!="),
            ("==", "="),
            (">", ">"),
            ("<", "<"),
            ("=", "="),
            ("≥", ">="),
        ];
        let signs = SIGNS.into_iter().chain([("≤", "<="), ("≠", "!=")]);
        let found = signs.into_iter().find(|(sign, _)| self.rest().starts_with(sign));
        let Some((sign, operator)) = found else { return false };
        self.push(Kind::Compare(operator), "", sign.len());
        true
    }

    fn number(&mut self) {
        if let Some(length) = moment(self.rest()) {
            let word = self.rest().get(..length).unwrap_or_default();
            return self.push(Kind::Moment, word, length);
        }
        if let Some((length, date)) = slashed_date(self.rest()) {
            return self.push(Kind::Moment, date, length);
        }
        let length = literal(self.rest().as_bytes());
        let after = self.rest().get(length..).unwrap_or_default();
        let attached: String = after.chars().take_while(|c| is_inner(*c) || c.is_alphanumeric()).collect();
        let suffix = attached.trim_end_matches(is_inner);
        // `10k`, `3rd`, `90-day` and `2k-8k` are numbers; `1001-A` and `2x4` are names.
        let letters = suffix.chars().take_while(char::is_ascii_alphabetic).count();
        let (unit, more) = suffix.split_at(letters);
        let is_word = |text: &str| text.chars().all(|c| c.is_ascii_lowercase()) || matches!(text, "K" | "L" | "M" | "Cr" | "CR");
        let goes_on = more.is_empty()
            || more.starts_with(['.', ',', '/', '+'])
            || more.strip_prefix('-').is_some_and(|more| {
                is_word(more)
                    || more.starts_with(|c: char| c.is_ascii_digit()) && (unit.is_empty() || unit.len() < 3) && more.len() < 9
            });
        let is_name = suffix.chars().any(char::is_alphabetic) && !(is_word(unit) && goes_on);
        if is_name {
            return self.word();
        }
        let digits = self.rest().get(..length).unwrap_or_default();
        // In `99,50` the comma is a decimal point: no number that is understood here, rather than a hundredfold one.
        let whole = digits.split(['.', 'e', 'E']).next().unwrap_or_default();
        if whole.rsplit_once(',').is_some_and(|(_, group)| group.len() != 3) {
            let word = digits.to_owned();
            return self.push(Kind::Word, word, length);
        }
        let digits = digits.replace(',', "");
        self.push(Kind::Number, digits, length);
        if letters > 0 {
            self.push(Kind::Word, unit.to_ascii_lowercase(), letters);
        }
        if after.starts_with('-') && suffix.len() > 1 && !after.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn word(&mut self) {
        let rest = self.rest();
        if let Some((length, ours)) = currency_word(rest, self.currency) {
            return self.push(Kind::Money(ours), "", length);
        }
        let mut chars = rest.char_indices().peekable();
        let mut length = 0;
        while let Some((place, c)) = chars.next() {
            let inner = is_inner(c) && (place == 0 || chars.peek().is_some_and(|(_, next)| next.is_alphanumeric()));
            if !(c.is_alphanumeric() || c == '_' || inner) {
                break;
            }
            length = place + c.len_utf8();
        }
        let word = rest.get(..length).unwrap_or_default().to_lowercase().replace('’', "'");
        if word.chars().any(|c| !(c.is_alphabetic() || c == '-' || c == '\'')) {
            return self.push(Kind::Word, word, length);
        }
        if let Some(joined) = word.strip_prefix("e-mail").map(|plural| format!("email{plural}")) {
            return self.push(Kind::Word, joined, length);
        }
        let end = self.at + length;
        for part in word.split('-') {
            let length = self.rest().split('-').next().map_or(0, str::len).min(end - self.at);
            self.part(part, length);
            self.at = (self.at + 1).min(end);
        }
        self.at = end;
    }

    /// A word without hyphens; short forms are written out.
    fn part(&mut self, word: &str, length: usize) {
        let shortened = word.strip_suffix("n't").or_else(|| UNMARKED.iter().find(|short| **short == word)?.strip_suffix("nt"));
        let word = ["'s", "'ve", "'re", "'d", "'ll", "'m", "'"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        match shortened {
            Some(verb) => {
                self.push(Kind::Word, if verb == "ca" { "can" } else { verb }, length);
                self.tokens.push(Token { kind: Kind::Word, word: "not".to_owned(), from: self.at, to: self.at });
            }
            None => self.push(Kind::Word, word, length),
        }
    }
}

/// Short forms that are often written without their apostrophe.
const UNMARKED: [&str; 9] = ["dont", "didnt", "doesnt", "havent", "hasnt", "hadnt", "isnt", "arent", "werent"];

/// Signs that may stand within a word.
const fn is_inner(c: char) -> bool {
    matches!(c, '-' | '\'' | '’' | '@' | '.' | '/' | '+' | '_')
}

/// How many bytes of `text` are a date or date-time.
fn moment(text: &str) -> Option<usize> {
    let date = text.get(..10)?;
    parse_date(date)?;
    let more = text.get(10..)?;
    let clock = more.bytes().take_while(|b| b.is_ascii_alphanumeric() || b":.+-".contains(b)).count();
    let length = 10 + if more.starts_with(['T', 't']) { clock } else { 0 };
    let length = if text.get(..length)?.ends_with('.') { length - 1 } else { length };
    Time::parse(text.get(..length)?).ok()?;
    Some(length)
}

/// A date with the year last, if it is clear which number is the day.
fn slashed_date(text: &str) -> Option<(usize, String)> {
    let length = text.bytes().take_while(|b| b.is_ascii_digit() || b"/-.".contains(b)).count();
    let date = text.get(..length)?.trim_end_matches(['/', '-', '.']);
    let sign = date.find(['/', '-', '.']).and_then(|place| date.get(place..=place))?;
    let mut parts = date.split(sign);
    let (one, two, year) = (parts.next()?, parts.next()?, parts.next().filter(|year| year.len() == 4)?);
    let (one, two): (u8, u8) = (one.parse().ok()?, two.parse().ok()?);
    let (month, day) = match (one > 12, two > 12) {
        (true, false) => (two, one),
        (false, true) => (one, two),
        _ if one == two => (one, two),
        _ => return None,
    };
    let written = format!("{year}-{month:02}-{day:02}");
    (parts.next().is_none() && parse_date(&written).is_some()).then_some((date.len(), written))
}

/// How many bytes are a number: a sign, digits in groups, decimals, an exponent.
fn literal(bytes: &[u8]) -> usize {
    let digits = |from: usize| bytes.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let mut length = usize::from(bytes.first() == Some(&b'-'));
    length += digits(length);
    while bytes.get(length) == Some(&b',') && matches!(digits(length + 1), 2 | 3) {
        length += 1 + digits(length + 1);
    }
    if bytes.get(length) == Some(&b'.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        if digits(length + 1 + sign) > 0 {
            length += 1 + sign + digits(length + 1 + sign);
        }
    }
    length
}

/// A word for a currency at the beginning of `text`: its length, and whether it is the deployment's.
fn currency_word(text: &str, currency: &str) -> Option<(usize, bool)> {
    let length = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (word, more) = text.split_at(length);
    if more.starts_with(|c: char| c.is_alphabetic() || matches!(c, '-' | '_' | '\'' | '@')) {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let code = ["INR", "USD", "EUR", "GBP", "AED", "JPY", currency].contains(&word);
    let named = matches!(&*lower, "rs" | "inr" | "rupee" | "rupees" | "usd" | "dollar" | "dollars" | "euro" | "euros" | "pounds");
    let dot = usize::from(lower == "rs" && more.starts_with('.'));
    (code || named).then(|| (length + dot, is_ours(&lower, currency)))
}

fn is_ours(mark: &str, currency: &str) -> bool {
    match mark {
        "₹" | "rs" | "rupee" | "rupees" => currency == "INR",
        "$" | "dollar" | "dollars" => matches!(currency, "USD" | "AUD" | "CAD" | "HKD" | "NZD" | "SGD"),
        "€" | "euro" | "euros" => currency == "EUR",
        "£" | "pounds" => currency == "GBP",
        "¥" => currency == "JPY",
        code => code.eq_ignore_ascii_case(currency),
    }
}
