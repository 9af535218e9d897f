//! Erasing a customer: what is left to do once they are forgotten, and what may stay.
//!
//! The request itself makes the customer's identities forget ([`crate::ledger::Ledger::erase`]). What else tells of them
//! lies in other tables, in dead letters and in files; it is swept in several passes, since some of it may still be on its way
//! there. Sweeping is the erasure worker's.

use serde::{Deserialize, Serialize};

use crate::audit::Actor;
use crate::email::Email;
use crate::ids::CustomerId;
use crate::json::Json;
use crate::time::Time;

/// How many times the stores are swept.
pub const PASSES: u32 = 4;
/// Seconds between two passes: the last one begins after three quarters of an hour.
pub const PAUSE: u32 = 900;

/// Who was erased, and when: all that is kept of it, so that a backup which is restored can be made to forget them again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Erased {
    pub id: CustomerId,
    /// What was said of them up to then is forgotten.
    pub at: Time,
    pub by: Actor,
    /// When the last pass was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
}

/// The erasures queue's messages. Every one may be delivered twice, late, or again after a crash half-way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all_fields = "camelCase")]
pub enum Task {
    /// Sweep the stores once.
    #[serde(rename = "sweep-customer.v1")]
    Sweep(Sweep),
}

/// One pass over the stores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sweep {
    pub customer: CustomerId,
    pub at: Time,
    /// All identities of theirs, as far as they are known.
    #[serde(default)]
    pub identities: Vec<CustomerId>,
    /// All addresses of theirs, as far as they are known.
    #[serde(default)]
    pub emails: Vec<Email>,
    #[serde(default)]
    pub pass: u32,
}

/// One task on its queue.
pub type Step = crate::step::Step<Task>;

impl Sweep {
    /// Whether no other pass follows.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        self.pass + 1 >= PASSES
    }

    /// The next pass.
    #[must_use]
    pub fn next(self) -> Self {
        Self { pass: self.pass + 1, ..self }
    }

    /// The body of its queue message.
    #[must_use]
    pub fn body(self) -> String {
        Step::first(Task::Sweep(self)).body()
    }
}

/// What is left of a text once the parts that name somebody are taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scrubbed {
    /// It does not name them.
    Untouched,
    /// The rest, which does not.
    Rest(String),
    Nothing,
}

/// Takes out of a queue message every event that names one of `emails`, or, where it is no list of events, all of it.
#[must_use]
pub fn scrub(body: &str, emails: &[Email]) -> Scrubbed {
    let names = |text: &str| {
        let text = text.to_lowercase();
        emails.iter().any(|email| mentions(&text, email.as_str()))
    };
    if !names(body) {
        return Scrubbed::Untouched;
    }
    let Ok(Json::List(items)) = Json::parse(body.as_bytes()) else { return Scrubbed::Nothing };
    let rest: Vec<Json> = items.into_iter().filter(|item| !names(&item.to_string())).collect();
    if rest.is_empty() { Scrubbed::Nothing } else { Scrubbed::Rest(Json::List(rest).to_string()) }
}

/// Whether the address stands in a text as a whole: not as the end of a longer one, nor as the beginning.
fn mentions(text: &str, email: &str) -> bool {
    let within = |c: char| c.is_ascii_alphanumeric() || "._+-@".contains(c);
    text.match_indices(email).any(|(at, found)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let mut after = text.get(at + found.len()..).unwrap_or_default().chars();
        // A full stop behind it may end a sentence.
        let goes_on = match after.next() {
            Some('.') => after.next().is_some_and(within),
            Some(next) => within(next),
            None => false,
        };
        !before.is_some_and(within) && !goes_on
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_names_the_address_is_taken_out() {
        let emails = [Email::parse("asha@x.in").unwrap()];
        let event = |email: &str| format!(r#"{{"type":"crm.order.place.v1","data":{{"email":"{email}"}}}}"#);
        let (hers, his) = (event("ASHA@x.in"), event("ravi@x.in"));
        assert_eq!(scrub(&his, &emails), Scrubbed::Untouched);
        assert_eq!(scrub(&hers, &emails), Scrubbed::Nothing);
        assert_eq!(scrub(&format!("[{hers},{his}]"), &emails), Scrubbed::Rest(format!("[{his}]")));
        assert_eq!(scrub(&format!("[{hers},{hers}]"), &emails), Scrubbed::Nothing);
        for other in ["natasha@x.in", "asha@x.info", "asha@x.in.example", "b-asha@x.in"] {
            assert_eq!(scrub(&event(other), &emails), Scrubbed::Untouched, "{other}");
        }
        for broken in ["not JSON, asha@x.in", "about <asha@x.in>.", "asha@x.in."] {
            assert_eq!(scrub(broken, &emails), Scrubbed::Nothing, "{broken}");
        }
    }
}
