//! Letters and longer messages: paragraphs in five orders, as HTML or as plain text.

use super::copy::Copy;
use super::facts::{Fact, capital};
use super::{NAME, Tone};
use crate::objective::{Kind, Objective};

/// A part of a letter.
pub(super) enum Part {
    Paragraph(Vec<Fact>),
    List(Vec<Fact>),
    /// How it ends, and who writes.
    Closing(&'static str, String),
}

/// The parts of the `turn`-th letter.
pub(super) fn letter(objective: &Objective, copy: &Copy, tone: Tone, turn: usize) -> Vec<Part> {
    let pick = |lines| tone.line(lines, turn);
    let fill = |line: &str| filled(line, objective, copy);
    let greeting =
        tone.greetings().get(turn % 5).copied().unwrap_or_default().replace("NAME_ALONE", "Hi NAME:").replace("NAME", NAME);
    let lead = pick(copy.leads);
    let mut opening = vec![Fact::Said(fill(lead))];
    if let Some(topic) = objective.topic.as_ref().filter(|_| !lead.contains("[topic]")) {
        let seen = match objective.kind {
            Kind::Feedback | Kind::Reminder | Kind::Birthday => "It is about [topic].",
            _ => pick([
                "Have a look at [topic].",
                "May we draw your attention to [topic]?",
                "Psst: [topic].",
                "It is about [topic].",
                "We thought of you and of [topic].",
            ]),
        };
        opening.push(Fact::Said(seen.replace("[topic]", topic)));
    }
    // One further than the lead, so that two variants with the same lead end differently.
    let ask = Fact::Said(fill(if turn % 5 == 4 { tone.line(copy.asks, 1) } else { pick(copy.asks) }));
    let signed = objective.brand.clone().unwrap_or_else(|| "All of us here".to_owned());
    let closing = Part::Closing(tone.closings().get(turn % 5).copied().unwrap_or_default(), signed);
    let (own, mut facts): (Vec<Fact>, Vec<Fact>) =
        super::facts::facts(objective, tone, turn, false).into_iter().partition(|fact| matches!(fact, Fact::Attribute { .. }));
    // Nothing is left empty for who has no such attribute.
    opening.extend(own);
    let mut parts = vec![Part::Paragraph(vec![Fact::Said(greeting)])];
    match turn % 5 {
        // The news, the facts, and what to do, each by itself.
        0 => {
            parts.extend([Part::Paragraph(opening), Part::Paragraph(facts), Part::Paragraph(vec![ask]), closing]);
        }
        // The facts at a glance.
        1 => {
            parts.push(Part::Paragraph(opening));
            parts.push(if facts.len() > 1 { Part::List(facts) } else { Part::Paragraph(facts) });
            parts.extend([Part::Paragraph(vec![ask]), closing]);
        }
        // All in one breath.
        2 => {
            opening.extend(facts);
            opening.push(ask);
            parts.extend([Part::Paragraph(opening), closing]);
        }
        // One thing after the signature.
        3 => {
            opening.extend(facts);
            parts.extend([Part::Paragraph(opening), closing]);
            if let Fact::Said(ask) = ask {
                parts.push(Part::Paragraph(vec![Fact::Said(format!("P.S. {ask}"))]));
            }
        }
        // What there is to say first, then why.
        _ if facts.is_empty() => {
            parts.extend([Part::Paragraph(opening), Part::Paragraph(vec![ask]), closing]);
        }
        _ => {
            let rest = facts.split_off(1);
            opening.extend(facts);
            parts.push(Part::Paragraph(opening));
            parts.push(Part::Paragraph(rest));
            parts.extend([Part::Paragraph(vec![ask]), closing]);
        }
    }
    parts
}

/// A line of copy with what the objective gives.
pub(super) fn filled(line: &str, objective: &Objective, copy: &Copy) -> String {
    let topic = objective.topic.as_deref().unwrap_or(copy.topic);
    let occasion = objective.occasion.as_deref().unwrap_or_default();
    let line = line.replace("[topic]", topic).replace("[Topic]", &capital(topic));
    capital(&line.replace("[occasion]", &capital(occasion)))
}

/// As the body of an e-mail.
pub(super) fn html(parts: &[Part]) -> String {
    let blocks = parts.iter().filter_map(|part| match part {
        Part::Paragraph(facts) if facts.is_empty() => None,
        Part::Paragraph(facts) => Some(format!("<p>{}</p>", joined(facts, html_fact))),
        Part::List(facts) => Some(format!(
            "<ul>\n{}\n</ul>",
            facts.iter().map(|fact| format!("<li>{}</li>", html_fact(fact))).collect::<Vec<_>>().join("\n")
        )),
        Part::Closing(closing, signed) => Some(format!("<p>{closing}<br>{}</p>", escaped(signed))),
    });
    blocks.collect::<Vec<_>>().join("\n")
}

/// As plain text, with a line between paragraphs; it ends without a closing, and with who writes only where that is known.
pub(super) fn plain(parts: &[Part], brand: Option<&str>) -> String {
    let blocks = parts.iter().filter_map(|part| match part {
        Part::Paragraph(facts) if facts.is_empty() => None,
        Part::Paragraph(facts) => Some(joined(facts, plain_fact)),
        Part::List(facts) => Some(facts.iter().map(|fact| format!("- {}", plain_fact(fact))).collect::<Vec<_>>().join("\n")),
        Part::Closing(..) => brand.map(str::to_owned),
    });
    blocks.collect::<Vec<_>>().join("\n\n")
}

fn joined(facts: &[Fact], show: impl Fn(&Fact) -> String) -> String {
    facts.iter().fold(String::new(), |text, fact| match fact {
        _ if text.is_empty() => show(fact),
        Fact::Attribute { .. } => text + &show(fact),
        _ => format!("{text} {}", show(fact)),
    })
}

fn html_fact(fact: &Fact) -> String {
    match fact {
        Fact::Said(said) => escaped(said),
        Fact::Linked(said, address) => {
            let whole = address.to_ascii_lowercase().starts_with("http");
            let target = if whole { address.clone() } else { format!("https://{address}") };
            format!("{said} <a href=\"{}\">{}</a>", escaped(&target), escaped(address))
        }
        Fact::Attribute { .. } => plain_fact(fact),
    }
}

/// As plain text.
pub(super) fn plain_fact(fact: &Fact) -> String {
    match fact {
        Fact::Said(said) => said.clone(),
        Fact::Linked(said, address) => format!("{said} {address}"),
        Fact::Attribute { key, said } => format!("{{% if attributes.{key} %}}{said}{{% endif %}}"),
    }
}

/// What stands for itself in HTML. Quotation marks do outside of tags, where placeholders need them.
fn escaped(text: &str) -> String {
    let quotes = !text.contains("{{");
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    if quotes { text.replace('"', "&quot;") } else { text }
}
