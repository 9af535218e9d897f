//! A campaign for an objective: whom it is for, on which channel, when, and what it is to say. A draft with reasons; nothing
//! is launched.
//!
//! People whom the objective describes are read by the grammar; else the kind of message says whom it concerns, by stated
//! rules. Nothing is learned from data.

use crm_domain::customer::Channel;
use crm_domain::json::Json;
use crm_domain::rules::Rules;
use jiff::ToSpan;
use jiff::civil::{DateTime, Weekday, time};

use crate::cursor::Reader;
use crate::explain::explain;
use crate::lexer::{Kind as Looks, Token, lex};
use crate::messages::{Brief, COUNTS, Tone};
use crate::objective::{Kind, Objective, Whom, channel, whom};
use crate::tree::Node;
use crate::understand::MAX_PROMPT;
use crate::vocabulary::Vocabulary;

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
    let people = whom(&reader).filter(|_| read != Objective::default());
    let none = 0..0;
    let named = channel(&reader, people.as_ref().map_or(&none, |people| &people.tokens)).filter(|_| read != Objective::default());
    let unsupported = people.as_ref().and_then(|people| left(&reader, people.tokens.end)).into_iter().collect();
    let mut why = Vec::new();
    let rules = audience(people, read.kind, vocabulary, &mut why);
    let channel = named.unwrap_or(Channel::Email);
    why.push(match named {
        Some(_) => format!("The objective names {}.", spoken(channel)),
        None => "By e-mail, as the objective names no channel: it costs least and has room for what there is to say.".to_owned(),
    });
    let local_time = when(read.kind, now, &mut why);
    let brief = Brief { objective: objective.to_owned(), channel, tone: tone(read.kind), count: *COUNTS.start() + 1 };
    Suggestion { name: name(&read), rules, unsupported, channel, local_time, why, brief }
}

/// What else is said of the people from a token on, which the grammar did not read.
fn left(reader: &Reader<'_>, from: usize) -> Option<String> {
    let rest = reader.tokens.get(from..)?;
    let says = matches!(&*rest.first()?.word, "who" | "whose" | "which" | "living" | "having" | "interested");
    let ends = |token: &Token| {
        matches!(token.kind, Looks::Symbol('.' | '!' | '?' | ':' | ';' | ',')) || matches!(&*token.word, "with" | "to" | "that")
    };
    let last = rest.iter().take_while(|token| !ends(token)).last().filter(|_| says)?;
    reader.text.get(rest.first()?.from..last.to).map(str::to_owned)
}

fn audience(people: Option<Whom>, kind: Kind, vocabulary: &Vocabulary, why: &mut Vec<String>) -> Option<Rules> {
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
        Kind::Launch | Kind::Restock => (
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
        Kind::Greeting | Kind::Reminder | Kind::News | Kind::Plain => {
            why.push(
                "The objective says nothing that tells people apart, so it is for everybody who may be written to.".to_owned(),
            );
            return None;
        }
    };
    why.push(reason.to_owned());
    Rules::parse(&node.tidy().into_json(), "rules", &vocabulary.currency).ok()
}

/// The next good hour that leaves an hour to look at the draft.
fn when(kind: Kind, now: DateTime, why: &mut Vec<String>) -> DateTime {
    // Leisure is for evenings, what has to be done for mornings.
    let (hour, reason) = match kind {
        Kind::Sale | Kind::Cart => (18, "in the early evening, when people have time to shop"),
        Kind::Launch | Kind::Restock | Kind::Event | Kind::WinBack => {
            (11, "late in the morning, when messages of the night are read")
        }
        Kind::Birthday | Kind::Greeting => (9, "in the morning, so that wishes come first"),
        Kind::Welcome | Kind::Thanks | Kind::Feedback | Kind::Reminder | Kind::News | Kind::Plain => {
            (10, "in the morning, after the first rush")
        }
    };
    let on_sundays = matches!(kind, Kind::Sale | Kind::Cart | Kind::Birthday | Kind::Greeting);
    let mut day = now.date().tomorrow().unwrap_or(now.date());
    let skipped = day.weekday() == Weekday::Sunday && !on_sundays;
    if skipped {
        day = day.checked_add(1.day()).unwrap_or(day);
    }
    let shown = day.strftime("%A");
    let sunday = if skipped { ", as Sunday is no day for it" } else { "" };
    why.push(format!("On {shown} at {hour}:00 on each recipient's own clock, {reason}{sunday}."));
    day.to_datetime(time(hour, 0, 0, 0))
}

const fn tone(kind: Kind) -> Tone {
    match kind {
        Kind::WinBack | Kind::Thanks | Kind::Birthday | Kind::Greeting | Kind::Welcome => Tone::Warm,
        Kind::Reminder | Kind::News => Tone::Professional,
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
