//! Small changes of a customer that add to what is there, where an upsert replaces it: single tags, lists, attributes.

use crate::customer::AttributeValue;
use crate::email::Email;
use crate::faults::{self, Faults, Fields, Patch};
use crate::ids::SegmentId;
use crate::json::Json;
use crate::limits;
use crate::profile;

/// The body of `crm.customer.amend.v1`.
#[derive(Debug, Clone, PartialEq)]
pub struct Amendment {
    pub email: Email,
    pub tags_added: Vec<String>,
    pub tags_removed: Vec<String>,
    /// Segments that list their members by name.
    pub lists_joined: Vec<SegmentId>,
    pub lists_left: Vec<SegmentId>,
    /// Per key; `None` clears the key.
    pub attributes: Patch<Vec<(String, Option<AttributeValue>)>>,
}

/// The part of an amendment that can be asked for many customers at once.
pub(crate) struct Changes {
    tags_added: Vec<String>,
    tags_removed: Vec<String>,
    pub attributes: Patch<Vec<(String, Option<AttributeValue>)>>,
}

impl Changes {
    /// Reads the members `tagsAdded`, `tagsRemoved` and `attributes`.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        let tags_added = profile::tags(fields, "tagsAdded").value().unwrap_or_default();
        let tags_removed = profile::tags(fields, "tagsRemoved").value().unwrap_or_default();
        let attributes = profile::attributes(fields);
        if tags_added.iter().any(|tag| tags_removed.contains(tag)) {
            fields.fault("tagsRemoved", "must not name a tag that is added");
        }
        Self { tags_added, tags_removed, attributes }
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        let no_attributes = match &self.attributes {
            Patch::Absent => true,
            Patch::Clear => false,
            Patch::Set(attributes) => attributes.is_empty(),
        };
        self.tags_added.is_empty() && self.tags_removed.is_empty() && no_attributes
    }
}

impl Amendment {
    /// Reads the body.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json, path: &str) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, path)?;
        let email = fields.required("email", Email::from_json);
        let Changes { tags_added, tags_removed, attributes } = Changes::read(&mut fields);
        let lists_joined = segments(&mut fields, "listsJoined");
        let lists_left = segments(&mut fields, "listsLeft");
        if lists_joined.iter().any(|list| lists_left.contains(list)) {
            fields.fault("listsLeft", "must not name a list that is joined");
        }
        fields.finish()?;
        let email = email.ok_or_else(|| Faults::of(path, "is incomplete"))?;
        Ok(Self { email, tags_added, tags_removed, lists_joined, lists_left, attributes })
    }
}

fn segments(fields: &mut Fields<'_>, name: &'static str) -> Vec<SegmentId> {
    let parsed = fields.optional(name, |json| {
        faults::list(json, limits::LISTS)?
            .iter()
            .map(|id| id.as_text().and_then(SegmentId::parse).ok_or_else(|| "must be a list of ids of segments".into()))
            .collect::<Result<Vec<_>, _>>()
    });
    parsed.value().unwrap_or_default()
}
