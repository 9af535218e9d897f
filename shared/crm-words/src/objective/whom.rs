//! Whom an objective is for, and on which channel.

use std::collections::HashSet;
use std::sync::LazyLock;

use std::ops::Range;

use crm_domain::customer::Channel;
use crm_domain::json::Json;
use crm_domain::rules::Rules;

use crate::cursor::Reader;
use crate::lexer::Kind;
use crate::understand::understand;
use crate::words::{CHANNELS, PEOPLE, set};

/// How many words before the noun, and how many tokens after it, may describe the people.
const BEFORE: usize = 6;
const AFTER: usize = 28;
/// How many nouns are tried: each is read many times.
const NOUNS: usize = 4;

/// Where the people are named, and what selects them if something is said of them.
pub(crate) struct Whom {
    pub(crate) tokens: Range<usize>,
    pub(crate) rules: Option<Rules>,
}

/// Before what follows a description of people.
static FOLLOWS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("with that about to until till by before for and on at using know of via through in when because so as from now \
         this next offering over a an our the some their who which tomorrow today get we back again during is are will \
         can a please only")
});

/// The first people who are named, with as much of what is said of them as the grammar reads; those of whom something is
/// said before those who are merely named.
pub(crate) fn whom(reader: &Reader<'_>) -> Option<Whom> {
    let mut merely = None;
    for noun in (0..reader.tokens.len()).filter(|noun| names_people(reader, *noun)).take(NOUNS) {
        let found = described(reader, noun);
        if found.rules.is_some() {
            return Some(found);
        }
        merely.get_or_insert(found);
    }
    merely
}

fn names_people(reader: &Reader<'_>, at: usize) -> bool {
    let Some(token) = reader.tokens.get(at).filter(|token| token.kind == Kind::Word) else { return false };
    let word = &*token.word;
    let next = reader.tokens.get(at + 1).map_or("", |token| &token.word);
    match word {
        // "customer's" is no customer, and "people" of "people pleaser" neither, but that far nobody goes.
        "those" => matches!(next, "who" | "that" | "from" | "in" | "with"),
        "vips" | "people" | "everyone" | "everybody" | "folks" => true,
        "accounts" | "ones" | "persons" | "audience" => false,
        _ => PEOPLE.contains(word) && word.ends_with('s'),
    }
}

fn described(reader: &Reader<'_>, noun: usize) -> Whom {
    let from = (noun.saturating_sub(BEFORE)..=noun).find(|from| read(reader, &(*from..noun + 1)).is_some());
    let from = from.unwrap_or(noun);
    let ends = |end: usize| match reader.tokens.get(end) {
        None => true,
        Some(token) => match token.kind {
            Kind::Word => FOLLOWS.contains(&*token.word),
            Kind::Symbol(symbol) => !matches!(symbol, '%' | '\'' | '/'),
            Kind::Number | Kind::Money(_) => true,
            _ => false,
        },
    };
    let stops = |token: &crate::lexer::Token| matches!(token.kind, Kind::Symbol('.' | '!' | '?' | ':' | ';'));
    let rest = reader.tokens.get(noun + 1..).unwrap_or_default();
    let last = noun + 1 + rest.iter().take(AFTER).position(stops).unwrap_or(rest.len().min(AFTER));
    let found = (noun + 1..=last).rev().filter(|end| ends(*end)).find_map(|end| Some((end, read(reader, &(from..end))?)));
    // "everyone except people" who are something that is not read
    let goes_on = |end: usize| {
        let next = reader.tokens.get(end).map_or("", |token| &*token.word);
        let sets_apart = |token: &crate::lexer::Token| {
            matches!(
                &*token.word,
                "not" | "no" | "never" | "but" | "except" | "excluding" | "than" | "apart" | "without" | "neither"
            )
        };
        matches!(next, "who" | "whose" | "which" | "that" | "having" | "living")
            && reader.tokens.get(noun..end).unwrap_or_default().iter().any(sets_apart)
    };
    let found = found.filter(|(end, _)| !goes_on(*end));
    let (end, rules) = found.map_or((noun + 1, None), |(end, rules)| (end, Some(rules)));
    let says = |rules: &Rules| !matches!(rules.to_json().get("rules"), Some(Json::List(rules)) if rules.is_empty());
    Whom { tokens: from..end, rules: rules.filter(says) }
}

/// The rules of these tokens, if the grammar reads every one of them.
fn read(reader: &Reader<'_>, tokens: &Range<usize>) -> Option<Rules> {
    let all = reader.tokens.get(tokens.clone())?;
    let text = reader.text.get(all.first()?.from..all.last()?.to)?;
    let understood = understand(text, reader.vocabulary).ok()?;
    understood.unsupported.is_empty().then_some(understood.rules)
}

/// The channel that is named.
pub(crate) fn channel(reader: &Reader<'_>, beside: &Range<usize>) -> Option<Channel> {
    (0..reader.tokens.len()).filter(|at| !beside.contains(at)).find_map(|at| {
        let tokens = reader.tokens.get(at..).unwrap_or_default();
        match &*tokens.first()?.word {
            "email" | "emails" | "mail" | "mails" | "newsletter" | "letter" => Some(Channel::Email),
            "text" | "texts" | "texting" => Some(Channel::Sms),
            _ => CHANNELS.find(tokens).map(|(channel, _)| *channel),
        }
    })
}
