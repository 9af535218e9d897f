//! The facts of an objective as sentences, in five wordings each.

use super::Tone;
use crate::objective::Objective;
use crate::vocabulary::spaced;

/// Something that a message tells.
pub(super) enum Fact {
    /// A sentence.
    Said(String),
    /// A sentence that ends with an address.
    Linked(&'static str, String),
    /// A sentence, and the blank before it, for those who have the attribute.
    Attribute { key: String, said: String },
}

/// What there is to tell, in the `turn`-th wording; `short` leaves away what is not needed.
pub(super) fn facts(objective: &Objective, tone: Tone, turn: usize, short: bool) -> Vec<Fact> {
    let mut facts = Vec::new();
    let pick = |lines| tone.line(lines, turn);
    let said = |line: &'static str, fact: &str| Fact::Said(line.replace("[fact]", fact).replace("[Fact]", &capital(fact)));
    if let Some(statement) = &objective.statement {
        facts.push(Fact::Said(sentence(statement)));
    }
    if let Some(request) = &objective.request {
        let asked = pick([
            "We would love you to [fact].",
            "We kindly invite you to [fact].",
            "How about it: will you [fact]?",
            "Please [fact].",
            "It would make us happy if you were to [fact].",
        ]);
        facts.push(said(asked, request));
    }
    for (key, _) in &objective.attributes {
        let spoken = spaced(key).trim().to_lowercase();
        facts.push(Fact::Attribute { key: key.clone(), said: format!(" Your {spoken}: {{{{attributes.{key}}}}}.") });
    }
    let mut deadline = objective.deadline.as_deref();
    if !objective.offers.is_empty() {
        let mut offer = objective.offers.join(" and ");
        if let Some(until) = deadline.take() {
            offer = format!("{offer}, {until}");
        }
        let offered = pick(if short {
            ["For you: [fact].", "[Fact].", "Yours: [fact].", "Now: [fact].", "From us to you: [fact]."]
        } else {
            [
                "Here is what we have for you: [fact].",
                "What you get: [fact].",
                "And the best part? [Fact].",
                "The offer: [fact].",
                "From us to you: [fact].",
            ]
        });
        facts.push(said(offered, &offer));
    }
    if let Some(when) = &objective.when {
        facts
            .push(said(pick(["When: [fact].", "The time: [fact].", "When? [Fact].", "[Fact].", "Save the time: [fact]."]), when));
    }
    if let Some(until) = deadline {
        let first = until.split(' ').next().unwrap_or_default();
        let line = match first {
            "until" | "till" | "through" | "for" => "It is on [fact].",
            "by" | "before" => "Please note the time: [fact].",
            _ => "Please note: it [fact].",
        };
        facts.push(said(line, until));
    }
    if !objective.codes.is_empty() {
        let codes = objective.codes.join(" or ");
        let lines = if short {
            ["Use code [fact].", "Code: [fact].", "Enter [fact].", "Use [fact].", "Your code: [fact]."]
        } else {
            [
                "Use code [fact] when you order.",
                "Your code is [fact].",
                "The magic word is [fact].",
                "Code: [fact].",
                "Just enter [fact] when you check out.",
            ]
        };
        facts.push(said(pick(lines), &codes));
    }
    for link in &objective.links {
        let lines = if short {
            ["Have a look:", "Details:", "This way:", "Here:", "More here:"]
        } else {
            [
                "Have a look:",
                "You will find everything here:",
                "This way, please:",
                "Details:",
                "We have put it all here for you:",
            ]
        };
        facts.push(Fact::Linked(pick(lines), link.clone()));
    }
    facts
}

/// With a capital letter at the beginning and a sign at the end.
pub(super) fn sentence(text: &str) -> String {
    let text = capital(text.trim());
    if text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") }
}

/// As it goes on after a comma or a colon: its first word small, if that is one that always is within a sentence.
pub(super) fn continued(text: &str) -> String {
    let first = text.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let small = matches!(
        first,
        "A" | "An"
            | "And"
            | "As"
            | "At"
            | "Available"
            | "Back"
            | "Be"
            | "Behind"
            | "Busy"
            | "Close"
            | "Come"
            | "Drum"
            | "For"
            | "From"
            | "Good"
            | "Guess"
            | "Happy"
            | "Have"
            | "How"
            | "If"
            | "In"
            | "It"
            | "Its"
            | "Join"
            | "Just"
            | "Keep"
            | "Knock"
            | "Look"
            | "Made"
            | "Many"
            | "May"
            | "No"
            | "Now"
            | "On"
            | "Our"
            | "Please"
            | "Quick"
            | "Say"
            | "So"
            | "Still"
            | "Stop"
            | "Thank"
            | "The"
            | "There"
            | "These"
            | "This"
            | "Up"
            | "Warm"
            | "We"
            | "Welcome"
            | "You"
            | "Your"
    );
    let mut chars = text.chars();
    match chars.next() {
        Some(letter) if small => letter.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

/// With a capital letter at the beginning.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
