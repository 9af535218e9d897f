//! A campaign for an objective: whom it is for, on which channel, when, and what it is to say. A draft with reasons; nothing
//! is launched.
//!
//! People whom the objective describes are read by the grammar; else the kind of message says whom it concerns, by stated
//! rules. Nothing is learned from data.

use std::ops::Range;

use crm_domain::customer::Channel;
use crm_domain::json::Json;
use crm_domain::rules::Rules;
use jiff::civil::DateTime;

use crate::cursor::Reader;
use crate::explain::explain;
use crate::hours::when;
use crate::lexer::{Kind as Looks, Token, lex};
use crate::messages::{Brief, COUNTS, Tone};
use crate::objective::{Kind, Objective, Whom, channel, day, gives_orders, whom};
use crate::tree::Node;
use crate::understand::MAX_PROMPT;
use crate::vocabulary::{Named, Vocabulary};
use crate::words::PEOPLE;

/// Most characters of a name.
const MAX_NAME: usize = 60;

/// A campaign to look at and change.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    pub name: String,
    /// Whom it is for; everybody who may be written to where there is nothing to tell people apart by.
    pub rules: Option<Rules>,
    /// Parts of the description of people that the rules do not express, as written.
    pub unsupported: Vec<String>,
    pub channel: Channel,
    /// The time on each recipient's clock, for a campaign's `localTime`.
    pub local_time: DateTime,
    /// Why, in sentences.
    pub why: Vec<String>,
    /// For [`compose`](crate::messages::compose).
    pub brief: Brief,
}

/// A campaign for `objective`. `now` is the time on the clock of whoever asks; the vocabulary's day is that of the rules.
#[must_use]
pub fn suggest(objective: &str, vocabulary: &Vocabulary, now: DateTime) -> Suggestion {
    let read = Objective::read(objective, vocabulary);
    let end = objective.char_indices().nth(MAX_PROMPT).map_or(objective.len(), |(at, _)| at);
    let text = objective.get(..end).unwrap_or_default();
    let tokens = lex(text, vocabulary.currency.code());
    let reader = Reader::new(text, &tokens, vocabulary);
    // An objective that gives orders describes nobody either.
    let obeys = !gives_orders(&tokens);
    let people = whom(&reader).filter(|_| obeys);
    let of_people = people.as_ref().map_or(0..0, |people| people.tokens.clone());
    let named = channel(&reader, &of_people).filter(|_| obeys);
    let mut unsupported: Vec<String> = people.as_ref().and_then(|people| left(&reader, people.tokens.end)).into_iter().collect();
    let others = if obeys { apart(&reader, &of_people) } else { None };
    unsupported.extend(others.filter(|others| !unsupported.iter().any(|said| others.contains(said))));
    let mut why = Vec::new();
    let rules = audience(people, read.kind, &unsupported, vocabulary, &mut why);
    if let (Some(said), Some(_)) = (unsupported.first(), &rules) {
        why.push(format!("That the objective says \"{said}\" could not be read, so the audience does not follow it."));
    }
    let channel = named.unwrap_or(Channel::Email);
    why.push(match named {
        Some(_) => format!("The objective names {}.", spoken(channel)),
        None => "By e-mail, as the objective names no channel: it costs least and has room for what there is to say.".to_owned(),
    });
    let day = if obeys { day(&reader, &of_people, now.date()) } else { None };
    let local_time = when(read.kind, day, now, &mut why);
    let brief = Brief { objective: objective.to_owned(), channel, tone: tone(read.kind), count: *COUNTS.start() + 1 };
    Suggestion { name: name(&read), rules, unsupported, channel, local_time, why, brief }
}

/// What else is said of the people from a token on, which the grammar did not read.
fn left(reader: &Reader<'_>, from: usize) -> Option<String> {
    let rest = reader.tokens.get(from..)?;
    let says = matches!(&*rest.first()?.word, "who" | "whose" | "which" | "living" | "having" | "interested");
    let last = rest.iter().take_while(|token| !ends(token)).last().filter(|_| says)?;
    reader.text.get(rest.first()?.from..last.to).map(str::to_owned)
}

/// People who are named with "but", "except" or "among" outside of what the grammar read.
fn apart(reader: &Reader<'_>, people: &Range<usize>) -> Option<String> {
    let at = (0..reader.tokens.len()).filter(|at| !people.contains(at)).find(|at| {
        let word = |ahead: usize| reader.tokens.get(at + ahead).map_or("", |token| &*token.word);
        let two = matches!(
            (word(0), word(1)),
            ("other", "than") | ("apart" | "aside", "from") | ("leaving", "out") | ("not", "to" | "for")
        );
        let sets_apart = two
            || matches!(
                word(0),
                "but" | "except" | "excluding" | "minus" | "without" | "among" | "amongst" | "unless" | "barring"
            );
        let beside = *at == people.end && !people.is_empty();
        let all = reader.tokens.get(*at + 1..).unwrap_or_default();
        let named = || {
            (0..all.len().min(6)).take_while(|at| !all.get(*at).is_some_and(ends)).any(|at| {
                let rest = all.get(at..).unwrap_or_default();
                let tag = reader.vocabulary.find(rest, |named| matches!(named, Named::Tag(_) | Named::Segment(..))).is_some();
                tag || rest.first().is_some_and(|token| PEOPLE.contains(&*token.word) || token.word == "vip")
            })
        };
        sets_apart && (beside && word(0) != "among" || named())
    })?;
    // "among" those whom the grammar read
    let rest = reader.tokens.get(at..)?;
    let read = reader.tokens.get(at).is_some_and(|token| token.word.starts_with("among")) && people.start == at + 1;
    let last = rest.iter().take_while(|token| !ends(token)).last().filter(|_| !read)?;
    reader.text.get(rest.first()?.from..last.to).map(str::to_owned)
}

/// Whether what is said of people ends here.
fn ends(token: &Token) -> bool {
    matches!(token.kind, Looks::Symbol('.' | '!' | '?' | ':' | ';' | ',')) || matches!(&*token.word, "with" | "to" | "that")
}

fn audience(
    people: Option<Whom>,
    kind: Kind,
    unread: &[String],
    vocabulary: &Vocabulary,
    why: &mut Vec<String>,
) -> Option<Rules> {
    if let Some(rules) = people.and_then(|people| people.rules) {
        why.push(format!("The audience is as the objective describes it: {}.", small(&explain(&rules, vocabulary))));
        return Some(rules);
    }
    let back = |field: &'static str, stretch: &str| Node::is(field, "within", stretch);
    let number = |number: i64| Json::Number(number.into());
    let ordered = || Node::is("orderCount", ">", number(0));
    let (node, reason) = match kind {
        Kind::WinBack => (
            Node::And(vec![ordered(), back("lastOrderAt", "P90D").negated()]),
            "To win back are those who have ordered before, but not in the last 90 days.",
        ),
        Kind::Welcome => (back("createdAt", "P7D"), "New are those who joined in the last 7 days."),
        Kind::Thanks => (
            Node::is("orderCount", ">=", number(5)),
            "Thanks go to those with at least 5 orders, who are called loyal here; a limit of spending would do as well.",
        ),
        Kind::Launch | Kind::Restock | Kind::Recommend => (
            Node::Or(vec![back("lastActiveAt", "P180D"), back("lastOrderAt", "P180D")]),
            "News of what there is to buy interest those who were active or ordered in the last 180 days.",
        ),
        Kind::Sale => (
            Node::Or(vec![back("lastActiveAt", "P365D"), back("lastOrderAt", "P365D")]),
            "An offer is for everybody who was active or ordered in the last year.",
        ),
        Kind::Cart => (
            Node::And(vec![back("lastActiveAt", "P7D"), back("lastOrderAt", "P7D").negated()]),
            "Carts are not recorded here; the nearest is who was active in the last 7 days without ordering.",
        ),
        Kind::Event => (back("lastActiveAt", "P180D"), "An invitation is for those who were active in the last 180 days."),
        Kind::Feedback => (back("lastOrderAt", "P30D"), "Who ordered in the last 30 days still remembers how it was."),
        Kind::Birthday => {
            why.push(
                "Birthdays are not recorded here, so nobody is left out; name a segment or an attribute that knows them."
                    .to_owned(),
            );
            return None;
        }
        Kind::Apology | Kind::Notice => {
            why.push(
                "Whom it concerns is not told by what is known here; choose the audience, or it is for everybody who may be written to."
                    .to_owned(),
            );
            return None;
        }
        Kind::Referral => (ordered(), "Friends are brought by those who have ordered before."),
        Kind::Greeting | Kind::Reminder | Kind::News | Kind::Plain => {
            why.push(match unread.first() {
                Some(said) => format!(
                    "That the objective says \"{said}\" could not be read, so it is for everybody who may be written to; choose the audience."
                ),
                None => {
                    "The objective says nothing that tells people apart, so it is for everybody who may be written to.".to_owned()
                }
            });
            return None;
        }
    };
    why.push(reason.to_owned());
    Rules::parse(&node.tidy().into_json(), "rules", &vocabulary.currency).ok()
}

const fn tone(kind: Kind) -> Tone {
    match kind {
        Kind::WinBack | Kind::Thanks | Kind::Birthday | Kind::Greeting | Kind::Welcome => Tone::Warm,
        Kind::Reminder | Kind::News | Kind::Apology | Kind::Notice => Tone::Professional,
        _ => Tone::Friendly,
    }
}

const fn spoken(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "e-mail",
        Channel::Sms => "SMS",
        Channel::Whatsapp => "WhatsApp",
    }
}

/// A name that says what it is for, and about what.
fn name(read: &Objective) -> String {
    let kind = match read.kind {
        Kind::WinBack => "Win back",
        Kind::Welcome => "Welcome",
        Kind::Thanks => "Thank you",
        Kind::Launch => "Launch",
        Kind::Sale => "Offer",
        Kind::Restock => "Back in stock",
        Kind::Cart => "Unfinished orders",
        Kind::Reminder => "Reminder",
        Kind::Event => "Invitation",
        Kind::Feedback => "Feedback",
        Kind::Birthday => "Birthday",
        Kind::Greeting => "Greetings",
        Kind::Apology => "Apology",
        Kind::Notice => "Notice",
        Kind::Referral => "Referral",
        Kind::Recommend => "Recommendation",
        Kind::News => "News",
        Kind::Plain => "Hello",
    };
    let about = read
        .topic
        .as_ref()
        .or(read.statement.as_ref())
        .or(read.request.as_ref())
        .or(read.offers.first())
        .or(read.occasion.as_ref());
    let about = about.filter(|_| read.kind != Kind::Plain);
    let about = about
        .map(|about| ["our ", "the ", "a ", "your "].iter().find_map(|article| about.strip_prefix(article)).unwrap_or(about));
    let name = about.map_or_else(|| kind.to_owned(), |about| format!("{kind}: {about}"));
    if name.chars().count() <= MAX_NAME {
        return name;
    }
    // At a word's end.
    let cut: String = name.chars().take(MAX_NAME).collect();
    cut.rsplit_once(' ').map_or(cut.clone(), |(whole, _)| whole.trim_end_matches([',', ':']).to_owned())
}

/// As it goes on within a sentence.
fn small(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
