//! What an objective says: what a message is for, and the facts that it may tell.
//!
//! The same tokens as of a prompt are read in turns: links, whom it is for, offers, codes and days, and then what is left:
//! the thing it is about or the statement it passes on. Facts are kept as they were written; what becomes of them is left
//! to `messages`.

mod brand;
mod calendar;
mod days;
mod kinds;
mod links;
mod offers;
mod topics;
mod whom;

use std::ops::Range;

use crate::cursor::Reader;
use crate::lexer::{Kind as Looks, lex};
use crate::understand::MAX_PROMPT;
use crate::vocabulary::{AttributeType, Named, Vocabulary};

pub(crate) use calendar::{Named as Day, day};
pub(crate) use days::DAY_WORDS;
pub(crate) use kinds::{Kind, gives_orders};
pub(crate) use links::{links, without_scheme};
pub(crate) use whom::{Whom, channel, whom};

/// Most characters of a text that is passed on; a longer one is no statement but a manual.
const MAX_QUOTED: usize = 240;

/// An objective as it was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Objective {
    pub(crate) kind: Kind,
    /// "20% off everything"
    pub(crate) offers: Vec<String>,
    pub(crate) codes: Vec<String>,
    pub(crate) links: Vec<String>,
    /// "until Sunday"
    pub(crate) deadline: Option<String>,
    /// "on Friday"
    pub(crate) when: Option<String>,
    /// What it is about, with an article: "our new monsoon collection".
    pub(crate) topic: Option<String>,
    /// A sentence to pass on: "our store opens on Friday".
    pub(crate) statement: Option<String>,
    /// What people are asked to do: "visit our stall".
    pub(crate) request: Option<String>,
    pub(crate) brand: Option<String>,
    /// A festival: "Diwali".
    pub(crate) occasion: Option<String>,
    /// Whether it says itself that the topic is the sender's.
    pub(crate) ours: bool,
    /// Attributes of which it speaks.
    pub(crate) attributes: Vec<(String, AttributeType)>,
}

impl Objective {
    /// Reads an objective; of one that tries to give orders to whoever reads it, nothing is taken.
    pub(crate) fn read(text: &str, vocabulary: &Vocabulary) -> Self {
        let end = text.char_indices().nth(MAX_PROMPT).map_or(text.len(), |(at, _)| at);
        let text = text.get(..end).unwrap_or_default();
        let (links, text) = links(text);
        let tokens = lex(&text, vocabulary.currency.code());
        if kinds::gives_orders(&tokens) {
            return Self::default();
        }
        let reader = Reader::new(&text, &tokens, vocabulary);
        let mut pieces = Pieces { taken: vec![false; tokens.len()], reader, shouted: shouted(&text) };
        if let Some(whom) = whom(&pieces.reader) {
            pieces.take(&whom.tokens);
        }
        let mut read = Self { links, ..Self::default() };
        pieces.brand(&mut read);
        pieces.facts(&mut read);
        pieces.topics(&mut read);
        pieces.attributes(&mut read);
        let (sign, occasion) = kinds::kind(&pieces.reader);
        read.occasion = occasion.map(|tokens| titled(&pieces.quoted(&tokens)));
        read.ours = tokens.iter().any(|token| matches!(&*token.word, "our" | "my"));
        read.kind = read.settled(sign);
        read
    }

    /// The kind, once it is known what there is to say.
    fn settled(&mut self, sign: Option<(Kind, u8)>) -> Kind {
        let says = self.topic.is_some() || self.statement.is_some() || self.request.is_some();
        let gives = !self.offers.is_empty() || !self.codes.is_empty();
        let kind = match sign {
            Some((Kind::Greeting, _)) if self.occasion.is_none() => Kind::News,
            // Whom it is for says less than what they get or hear.
            Some((_, weight)) if weight <= kinds::WEAK && gives => Kind::Sale,
            Some((_, weight)) if weight <= kinds::WEAK && says => Kind::News,
            Some((kind, _)) => kind,
            None if gives => Kind::Sale,
            None if says => Kind::News,
            None => Kind::Plain,
        };
        if kind == Kind::Greeting {
            // "on Holi" is whatever day it is on.
            let occasion = self.occasion.as_deref().unwrap_or_default().to_lowercase();
            self.when.take_if(|when| when.to_lowercase().ends_with(&*occasion));
            self.topic.take_if(|topic| topic.to_lowercase().contains(&*occasion));
        }
        if kind == Kind::Sale && self.topic.is_none() && gives {
            self.topic = self.occasion.as_ref().map(|occasion| format!("our {occasion} offer"));
        }
        if matches!(kind, Kind::News | Kind::Apology | Kind::Notice) {
            // "about app maintenance": nobody said whose.
            let bare = self.topic.as_deref().and_then(|topic| topic.strip_prefix("our ")).filter(|_| !self.ours);
            self.topic = bare.map(str::to_owned).or_else(|| self.topic.take());
        }
        if kind == Kind::Plain {
            // A day on which nothing is.
            (self.when, self.deadline) = (None, None);
        }
        // What the kind says already.
        let words: &[&str] = match kind {
            Kind::Feedback => &["review", "reviews", "feedback", "rating", "ratings", "survey", "testimonial", "testimonials"],
            Kind::Cart => &["cart", "carts", "checkout"],
            Kind::Birthday => &["birthday", "birthdays"],
            Kind::Apology => &["apology", "apologies"],
            _ => &[],
        };
        self.topic.take_if(|topic| topic.split(' ').any(|word| words.contains(&word)));
        kind
    }
}

/// The tokens of an objective, and which of them have said what they say.
struct Pieces<'a> {
    reader: Reader<'a>,
    taken: Vec<bool>,
    /// Whether all of it is in capital letters.
    shouted: bool,
}

impl Pieces<'_> {
    fn take(&mut self, tokens: &Range<usize>) {
        for taken in self.taken.get_mut(tokens.clone()).unwrap_or_default() {
            *taken = true;
        }
    }

    fn is_taken(&self, at: usize) -> bool {
        self.taken.get(at).copied().unwrap_or(true)
    }

    /// The text of some tokens as it may stand in a message: on one line, for its reader, and without signs of templates.
    fn quoted(&self, tokens: &Range<usize>) -> String {
        let all = self.reader.tokens.get(tokens.clone()).unwrap_or_default();
        let (first, last) = (all.first().map_or(0, |token| token.from), all.last().map_or(0, |token| token.to));
        let written = self.reader.text.get(first..last).unwrap_or_default();
        let written = if self.shouted { written.to_lowercase() } else { written.to_owned() };
        addressed(&written)
    }

    /// What attributes of the reader it speaks of: "their points".
    fn attributes(&mut self, read: &mut Objective) {
        for at in 0..self.reader.tokens.len() {
            self.reader.at = at;
            if !self.reader.eat(&["their", "your"]) {
                continue;
            }
            let named = self.reader.eat_name(|named| matches!(named, Named::Attribute(..)));
            if let Some(Named::Attribute(key, kind)) = named {
                let plain = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                    && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                if plain && *kind != AttributeType::Flag && !read.attributes.iter().any(|(known, _)| known == key) {
                    read.attributes.push((key.clone(), *kind));
                }
            }
        }
    }
}

impl Reader<'_> {
    /// Whether a sentence ends at the token so far ahead, or nothing is there.
    fn ends_sentence(&self, ahead: usize) -> bool {
        self.token(ahead).is_none_or(|token| matches!(token.kind, Looks::Symbol('.' | '!' | '?' | ';' | ':' | '(' | ')')))
    }
}

/// A text for its reader: what was said of them is said to them.
fn addressed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let core = word.trim_matches(|c: char| !c.is_alphanumeric());
        let said = match &*core.to_lowercase() {
            "they" | "them" => "you",
            "their" => "your",
            "theirs" => "yours",
            "they're" | "they’re" => "you're",
            "they've" | "they’ve" => "you've",
            "themselves" => "yourselves",
            "my" => "our",
            _ => core,
        };
        if !out.is_empty() {
            out.push(' ');
        }
        if core.is_empty() { out.push_str(word) } else { out.push_str(&word.replacen(core, said, 1)) }
    }
    let safe = out.chars().filter(|c| !c.is_control()).map(|c| match c {
        '{' => '(',
        '}' => ')',
        c => c,
    });
    safe.collect()
}

/// With a capital letter in each word: "New Year".
fn titled(name: &str) -> String {
    let words = name.split(' ').map(|word| {
        let mut chars = word.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a text is written in capital letters throughout.
fn shouted(text: &str) -> bool {
    let (mut upper, mut lower) = (0, 0);
    for c in text.chars() {
        upper += usize::from(c.is_uppercase());
        lower += usize::from(c.is_lowercase());
    }
    upper > 12 && lower * 4 < upper
}
