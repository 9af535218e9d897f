//! From a prompt to rules, or to why not.

use crm_domain::faults::Faults;
use crm_domain::rules::Rules;

use crate::cursor::Reader;
use crate::lexer::{Token, lex};
use crate::tree::Unknown;
use crate::vocabulary::Vocabulary;
use crate::words::{FIELDS, Field, OPENINGS};

/// How many characters a prompt may have.
pub const MAX_PROMPT: usize = 1_000;

/// What a prompt means.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    pub rules: Rules,
    /// The parts of the prompt that the rules do not express, as written. They make the audience no wider than the rules.
    pub unsupported: Vec<String>,
}

/// Why a prompt did not become rules. The text is safe to show to a caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUnderstood {
    #[error("must have at most {MAX_PROMPT} characters")]
    TooLong,
    /// It is understood, and yet no rules: too many conditions, or a value that rules do not take.
    #[error("cannot be rules: {0}")]
    Faulty(Faults),
    /// It does not describe an audience, or some part that it cannot do without is not understood.
    #[error("does not describe customers by what is known of them")]
    NoAudience {
        /// The parts that were not understood, as written.
        unsupported: Vec<String>,
    },
}

/// The rules that select the people whom `prompt` describes.
///
/// # Errors
/// Says why there are none. It never guesses: a condition that was not understood is left out only where the others
/// then select a wider audience, and it is listed.
pub fn understand(prompt: &str, vocabulary: &Vocabulary) -> Result<Understood, NotUnderstood> {
    if prompt.chars().nth(MAX_PROMPT).is_some() {
        return Err(NotUnderstood::TooLong);
    }
    let tokens = lex(prompt, vocabulary.currency.code());
    let mut reader = Reader::new(prompt, &tokens, vocabulary);
    reader.open();
    let start = reader.at;
    reader.opened = start;
    let node = reader.query();
    reader.close();
    let mut lost = Vec::new();
    if !reader.ended() {
        lost.push(Unknown { part: tokens.get(start).map_or(0, |token| token.from)..prompt.len(), astray: true });
    }
    let understood = node.understood(false, &mut lost);
    let astray = start == tokens.len() || lost.iter().any(|unknown| unknown.astray);
    let unsupported: Vec<String> =
        lost.into_iter().filter_map(|unknown| Some(prompt.get(unknown.part)?.trim().to_owned())).collect();
    match understood {
        Some(node) if !astray => {
            let json = node.tidy().into_json();
            let rules = Rules::parse(&json, "rules", &vocabulary.currency).map_err(NotUnderstood::Faulty)?;
            Ok(Understood { rules, unsupported })
        }
        _ => Err(NotUnderstood::NoAudience { unsupported }),
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str, tokens: &'a [Token], vocabulary: &'a Vocabulary) -> Self {
        Self {
            text,
            tokens,
            vocabulary,
            at: 0,
            topic: None,
            done: None,
            denied: false,
            of_people: false,
            excepting: false,
            named: 0,
            opened: 0,
            depth: 0,
            // Each phrase takes one, and one more for each time that it is tried in another reading.
            fuel: 4 * tokens.len() + 16,
        }
    }

    /// "Please show me ..."
    fn open(&mut self) {
        while self.people_ahead() != Some(self.at) && self.eat_phrase(&OPENINGS).is_some() {
            self.eat_symbol(",:");
        }
        let lists_things = self.at > 0 && matches!(FIELDS.find(self.rest()), Some((Field::Figure("orderCount" | "visits"), _)));
        if lists_things {
            // "list orders over 500" asks for orders.
            self.at = 0;
        }
    }

    fn close(&mut self) {
        while self.eat_symbol(".?!,;") || self.eat(&["please"]) {}
    }
}
