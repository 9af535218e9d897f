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
    /// All identities of theirs: a backup may know them apart.
    #[serde(default)]
    pub identities: Vec<CustomerId>,
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
    /// Whether this is to erase whom a backup has brought back. Otherwise it is the request's to erase them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replayed: bool,
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

/// What is left of a text once what tells of somebody is taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scrubbed {
    /// It does not tell of them.
    Untouched,
    /// The rest, which does not.
    Rest(String),
    Nothing,
}

/// Takes the events that tell of one of `emails`, and were said up to `until`, out of a queue message. Elsewhere, and where it
/// cannot be read, the address alone is taken out.
#[must_use]
pub fn scrub(body: &str, emails: &[Email], until: Time) -> Scrubbed {
    let (found, rest) = match Json::parse(body.as_bytes()) {
        Err(_) => {
            let rest = masked(body, emails);
            (rest != body, rest)
        }
        Ok(Json::List(items)) => {
            let rest: Vec<Json> = items.iter().filter_map(|item| scrubbed(item, emails, until)).collect();
            if rest.is_empty() && !items.is_empty() {
                return Scrubbed::Nothing;
            }
            (rest != items, Json::List(rest).to_string())
        }
        Ok(item) => match scrubbed(&item, emails, until) {
            None => return Scrubbed::Nothing,
            Some(rest) => (rest != item, rest.to_string()),
        },
    };
    if found { Scrubbed::Rest(rest) } else { Scrubbed::Untouched }
}

/// What is left of one event.
fn scrubbed(event: &Json, emails: &[Email], until: Time) -> Option<Json> {
    let named = event.get("data").and_then(|data| data.get("email")).and_then(Json::as_text);
    let theirs = named.and_then(|text| Email::parse(text).ok()).is_some_and(|email| emails.contains(&email));
    // Without a time nobody can tell that it was said later.
    let later = event.get("time").and_then(|time| Time::from_json(time).ok()).is_some_and(|time| time > until);
    match (theirs, later) {
        (true, true) => Some(event.clone()),
        (true, false) => None,
        (false, _) => Some(without(event, emails)),
    }
}

/// The same with the addresses masked wherever they stand in a text.
fn without(json: &Json, emails: &[Email]) -> Json {
    match json {
        Json::Text(text) => Json::Text(masked(text, emails)),
        Json::List(items) => Json::List(items.iter().map(|item| without(item, emails)).collect()),
        Json::Object(members) => {
            Json::Object(members.iter().map(|(key, value)| (masked(key, emails), without(value, emails))).collect())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => json.clone(),
    }
}

/// A text in which the address of nobody stands where one of `emails` stood as a whole: not as a part of a longer one.
fn masked(text: &str, emails: &[Email]) -> String {
    let within = |c: char| c.is_ascii_alphanumeric() || "._+-@".contains(c);
    // Addresses are of ASCII: this moves nothing.
    let lower = text.to_ascii_lowercase();
    let (mut rest, mut from) = (String::with_capacity(text.len()), 0);
    let mut places: Vec<(usize, usize)> = emails
        .iter()
        .flat_map(|email| lower.match_indices(email.as_str()).map(|(at, found)| (at, at + found.len())))
        .filter(|(start, end)| {
            let before = lower.get(..*start).and_then(|before| before.chars().next_back());
            let mut after = lower.get(*end..).unwrap_or_default().chars();
            // A full stop behind it may end a sentence.
            let goes_on = match after.next() {
                Some('.') => after.next().is_some_and(within),
                Some(next) => within(next),
                None => false,
            };
            !before.is_some_and(within) && !goes_on
        })
        .collect();
    places.sort_unstable();
    for (start, end) in places {
        rest.push_str(text.get(from..start).unwrap_or_default());
        rest.push_str(Email::erased().as_str());
        from = end;
    }
    rest + text.get(from..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubbed(body: &str) -> Scrubbed {
        scrub(body, &[Email::parse("asha@x.in").unwrap()], Time::parse("2026-02-01").unwrap())
    }

    fn event(email: &str, time: &str) -> String {
        format!(r#"{{"time":"{time}","data":{{"email":"{email}","name":"x"}}}}"#)
    }

    #[test]
    fn only_what_was_said_of_them_is_taken_out() {
        let (hers, his) = (event("ASHA@x.in", "2026-01-01"), event("ravi@x.in", "2026-01-01"));
        assert_eq!(scrubbed(&his), Scrubbed::Untouched);
        assert_eq!(scrubbed(&hers), Scrubbed::Nothing);
        assert_eq!(scrubbed(&format!("[{hers},{his}]")), Scrubbed::Rest(format!("[{his}]")));
        assert_eq!(scrubbed(&format!("[{hers},{hers}]")), Scrubbed::Nothing);
        assert_eq!(
            scrubbed(r#"{"time":"2026-01-01","data":{"email":"asha\u0040x.in"}}"#),
            Scrubbed::Nothing,
            "however it is written"
        );
        assert_eq!(scrubbed(r#"{"data":{"email":"asha@x.in"}}"#), Scrubbed::Nothing, "no time");
        assert_eq!(scrubbed(&event("asha@x.in", "2026-02-02")), Scrubbed::Untouched, "said since");
        for other in ["natasha@x.in", "asha@x.info", "asha@x.in.example", "b-asha@x.in"] {
            assert_eq!(scrubbed(&event(other, "2026-01-01")), Scrubbed::Untouched, "{other}");
        }
    }

    #[test]
    fn elsewhere_the_address_alone_goes() {
        let gift = r#"{"data":{"email":"ravi@x.in","note":"for Asha@x.in."}}"#;
        let rest = gift.replace("Asha@x.in", "erased@customer.invalid");
        assert_eq!(scrubbed(gift), Scrubbed::Rest(rest));
        assert_eq!(scrubbed("no JSON, <asha@x.in>"), Scrubbed::Rest("no JSON, <erased@customer.invalid>".to_owned()));
        assert_eq!(scrubbed("no JSON, é natasha@x.in"), Scrubbed::Untouched);
    }
}
