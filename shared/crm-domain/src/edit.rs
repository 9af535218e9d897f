//! A bulk edit: one change of all members of a segment, as one amendment of each.
//!
//! Who they are, and putting the events on their queue, is the segment worker's.

use serde::{Deserialize, Serialize};

use crate::amendment::Changes;
use crate::email::Email;
use crate::event::{Envelope, Kind};
use crate::faults::{Faults, Fields, Patch};
use crate::ids::CustomerId;
use crate::json::Json;
use crate::membership::EditionId;
use crate::time::Time;

/// A bulk edit, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Edit {
    /// The meaning of the segment whose members are edited.
    pub edition: EditionId,
    /// What [`parse_change`] has read.
    pub change: Json,
    /// Who asked for it, as the `source` of the events.
    pub source: String,
    /// Begins the ids of the events.
    pub name: String,
    /// When it was asked for: the time of the events.
    pub at: Time,
    /// Where the members go on; absent at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Members whose events are queued.
    #[serde(default)]
    pub edited: u64,
}

/// Checks the body of `POST /api/segments/{id}/edit`: tags and attributes as in an amendment, and nobody's name.
///
/// # Errors
/// Every fault found.
pub fn parse_change(json: &Json) -> Result<(), Faults> {
    let mut fields = Fields::of(json, "")?;
    let changes = Changes::read(&mut fields);
    if changes.attributes == Patch::Clear {
        // Of one customer that clears all of them; of many it is more likely a mistake.
        fields.fault("attributes", "must name what is to be cleared");
    } else if changes.is_empty() {
        fields.fault("tagsAdded", "is required where there is neither tagsRemoved nor attributes");
    }
    fields.finish()
}

impl Edit {
    /// The text of the event that edits one member; always the same for the same one, so that it counts once.
    #[must_use]
    pub fn event(&self, id: CustomerId, email: &Email) -> String {
        let mut data = vec![("email".to_owned(), Json::Text(email.to_string()))];
        if let Json::Object(change) = &self.change {
            data.extend(change.iter().cloned());
        }
        let event = format!("{}.{id}", self.name);
        let data = Json::Object(data);
        serde_json::to_string(&Envelope::new(Kind::AmendCustomer, &self.source, &event, self.at, &data)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Command, Event};
    use crate::membership::{Step, Task};
    use crate::money::Currency;

    fn json(text: &str) -> Json {
        Json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_change_says_something_and_nothing_else() {
        for good in [
            r#"{"tagsAdded":["vip"]}"#,
            r#"{"tagsAdded":[],"tagsRemoved":["vip"]}"#,
            r#"{"tagsAdded":null,"attributes":{"plan":null}}"#,
            r#"{"tagsAdded":["a"],"tagsRemoved":["b"],"attributes":{"plan":"gold","n":1.5,"on":true}}"#,
        ] {
            assert_eq!(parse_change(&json(good)), Ok(()), "{good}");
        }
        for (bad, field) in [
            ("{}", "tagsAdded"),
            (r#"{"tagsAdded":[],"attributes":{}}"#, "tagsAdded"),
            (r#"{"attributes":null}"#, "attributes"),
            (r#"{"attributes":{"a b":1}}"#, "attributes.a b"),
            (r#"{"tagsAdded":["a"],"tagsRemoved":["a"]}"#, "tagsRemoved"),
            (r#"{"tagsAdded":["a"],"email":"x@x.in"}"#, "email"),
            (r#"{"tagsAdded":["a"],"listsLeft":[]}"#, "listsLeft"),
            ("[]", ""),
        ] {
            let faults = parse_change(&json(bad)).unwrap_err();
            assert_eq!(faults.0[0].field, field, "{bad}");
        }
    }

    #[test]
    fn each_member_gets_one_event_however_often_it_is_made() {
        let change = json(r#"{"tagsAdded":["vip"],"attributes":{"n":1.5,"big":1000000000000000,"gone":null}}"#);
        let at = Time::parse("2026-01-02").unwrap();
        let (source, name) = ("/api/u-1".to_owned(), "k\"1".to_owned());
        let edit = Edit { edition: 7, change, source, name, at, after: None, edited: 0 };
        // As it comes off the queue.
        let Task::Edit(read) = Step::parse(&Task::Edit(edit.clone()).body()).unwrap().task else { panic!("no edit") };
        assert_eq!(read, edit);
        let email = Email::parse("asha@x.in").unwrap();
        let id = CustomerId::of(&email);
        let text = read.event(id, &email);
        assert_eq!(text, edit.event(id, &email));
        let event = Event::parse(&json(&text), &Currency::parse("INR").unwrap(), at).unwrap();
        assert_eq!((event.id, event.source, event.time), (format!("k\"1.{id}"), "/api/u-1".to_owned(), at));
        let Command::AmendCustomer(amendment) = event.command else { panic!("no amendment") };
        assert_eq!((amendment.email, amendment.tags_added), (email, vec!["vip".to_owned()]));
        assert_eq!(amendment.attributes.value().unwrap().len(), 3);
    }
}
