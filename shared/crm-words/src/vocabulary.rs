//! What a CRM has names for: without them "wholesale customers" says nothing.

use crm_domain::ids::SegmentId;
use crm_domain::money::Currency;
use jiff::civil::Date;

use crate::lexer::{Token, lex};
use crate::phrasebook::Phrasebook;
use crate::words::{FIELDS, PEOPLE, STRUCTURE};

/// What a prompt is read against.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    /// The day on which "this year" and "January" are said.
    pub today: Date,
    /// The deployment's currency.
    pub currency: Currency,
    names: Phrasebook<Named>,
    segments: Vec<(String, SegmentId)>,
    attributes: Vec<String>,
}

/// What something in the CRM is called, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    Tag(String),
    City(String),
    Country(String),
    /// An attribute's key.
    Attribute(String, AttributeType),
    Product(String),
    Sku(String),
    /// A segment, by its name.
    Segment(String, SegmentId),
}

/// What the values of an attribute are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeType {
    Text,
    Number,
    Flag,
}

impl Vocabulary {
    /// One without names.
    #[must_use]
    pub fn new(today: Date, currency: Currency) -> Self {
        Self { today, currency, names: Phrasebook::default(), segments: Vec::new(), attributes: Vec::new() }
    }

    /// The same with more names.
    #[must_use]
    pub fn with(mut self, names: impl IntoIterator<Item = Named>) -> Self {
        for named in names {
            match &named {
                Named::Attribute(key, kind) => {
                    let spoken = spaced(key);
                    self.attributes.push(key.clone());
                    self.add(key, &named);
                    self.add(&spoken, &named);
                    if *kind == AttributeType::Flag {
                        // "club members"
                        self.add(&format!("{spoken}s"), &named);
                    }
                }
                Named::Segment(name, id) => {
                    self.segments.push((name.clone(), *id));
                    self.add(name, &named);
                }
                Named::Tag(name) | Named::City(name) | Named::Country(name) | Named::Product(name) | Named::Sku(name) => {
                    self.add(name, &named);
                }
            }
        }
        self
    }

    /// Adds a name by how it is said. One with signs in it has to be quoted, and no name takes the meaning of a word of the grammar.
    fn add(&mut self, spoken: &str, named: &Named) {
        let tokens = lex(spoken, self.currency.code());
        let signs = tokens.iter().any(|token| token.word.is_empty());
        let of_grammar = match &*tokens {
            [only] => STRUCTURE.contains(&*only.word) || PEOPLE.contains(&*only.word),
            _ => false,
        };
        let of_field = FIELDS.find(&tokens).is_some_and(|(_, length)| length == tokens.len());
        if !(signs || of_grammar || of_field) {
            self.names.add(tokens.into_iter().map(|token| token.word), named.clone());
        }
    }

    /// The segment of that name.
    pub(crate) fn segment(&self, name: &str) -> Option<SegmentId> {
        self.segments.iter().find(|(known, _)| known == name).map(|(_, id)| *id)
    }

    /// The name of a segment.
    pub(crate) fn segment_name(&self, id: &str) -> Option<&str> {
        self.segments.iter().find(|(_, known)| known.to_string() == id).map(|(name, _)| &**name)
    }

    /// Whether an attribute has this key.
    pub(crate) fn has_attribute(&self, key: &str) -> bool {
        self.attributes.iter().any(|known| known == key)
    }

    /// The longest name of such things with which `tokens` begin, and how many of them it is.
    pub(crate) fn find(&self, tokens: &[Token], such: impl Fn(&Named) -> bool) -> Option<(&Named, usize)> {
        self.names.find_such(tokens, such)
    }
}

/// `loyaltyTier` and `loyalty_tier` as people say them.
pub(crate) fn spaced(key: &str) -> String {
    let mut spoken = String::new();
    for c in key.chars() {
        match c {
            '_' => spoken.push(' '),
            _ if c.is_uppercase() => spoken.extend([' ', c]),
            _ => spoken.push(c),
        }
    }
    spoken
}
