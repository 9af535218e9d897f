//! SMS: everything that has to be said in as few segments as possible.

use crm_domain::sms::Length;

use super::copy::Copy;
use super::facts::{Fact, continued};
use super::letter::{filled, plain_fact};
use super::{NAME, Tone};
use crate::objective::{Kind, Objective};

/// What a name may take of the first segment.
const A_NAME: &str = "Alexandrina";

/// The `turn`-th SMS that is none of those before.
pub(super) fn short(objective: &Objective, copy: &Copy, tone: Tone, turn: usize, before: &[String]) -> String {
    let line = tone.line(copy.shorts, turn);
    let mut lead = filled(line, objective, copy);
    if let Some(topic) = objective.topic.as_ref().filter(|_| !line.contains("[topic]")) {
        let points = matches!(objective.kind, Kind::Feedback | Kind::Reminder | Kind::Birthday);
        lead = format!("{lead} {} {topic}.", if points { "It is about" } else { "See" });
    }
    if turn % 5 == 4 && !line.ends_with(':') {
        // A second variant with the lines of the first.
        lead = format!("{lead} {}", filled(tone.line(copy.asks, 1), objective, copy));
    }
    let (mut facts, mut links) = (Vec::new(), Vec::new());
    for fact in super::facts::facts(objective, tone, turn, true) {
        match &fact {
            Fact::Attribute { .. } => lead.push_str(&plain_fact(&fact)),
            Fact::Linked(..) => links.push(plain_fact(&fact)),
            Fact::Said(said) if line.ends_with(':') && facts.is_empty() => facts.push(continued(said)),
            Fact::Said(said) => facts.push(said.clone()),
        }
    }
    let (facts, links) = (facts.join(" "), links.join(" "));
    let greeting = match tone.greetings().get(turn % 5).copied().unwrap_or_default() {
        "NAME_ALONE" => format!("{NAME},"),
        greeting => greeting.replace("NAME", NAME),
    };
    let after = if greeting.ends_with(',') { continued(&lead) } else { lead.clone() };
    let from = objective.brand.as_ref().map(|brand| format!("{brand}:")).unwrap_or_default();
    let by = objective.brand.clone().unwrap_or_default();
    let told = objective.statement.is_some() || objective.request.is_some();
    let orders: [&[&str]; 5] = match turn % 5 {
        // The facts may come first where there are any.
        2 if !facts.is_empty() && !told => [
            &[&from, &facts, &lead, &links],
            &[&facts, &lead, &links],
            &[&lead, &facts, &links],
            &[&from, &facts, &links],
            &[&facts, &links],
        ],
        // With who writes at the end, unless an address stands there.
        0 | 3 if links.is_empty() => {
            [&[&greeting, &after, &facts, &by], &[&greeting, &after, &facts], &[&lead, &facts], &[&from, &facts], &[&facts]]
        }
        _ => [
            &[&from, &greeting, &after, &facts, &links],
            &[&from, &lead, &facts, &links],
            &[&lead, &facts, &links],
            &[&from, &facts, &links],
            &[&facts, &links],
        ],
    };
    let mut made: Vec<(u32, String)> = Vec::new();
    for order in orders {
        let says = order.iter().any(|piece| !piece.is_empty() && [&lead, &after, &facts].iter().any(|one| **piece == ***one));
        let pieces: Vec<&str> = order.iter().copied().filter(|piece| !piece.is_empty()).collect();
        let text = in_gsm7(&pieces.join(" "));
        if says && !before.contains(&text) {
            made.push((Length::of(&text.replace(NAME, A_NAME)).segments, text));
        }
    }
    // The first of those with the fewest.
    made.into_iter().reduce(|best, next| if next.0 < best.0 { next } else { best }).map_or(lead, |(_, text)| text)
}

/// Signs that would double the price of a message, by those that mean the same.
fn in_gsm7(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '₹' => {
                out.push_str("Rs ");
                while chars.next_if_eq(&' ').is_some() {}
            }
            '’' | '‘' | '`' => out.push('\''),
            '“' | '”' => out.push('"'),
            '–' | '—' => out.push('-'),
            '…' => out.push_str("..."),
            '\u{a0}' | '\t' => out.push(' '),
            other => out.push(other),
        }
    }
    out
}
