//! What a letter is about, without what it says: its kind, when it was said and by whom, the things that it names by their
//! ids, and the names of its fields. A body that cannot be read has a size alone.

use schemars::JsonSchema;
use serde::Serialize;

use crate::email::Email;
use crate::ids::{CustomerId, ImportId, OrderId};
use crate::json::Json;

/// Most things that a summary names, and most fields.
const MOST: usize = 20;
/// Most characters of a text that is shown.
const TEXT: usize = 100;
/// A run of so many digits is taken for a number of a person: a phone, a card, an account.
const LONG_NUMBER: usize = 9;
/// Members of a task that are ids, and of what.
const NAMED: [(&str, SubjectKind); 5] = [
    ("campaign", SubjectKind::Campaign),
    ("importId", SubjectKind::Import),
    ("customer", SubjectKind::Customer),
    ("segment", SubjectKind::Segment),
    ("order", SubjectKind::Order),
];

/// What a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "DeadLetterSubjectKind")]
pub enum SubjectKind {
    Customer,
    Order,
    Campaign,
    Segment,
    Import,
}

/// A thing that a letter names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "DeadLetterSubject")]
pub struct Subject {
    pub kind: SubjectKind,
    pub id: String,
    /// The merchant's own number of an order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// What a letter is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Type of the event, or name of the task; absent where it cannot be read.
    pub kind: Option<String>,
    /// Events in it: a message may bring many.
    pub events: u64,
    pub bytes: u64,
    /// Who sent the first of them, as they call themselves.
    pub source: Option<String>,
    /// The sender's name of the first of them.
    pub event_id: Option<String>,
    /// When it was said to have happened.
    pub time: Option<String>,
    pub subjects: Vec<Subject>,
    /// Names of what it says, without the values.
    pub fields: Vec<String>,
}

impl Summary {
    /// The summary of a body.
    #[must_use]
    pub fn of(body: &str) -> Self {
        let bytes = body.len() as u64;
        let Ok(json) = Json::parse(body.as_bytes()) else { return Self { bytes, ..Self::default() } };
        let events: &[Json] = match &json {
            Json::List(events) => events,
            one @ Json::Object(_) => std::slice::from_ref(one),
            _ => &[],
        };
        let Some(first) = events.first() else { return Self { bytes, ..Self::default() } };
        let text = |name: &str| first.get(name).and_then(Json::as_text).map(shown);
        let mut subjects = Vec::new();
        for subject in events.iter().flat_map(subjects_of) {
            if !subjects.contains(&subject) {
                subjects.push(subject);
            }
            if subjects.len() == MOST {
                break;
            }
        }
        Self {
            kind: text("type").or_else(|| text("task")).or_else(|| is_notice(first).then(|| "s3:ObjectCreated".to_owned())),
            events: events.len() as u64,
            bytes,
            source: text("source"),
            event_id: text("id"),
            time: text("time"),
            subjects,
            fields: members(first.get("data").unwrap_or(first)),
        }
    }
}

fn subjects_of(event: &Json) -> Vec<Subject> {
    let mut subjects = Vec::new();
    let told = |kind, id: String| Subject { kind, id, number: None };
    if let Some(data) = event.get("data") {
        let number = data.get("orderId").and_then(Json::as_text);
        if let Some(number) = number {
            let id = OrderId::of(Some(number), "", "").to_string();
            subjects.push(Subject { number: Some(shown(number)), ..told(SubjectKind::Order, id) });
        }
        let of_order = event.get("type").and_then(Json::as_text).is_some_and(|kind| kind.starts_with("crm.order."));
        if let Some(id) = data.get("id").and_then(Json::as_text).and_then(OrderId::parse).filter(|_| of_order) {
            subjects.push(told(SubjectKind::Order, id.to_string()));
        }
        if let Some(email) = data.get("email").and_then(Json::as_text).and_then(|email| Email::parse(email).ok()) {
            subjects.push(told(SubjectKind::Customer, CustomerId::of(&email).to_string()));
        }
    }
    for (name, kind) in NAMED {
        // An id is a UUID: nothing else is passed on.
        let id = event.get(name).and_then(Json::as_text).and_then(CustomerId::parse);
        subjects.extend(id.map(|id| told(kind, id.to_string())));
    }
    subjects.extend(uploaded(event).map(|id| told(SubjectKind::Import, id.to_string())));
    subjects
}

fn is_notice(event: &Json) -> bool {
    matches!(event.get("Records"), Some(Json::List(_)))
}

/// The import whose file S3 tells of.
fn uploaded(event: &Json) -> Option<ImportId> {
    let Some(Json::List(records)) = event.get("Records") else { return None };
    let key = records.first()?.get("s3")?.get("object")?.get("key")?.as_text()?;
    ImportId::parse(key.strip_prefix("imports/")?.strip_suffix("/file.csv")?)
}

fn members(json: &Json) -> Vec<String> {
    let Json::Object(members) = json else { return Vec::new() };
    members.iter().take(MOST).map(|(name, _)| shown(name)).collect()
}

/// A text of somebody else, short, and without what may be of a person.
fn shown(text: &str) -> String {
    let short: String = text.chars().filter(|c| !c.is_control()).take(TEXT).collect();
    masked(&short)
}

/// A text in which addresses are masked, and long numbers.
#[must_use]
pub fn masked(text: &str) -> String {
    let ends = |c: char| c.is_whitespace() || "\"'`<>()[]{},;:".contains(c);
    let mut rest = text;
    let mut done = String::with_capacity(text.len());
    while !rest.is_empty() {
        let end = rest.find(ends).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        match word.split_once('@') {
            Some((name, domain)) if !name.is_empty() && !domain.is_empty() => {
                done.push('…');
                done.push('@');
                done.push_str(domain);
            }
            _ if is_long_number(word) => done.push('…'),
            _ => done.push_str(word),
        }
        let mut after = tail.chars();
        done.extend(after.next());
        rest = after.as_str();
    }
    done
}

fn is_long_number(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    // A limit, such as 1000000000000, is nobody's number.
    let is_round = word.strip_prefix('1').is_some_and(|rest| rest.chars().all(|c| c == '0'));
    digits >= LONG_NUMBER && !is_round && word.chars().all(|c| c.is_ascii_digit() || "+-.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_told_by_its_ids_and_never_by_what_it_says() {
        let body = r#"[{"specversion":"1.0","id":"e-1","source":"shop","type":"crm.order.place.v1","time":"2026-11-25T10:00:00Z",
            "data":{"email":"asha@x.in","orderId":"n-1","total":12,"items":[{"name":"Silk saree"}]}},{"id":"e-2"}]"#;
        let summary = Summary::of(body);
        assert_eq!((summary.kind.as_deref(), summary.events), (Some("crm.order.place.v1"), 2));
        assert_eq!((summary.source.as_deref(), summary.event_id.as_deref()), (Some("shop"), Some("e-1")));
        assert_eq!(summary.fields, ["email", "orderId", "total", "items"]);
        let kinds: Vec<SubjectKind> = summary.subjects.iter().map(|subject| subject.kind).collect();
        assert_eq!(kinds, [SubjectKind::Order, SubjectKind::Customer]);
        let customer = CustomerId::of(&Email::parse("asha@x.in").unwrap()).to_string();
        assert_eq!(summary.subjects.get(1).map(|subject| &subject.id), Some(&customer));
        let shown = format!("{summary:?}");
        assert!(!shown.contains("asha") && !shown.contains("saree"), "{shown}");
    }

    #[test]
    fn tasks_and_notices_name_what_they_are_about() {
        let id = "019ab1c2-3d4e-7f50-8a61-b2c3d4e5f607";
        let of = |body: &str| {
            let summary = Summary::of(body);
            (summary.kind, summary.subjects.first().map(|subject| (subject.kind, subject.id.clone())))
        };
        let task = format!(r#"{{"task":"freeze.v1","campaign":"{id}","next":3}}"#);
        assert_eq!(of(&task), (Some("freeze.v1".to_owned()), Some((SubjectKind::Campaign, id.to_owned()))));
        let notice = format!(r#"{{"Records":[{{"s3":{{"object":{{"key":"imports/{id}/file.csv"}}}}}}]}}"#);
        assert_eq!(of(&notice), (Some("s3:ObjectCreated".to_owned()), Some((SubjectKind::Import, id.to_owned()))));
        assert_eq!(of(r#"{"task":"sweep-customer.v1","customer":"asha@x.in"}"#).1, None, "no id is no subject");
    }

    #[test]
    fn what_cannot_be_read_has_a_size() {
        for body in ["no JSON, asha@x.in", "[]", "3", "[", ""] {
            let expected = Summary { bytes: body.len() as u64, ..Summary::default() };
            assert_eq!(Summary::of(body), expected, "{body}");
        }
        assert_eq!(Summary::of("[3]").events, 1);
    }

    #[test]
    fn addresses_and_long_numbers_are_masked_wherever_they_stand() {
        for (text, expected) in [
            ("data.email: asha.rao@x.in is taken", "data.email: …@x.in is taken"),
            ("<asha@x.in>, \"ravi@y.in\"", "<…@x.in>, \"…@y.in\""),
            ("phone +91-98450-12345", "phone …"),
            ("phone 919845012345.", "phone …"),
            ("total: at most 1000000, by 2026-11-25", "total: at most 1000000, by 2026-11-25"),
            ("must be from 0 to 1000000000000", "must be from 0 to 1000000000000"),
            ("@ alone", "@ alone"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }
}
