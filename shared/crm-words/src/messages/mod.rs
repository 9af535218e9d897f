//! An objective to messages, without any service: copy by what they are for, channel and tone, with the facts that the
//! objective gives and no others.
//!
//! What the objective says is read by `objective`; `copy` has the lines, `facts` the sentences for facts, `letter` and
//! `short` the forms. Whether a message is good for somebody is left to rendering it.

mod copy;
mod facts;
mod letter;
mod short;
mod tone;

use crm_domain::customer::Channel;

use crate::objective::{Kind, Objective};
use crate::vocabulary::Vocabulary;

pub use tone::Tone;

/// How many variants there may be.
pub const COUNTS: std::ops::RangeInclusive<usize> = 2..=5;
/// Greatest length of a subject, in characters.
const MAX_SUBJECT: usize = 90;
/// The reader's name.
const NAME: &str = "{{name|default(\"there\")}}";

/// What messages are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief {
    /// What they are for, in plain words.
    pub objective: String,
    pub channel: Channel,
    pub tone: Tone,
    /// How many variants; brought into [`COUNTS`].
    pub count: usize,
}

/// A message before anybody has seen it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Of e-mails only.
    pub subject: Option<String>,
    /// A template: HTML for e-mails, plain text otherwise.
    pub body: String,
}

/// As many different messages as the brief asks for. Every one is a valid template, and tells no offer, code, address or
/// day that the objective does not give.
#[must_use]
pub fn compose(brief: &Brief, vocabulary: &Vocabulary) -> Vec<Draft> {
    let mut objective = Objective::read(&brief.objective, vocabulary);
    let says = objective.statement.is_some() || objective.request.is_some();
    // A statement says what these would only point to.
    let pointing = matches!(objective.kind, Kind::Sale | Kind::Launch | Kind::Event | Kind::Restock | Kind::Reminder);
    if says && pointing && objective.topic.is_none() {
        objective.kind = Kind::News;
    }
    let copy = copy::copy(&objective);
    // Whoever is told of a recall is not to be waved at.
    let sober = matches!(objective.kind, Kind::Apology | Kind::Notice);
    let brief = &Brief { tone: if sober { Tone::Professional } else { brief.tone }, ..brief.clone() };
    let mut bodies = Vec::new();
    for turn in 0..brief.count.clamp(*COUNTS.start(), *COUNTS.end()) {
        let body = match brief.channel {
            Channel::Email => letter::html(&letter::letter(&objective, copy, brief.tone, turn)),
            Channel::Whatsapp => letter::plain(&letter::letter(&objective, copy, brief.tone, turn), objective.brand.as_deref()),
            Channel::Sms => short::short(&objective, copy, brief.tone, turn, &bodies),
        };
        bodies.push(body);
    }
    let subject = |turn: usize| (brief.channel == Channel::Email).then(|| subject(&objective, copy, brief.tone, turn));
    bodies.into_iter().enumerate().map(|(turn, body)| Draft { subject: subject(turn), body }).collect()
}

/// Whether it is understood what messages for `objective` are for. If it is not, they only say hello.
#[must_use]
pub fn is_understood(objective: &str, vocabulary: &Vocabulary) -> bool {
    Objective::read(objective, vocabulary).kind != Kind::Plain
}

fn subject(objective: &Objective, copy: &copy::Copy, tone: Tone, turn: usize) -> String {
    let statement = objective.statement.as_deref().map(facts::capital).filter(|text| text.chars().count() <= 70);
    let offer = objective.offers.first().map(|offer| facts::capital(offer)).filter(|text| text.chars().count() <= 50);
    let told = match (turn, objective.kind) {
        (0 | 3, Kind::News | Kind::Notice) => statement,
        (1 | 4, Kind::Sale) if objective.topic.is_none() => offer,
        _ => None,
    };
    let line = tone.line(copy.subjects, turn);
    let line = told.unwrap_or_else(|| letter::filled(line, objective, copy));
    if line.chars().count() <= MAX_SUBJECT {
        return line;
    }
    // A long topic does not fit.
    let without = Objective { topic: None, ..objective.clone() };
    letter::filled(tone.line(copy.subjects, turn), &without, copy)
}
