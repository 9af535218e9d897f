//! What a CRM has names for: without them "wholesale customers" says nothing.

use crm_domain::ids::SegmentId;
use crm_domain::money::Currency;
use jiff::civil::Date;

use crate::lexer::{Token, lex};
use crate::phrasebook::Phrasebook;

/// What a prompt is read against.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    /// The day on which "this year" and "January" are said.
    pub today: Date,
    /// The deployment's currency.
    pub currency: Currency,
    names: Phrasebook<Named>,
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
        Self { today, currency, names: Phrasebook::default() }
    }

    /// The same with more names.
    #[must_use]
    pub fn with(mut self, names: impl IntoIterator<Item = Named>) -> Self {
        for named in names {
            let spoken = match &named {
                Named::Attribute(key, _) => spaced(key),
                Named::Tag(name)
                | Named::City(name)
                | Named::Country(name)
                | Named::Product(name)
                | Named::Sku(name)
                | Named::Segment(name, _) => name.clone(),
            };
            let words = |text: &str| {
                lex(text, self.currency.code())
                    .into_iter()
                    .map(|token| token.word)
                    .filter(|word| !word.is_empty())
                    .collect::<Vec<_>>()
            };
            if let Named::Attribute(key, kind) = &named {
                self.names.add(words(key), named.clone());
                if *kind == AttributeType::Flag {
                    // "club members"
                    self.names.add(words(&format!("{spoken}s")), named.clone());
                }
            }
            self.names.add(words(&spoken), named);
        }
        self
    }

    /// The segment of that name.
    pub(crate) fn segment(&self, name: &str) -> Option<SegmentId> {
        match self.find(&lex(name, self.currency.code()), |named| matches!(named, Named::Segment(whole, _) if whole == name))?.0 {
            Named::Segment(_, id) => Some(*id),
            _ => None,
        }
    }

    /// The name of a segment.
    pub(crate) fn segment_name(&self, id: &str) -> Option<&str> {
        self.names.meanings().find_map(|named| match named {
            Named::Segment(name, known) if known.to_string() == id => Some(&**name),
            _ => None,
        })
    }

    /// The longest name of such things with which `tokens` begin, and how many of them it is.
    pub(crate) fn find(&self, tokens: &[Token], such: impl Fn(&Named) -> bool) -> Option<(&Named, usize)> {
        self.names.find_such(tokens, such)
    }
}

/// `loyaltyTier` and `loyalty_tier` as people say them.
fn spaced(key: &str) -> String {
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
