//! What the API answers about dead letters.

use crm_domain::dead_letter::{Cause, DeadLetter as Letter, Subject};
use crm_domain::time::Time;
use schemars::JsonSchema;
use serde::Serialize;

/// The dead letters of a queue. The queue has no order and no pages: these are those that could be seen just now, up to 200.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetters {
    pub items: Vec<DeadLetter>,
    /// How many there are in all. More than are listed where somebody else is looking at some at this moment, or where there
    /// are very many.
    pub total: u64,
}

/// A letter that was set aside: why, and what it is about. What it says stays in it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    /// Its name among the dead letters; another one when it is set aside again.
    pub id: String,
    /// Why it was set aside, addresses masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub cause: Cause,
    /// When it was set aside; when it was sent, where the queue itself gave it up.
    pub at: Time,
    /// How often it was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tries: Option<u32>,
    /// The type of the event, or the name of the task; absent where it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// How many events it brings; what is told of one is of the first.
    pub events: u64,
    pub bytes: u64,
    /// Who sent it, as they call themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The sender's own name of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// When it is said to have happened, as it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// What it is about, up to 20 things.
    pub subjects: Vec<Subject>,
    /// The names of what it says, without the values.
    pub fields: Vec<String>,
}

impl From<Letter> for DeadLetter {
    fn from(letter: Letter) -> Self {
        let summary = letter.summary;
        Self {
            id: letter.id,
            reason: letter.reason,
            cause: letter.cause,
            at: letter.at,
            tries: letter.tries,
            kind: summary.kind,
            events: summary.events,
            bytes: summary.bytes,
            source: summary.source,
            event_id: summary.event_id,
            time: summary.time,
            subjects: summary.subjects,
            fields: summary.fields,
        }
    }
}

/// Why a letter is thrown away: for the audit log.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "DiscardRequest")]
#[allow(dead_code, reason = "describes what the domain reads")]
pub struct Discard {
    #[schemars(length(min = 1, max = 500))]
    pub reason: String,
}
