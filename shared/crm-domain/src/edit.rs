//! A bulk edit: one change of many customers, as one amendment of each. They are the members of a segment, whoever rules
//! hold for, or some who are named.
//!
//! Finding the first two, and putting the events on their queue, is the segment worker's.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::amendment::Changes;
use crate::chosen::Chosen;
use crate::customer::Customer;
use crate::email::Email;
use crate::event::{Envelope, Kind};
use crate::faults::{self, Faults, Fields, Patch};
use crate::ids::CustomerId;
use crate::json::Json;
use crate::limits;
use crate::money::Currency;
use crate::profile;
use crate::rules::Rules;
use crate::time::Time;

/// A bulk edit, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Edit {
    /// Who is edited.
    #[serde(flatten)]
    pub whom: Chosen,
    /// What [`parse_change`] has read.
    pub change: Json,
    /// Who asked for it, as the `source` of the events.
    pub source: String,
    /// Begins the ids of the events.
    pub name: String,
    /// When it was asked for: the time of the events.
    pub at: Time,
    /// Where they go on; absent at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Customers whose events are queued.
    #[serde(default)]
    pub edited: u64,
}

/// Checks the body of `POST /api/segments/{id}/edit`: tags and attributes as in an amendment, and nobody's name.
///
/// # Errors
/// Every fault found.
pub fn parse_change(json: &Json) -> Result<(), Faults> {
    let mut fields = Fields::of(json, "")?;
    check_changes(&mut fields);
    fields.finish()
}

/// Reads the body of `POST /api/customers/edit`: whom, by rules, and a change as [`parse_change`] takes it.
///
/// # Errors
/// Every fault found.
pub fn parse_matching(json: &Json, currency: &Currency) -> Result<(Rules, Json), Faults> {
    let mut fields = Fields::of(json, "")?;
    let rules = fields.required("rules", Ok).and_then(|json| fields.nested(Rules::parse(json, "rules", currency)));
    check_changes(&mut fields);
    fields.finish()?;
    let (Some(rules), Json::Object(members)) = (rules, json) else { return Err(Faults::of("", "is incomplete")) };
    Ok((rules, Json::Object(members.iter().filter(|(name, _)| name != "rules").cloned().collect())))
}

fn check_changes(fields: &mut Fields<'_>) {
    let changes = Changes::read(fields);
    if changes.attributes == Patch::Clear {
        // Of one customer that clears all of them; of many it is more likely a mistake.
        fields.fault("attributes", "must name what is to be cleared");
    } else if changes.is_empty() {
        fields.fault("tagsAdded", "is required where there is neither tagsRemoved nor attributes");
    }
}

/// Tags that some customers get or lose, who are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagging {
    /// Each once, with their place in the request.
    pub customers: Vec<(usize, CustomerId)>,
    pub added: Vec<String>,
    pub removed: Vec<String>,
}

/// What a [`Tagging`] makes of one customer: the tags that they really get, and those that they really lose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct TagsChanged {
    pub added: Vec<String>,
    pub removed: Vec<String>,
}

impl Tagging {
    /// Reads the body of `POST /api/customers/tags`.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let named = fields.required("ids", |json| faults::list(json, limits::BULK)).unwrap_or_default();
        let (mut customers, mut known) = (Vec::with_capacity(named.len()), BTreeSet::new());
        for (index, id) in named.iter().enumerate() {
            match id.as_text().and_then(CustomerId::parse) {
                Some(id) if known.insert(id) => customers.push((index, id)),
                Some(_) => {}
                None => fields.fault(&format!("ids[{index}]"), "must be the id of a customer"),
            }
        }
        if json.get("ids") == Some(&Json::List(Vec::new())) {
            fields.fault("ids", "must have at least one element");
        }
        let mut tags = |name| {
            let mut tags = profile::tags(&mut fields, name).value().unwrap_or_default();
            let mut known = BTreeSet::new();
            tags.retain(|tag| known.insert(tag.clone()));
            tags
        };
        let (added, removed) = (tags("tagsAdded"), tags("tagsRemoved"));
        if added.iter().any(|tag| removed.contains(tag)) {
            fields.fault("tagsRemoved", "must not name a tag that is added");
        }
        if added.is_empty() && removed.is_empty() {
            fields.fault("tagsAdded", "is required where there is no tagsRemoved");
        }
        fields.finish()?;
        Ok(Self { customers, added, removed })
    }

    /// What changes of a customer as they are now; `None` when nothing does.
    #[must_use]
    pub fn changes(&self, customer: &Customer) -> Option<TagsChanged> {
        let is = |has: bool| move |tag: &&String| customer.tags.contains(*tag) == has;
        let added: Vec<String> = self.added.iter().filter(is(false)).cloned().collect();
        let removed: Vec<String> = self.removed.iter().filter(is(true)).cloned().collect();
        (!added.is_empty() || !removed.is_empty()).then_some(TagsChanged { added, removed })
    }

    /// The text of the event that says so of one customer, for the request `name` of `source` at `at`. It does not depend on
    /// how the customer is now: what was said before may still be on its way.
    #[must_use]
    pub fn event(&self, (source, name, at): (&str, &str, Time), customer: &Customer) -> String {
        let tags = |tags: &[String]| Json::List(tags.iter().cloned().map(Json::Text).collect());
        let data = Json::Object(vec![
            ("email".to_owned(), Json::Text(customer.email.to_string())),
            ("tagsAdded".to_owned(), tags(&self.added)),
            ("tagsRemoved".to_owned(), tags(&self.removed)),
        ]);
        let event = format!("{name}.tags.{}", customer.id);
        serde_json::to_string(&Envelope::new(Kind::AmendCustomer, source, &event, at, &data)).unwrap_or_default()
    }
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
        let edit = Edit { whom: Chosen::Members { edition: 7 }, change, source, name, at, after: None, edited: 0 };
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

    #[test]
    fn an_edit_by_rules_says_whom_and_what_and_all_its_faults() {
        let inr = Currency::parse("INR").unwrap();
        let good = r#"{"rules":{"combinator":"and","rules":[]},"tagsAdded":["vip"],"attributes":{"plan":null}}"#;
        let (rules, change) = parse_matching(&json(good), &inr).unwrap();
        assert_eq!(rules, Rules::everyone(&inr));
        assert_eq!(change, json(r#"{"tagsAdded":["vip"],"attributes":{"plan":null}}"#));
        for (bad, fields) in [
            ("{}", &["rules", "tagsAdded"][..]),
            (r#"{"rules":{"combinator":"xor","rules":[]},"attributes":null,"x":1}"#, &["rules.combinator", "attributes", "x"]),
            (r#"{"rules":null,"tagsAdded":["a"]}"#, &["rules"]),
        ] {
            let faults = parse_matching(&json(bad), &inr).unwrap_err();
            assert_eq!(faults.0.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), fields, "{bad}");
        }
        // As it goes on over the queue.
        let at = Time::parse("2026-01-02").unwrap();
        let (source, name) = ("/api/u-1".to_owned(), "k".to_owned());
        let edit = Edit { whom: Chosen::matching(&rules), change, source, name, at, after: Some("x".into()), edited: 3 };
        let Task::Edit(read) = Step::parse(&Task::Edit(edit.clone()).body()).unwrap().task else { panic!("no edit") };
        assert_eq!(read, edit);
    }

    #[test]
    fn tagging_names_each_customer_once_and_every_fault() {
        let (asha, ravi) = ("01900000-0000-7000-8000-00000000000a", "01900000-0000-7000-8000-00000000000b");
        let body = format!(r#"{{"ids":["{asha}","{ravi}","{asha}"],"tagsAdded":["a","a"],"tagsRemoved":null}}"#);
        let tagging = Tagging::parse(&json(&body)).unwrap();
        assert_eq!((tagging.customers.len(), &tagging.added, &tagging.removed), (2, &vec!["a".to_owned()], &vec![]));
        let many = format!(r#"{{"ids":[{}],"tagsAdded":["a"]}}"#, vec![format!("\"{asha}\""); 501].join(","));
        for (bad, fields) in [
            ("{}", &["ids", "tagsAdded"][..]),
            (r#"{"ids":[],"tagsAdded":["a"]}"#, &["ids"]),
            (r#"{"ids":["x",1],"tagsAdded":["a",""]}"#, &["ids[0]", "ids[1]", "tagsAdded[1]"]),
            (
                &format!(r#"{{"ids":["{asha}"],"tagsAdded":["a"],"tagsRemoved":["a"],"attributes":{{}}}}"#),
                &["tagsRemoved", "attributes"],
            ),
            (&many, &["ids"]),
        ] {
            let faults = Tagging::parse(&json(bad)).unwrap_err();
            assert_eq!(faults.0.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), fields, "{bad}");
        }
    }

    #[test]
    fn tagging_changes_what_is_not_so_already_and_says_the_same_of_everybody() {
        let at = Time::parse("2026-01-02").unwrap();
        let mut customer = Customer::new(Email::parse("asha@x.in").unwrap(), at);
        customer.tags = ["old".to_owned(), "vip".to_owned()].into();
        let body = format!(r#"{{"ids":["{}"],"tagsAdded":["new","vip"],"tagsRemoved":["old","gone"]}}"#, customer.id);
        let tagging = Tagging::parse(&json(&body)).unwrap();
        let changed = TagsChanged { added: vec!["new".to_owned()], removed: vec!["old".to_owned()] };
        assert_eq!(tagging.changes(&customer), Some(changed));
        let text = tagging.event(("/api/u-1", "k", at), &customer);
        customer.tags = ["new".to_owned(), "vip".to_owned()].into();
        assert_eq!(tagging.changes(&customer), None);
        assert_eq!(tagging.event(("/api/u-1", "k", at), &customer), text);
        let Command::AmendCustomer(amendment) = Event::parse(&json(&text), &Currency::parse("INR").unwrap(), at).unwrap().command
        else {
            panic!("no amendment")
        };
        assert_eq!((amendment.tags_added, amendment.tags_removed), (tagging.added, tagging.removed));
    }
}
