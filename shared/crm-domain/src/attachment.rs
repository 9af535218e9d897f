//! Files on a customer: what may be attached, who may have it, and what is known of each.
//!
//! Files travel between browser and storage by themselves; here are only their records. Whether a file has come is not
//! told to us: whoever looks at the records asks storage about those that still wait ([`Attachments::settle`]).

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::audit::Actor;
use crate::faults::{self, Faults, Fields, Reason};
use crate::ids::{AttachmentId, CustomerId};
use crate::json::Json;
use crate::limits;
use crate::time::{HOUR, Time};

/// How long a file may be uploaded.
pub const UPLOAD_TIME: Duration = Duration::from_mins(15);
/// How long a file may be downloaded by one URL.
pub const DOWNLOAD_TIME: Duration = Duration::from_mins(5);
/// After so long without its file, a record is not shown any more: well after the upload must have begun.
const PATIENCE: i64 = HOUR;

macro_rules! content_types {
    ($($name:ident = $text:literal,)*) => {
        /// What may be attached: nothing that a browser or a mail program would run.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum ContentType {
            $(#[serde(rename = $text)] $name,)*
        }

        impl ContentType {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

content_types! {
    Pdf = "application/pdf",
    Png = "image/png",
    Jpeg = "image/jpeg",
    Webp = "image/webp",
    Gif = "image/gif",
    Text = "text/plain",
    Csv = "text/csv",
    Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

impl ContentType {
    fn from_json(json: &Json) -> Result<Self, Reason> {
        let given = json.as_text().ok_or("must be text")?;
        Self::ALL.iter().copied().find(|one| one.as_str() == given).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|one| one.as_str()).collect();
            format!("must be one of {}", names.join(", ")).into()
        })
    }
}

/// The body of `POST /api/customers/{id}/attachments`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentDraft {
    pub name: String,
    pub content_type: ContentType,
    /// In bytes.
    pub size: u64,
}

impl AttachmentDraft {
    /// Reads the body.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let name = fields.required("name", file_name);
        let content_type = fields.required("contentType", ContentType::from_json);
        let size = fields.required("size", |json| faults::integer(json, 1, limits::ATTACHMENT_BYTES));
        fields.finish()?;
        match (name, content_type, size) {
            (Some(name), Some(content_type), Some(size)) => Ok(Self { name, content_type, size: size.unsigned_abs() }),
            _ => Err(Faults::of("", "is incomplete")),
        }
    }

    /// The record of the file that `actor` is about to upload.
    #[must_use]
    pub fn by(self, actor: Actor, id: AttachmentId, now: Time) -> Attachment {
        let Self { name, content_type, size } = self;
        Attachment { id, name, content_type, size, uploaded_by: actor, created_at: now, state: AttachmentState::Waiting }
    }
}

/// The name of a file, not of a place to put it.
fn file_name(json: &Json) -> Result<String, Reason> {
    let name = faults::text(json, 200)?;
    if name.contains(['/', '\\']) {
        return Err("must not contain / or \\".into());
    }
    if name.chars().any(turns_text) {
        return Err("must not contain characters that turn the direction of text".into());
    }
    Ok(name)
}

/// With these, `annex\u{202e}fdp.exe` looks like a PDF (Unicode Technical Report 36). No script needs them in a name.
const fn turns_text(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether the file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AttachmentState {
    Waiting,
    Stored,
}

/// The record of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    pub id: AttachmentId,
    pub name: String,
    pub content_type: ContentType,
    /// In bytes.
    pub size: u64,
    pub uploaded_by: Actor,
    pub created_at: Time,
    pub state: AttachmentState,
}

impl Attachment {
    /// Whether the user `id` of role `role` may download this file, and delete it: who uploaded it, and owners.
    #[must_use]
    pub fn is_open_to(&self, id: &str, role: Role) -> bool {
        role == Role::Owner || self.uploaded_by.id == id
    }
}

/// There are as many files as there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there are as many files as there may be")]
pub struct Full;

/// Everything that is attached to one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachments {
    pub customer: CustomerId,
    /// In the order in which they were added.
    pub files: Vec<Attachment>,
}

impl Attachments {
    #[must_use]
    pub const fn none(customer: CustomerId) -> Self {
        Self { customer, files: Vec::new() }
    }

    #[must_use]
    pub fn find(&self, id: AttachmentId) -> Option<&Attachment> {
        self.files.iter().find(|file| file.id == id)
    }

    /// Those whose file has not come, as far as is known.
    pub fn waiting(&self) -> impl Iterator<Item = AttachmentId> {
        self.files.iter().filter(|file| file.state == AttachmentState::Waiting).map(|file| file.id)
    }

    /// Takes in that of all that waited the files of `come` are there, and drops those that have been waited for long
    /// enough. Whether anything has changed.
    pub fn settle(&mut self, come: &[AttachmentId], now: Time) -> bool {
        let before = self.clone();
        for file in self.files.iter_mut().filter(|file| come.contains(&file.id)) {
            file.state = AttachmentState::Stored;
        }
        self.files.retain(|file| file.state == AttachmentState::Stored || now < file.created_at.plus(PATIENCE));
        *self != before
    }

    /// Adds a file, once.
    ///
    /// # Errors
    /// There is no room for another.
    pub fn add(&mut self, file: Attachment) -> Result<(), Full> {
        if self.find(file.id).is_some() {
            return Ok(());
        }
        if self.files.len() >= limits::ATTACHMENTS {
            return Err(Full);
        }
        self.files.push(file);
        Ok(())
    }

    /// Takes a file out.
    pub fn remove(&mut self, id: AttachmentId) {
        self.files.retain(|file| file.id != id);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::email::Email;
    use crate::time::MINUTE;

    fn draft(body: &serde_json::Value) -> Result<AttachmentDraft, Faults> {
        AttachmentDraft::parse(&Json::parse(body.to_string().as_bytes()).unwrap())
    }

    fn file(at: Time) -> Attachment {
        let actor = Actor { id: "u-1".into(), name: "asha@x.in".into() };
        draft(&json!({"name": "a.pdf", "contentType": "application/pdf", "size": 5})).unwrap().by(
            actor,
            AttachmentId::generate(),
            at,
        )
    }

    #[test]
    fn only_what_is_on_the_list_and_no_larger_than_the_limit_is_taken() {
        for content_type in ContentType::ALL {
            let body = json!({"name": "  Offer 7.pdf ", "contentType": content_type.as_str(), "size": 10_485_760});
            let read = draft(&body).unwrap();
            assert_eq!((read.name.as_str(), read.content_type, read.size), ("Offer 7.pdf", *content_type, 10_485_760));
            assert_eq!(json!(content_type), json!(content_type.as_str()));
        }
        for (name, content_type, size, field) in [
            (json!(""), json!("text/plain"), json!(1), "name"),
            (json!("a\nb"), json!("text/plain"), json!(1), "name"),
            (json!("../a"), json!("text/plain"), json!(1), "name"),
            (json!("a\\b"), json!("text/plain"), json!(1), "name"),
            (json!("annex\u{202e}fdp.exe"), json!("text/plain"), json!(1), "name"),
            (json!("n".repeat(201)), json!("text/plain"), json!(1), "name"),
            (json!("a"), json!("text/html"), json!(1), "contentType"),
            (json!("a"), json!("image/svg+xml"), json!(1), "contentType"),
            (json!("a"), json!("Text/Plain"), json!(1), "contentType"),
            (json!("a"), json!("text/plain; charset=utf-8"), json!(1), "contentType"),
            (json!("a"), json!(null), json!(1), "contentType"),
            (json!("a"), json!("text/plain"), json!(0), "size"),
            (json!("a"), json!("text/plain"), json!(10_485_761), "size"),
            (json!("a"), json!("text/plain"), json!("5"), "size"),
        ] {
            let faults = draft(&json!({"name": name, "contentType": content_type, "size": size})).unwrap_err();
            assert_eq!(faults.0.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), [field]);
        }
        assert_eq!(draft(&json!({"nope": 1})).unwrap_err().0.len(), 4);
    }

    #[test]
    fn a_file_is_open_to_who_uploaded_it_and_to_owners() {
        let file = file(Time::from_micros(0));
        for (id, role, open) in [
            ("u-1", Role::Marketer, true),
            ("u-2", Role::Owner, true),
            ("u-2", Role::Admin, false),
            ("u-2", Role::Marketer, false),
            ("keys/u-1", Role::Analyst, false),
        ] {
            assert_eq!(file.is_open_to(id, role), open, "{id} {role:?}");
        }
    }

    #[test]
    fn a_record_whose_file_never_comes_is_dropped_after_an_hour() {
        let at = |minutes: i64| Time::from_micros(minutes * MINUTE);
        let mut all = Attachments::none(CustomerId::of(&Email::parse("a@x.in").unwrap()));
        let (early, late) = (file(at(0)), file(at(30)));
        all.add(early.clone()).unwrap();
        all.add(late.clone()).unwrap();
        all.add(late.clone()).unwrap();
        assert_eq!(all.files.len(), 2, "a repeated request adds nothing");
        assert!(!all.settle(&[], at(59)));
        // Nobody has looked for two hours, and one file came in time.
        let mut looked_late = all.clone();
        assert!(looked_late.settle(&[early.id], at(120)));
        assert_eq!(
            looked_late.files.iter().map(|file| (file.id, file.state)).collect::<Vec<_>>(),
            [(early.id, AttachmentState::Stored)]
        );
        assert_eq!(looked_late.waiting().count(), 0);
        assert!(!looked_late.settle(&[], at(10_000)), "what has come stays");
        assert!(all.settle(&[], at(60)));
        assert_eq!(all.files.iter().map(|file| file.id).collect::<Vec<_>>(), [late.id]);
    }

    #[test]
    fn there_is_room_for_fifty() {
        let mut all = Attachments::none(CustomerId::of(&Email::parse("a@x.in").unwrap()));
        for _ in 0..50 {
            all.add(file(Time::from_micros(0))).unwrap();
        }
        assert_eq!(all.add(file(Time::from_micros(0))), Err(Full));
        all.remove(all.files[0].id);
        all.add(file(Time::from_micros(0))).unwrap();
    }
}
