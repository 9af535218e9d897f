//! A segment: a name and the rules that say who belongs.

use crate::faults::{self, Faults, Fields, Patch};
use crate::ids::SegmentId;
use crate::json::Json;
use crate::money::Currency;
use crate::rules::Rules;
use crate::time::Time;

/// A saved audience.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub id: SegmentId,
    pub name: String,
    pub description: Option<String>,
    pub rules: Rules,
    pub created_at: Time,
    pub updated_at: Time,
}

/// The body of `POST /api/segments`.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentDraft {
    pub name: String,
    pub description: Option<String>,
    pub rules: Rules,
}

/// The body of `PATCH /api/segments/{id}`.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentChange {
    pub name: Option<String>,
    pub description: Patch<String>,
    pub rules: Option<Rules>,
}

impl SegmentDraft {
    /// Reads the body.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json, currency: &Currency) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let name = fields.required("name", |json| faults::text(json, 200));
        let description = fields.optional("description", |json| faults::long_text(json, 500)).value();
        let rules = required_rules(&mut fields, currency);
        fields.finish()?;
        match (name, rules) {
            (Some(name), Some(rules)) => Ok(Self { name, description, rules }),
            _ => Err(Faults::of("", "is incomplete")),
        }
    }

    /// The segment that begins with this draft.
    #[must_use]
    pub fn into_segment(self, id: SegmentId, now: Time) -> Segment {
        let Self { name, description, rules } = self;
        Segment { id, name, description, rules, created_at: now, updated_at: now }
    }
}

impl SegmentChange {
    /// Reads the body.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json, currency: &Currency) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let name = fields.optional("name", |json| faults::text(json, 200));
        if name == Patch::Clear {
            fields.fault("name", "must not be null");
        }
        let description = fields.optional("description", |json| faults::long_text(json, 500));
        let rules = match fields.raw("rules") {
            None => None,
            Some(rules) => fields.nested(Rules::parse(rules, "rules", currency)),
        };
        fields.finish()?;
        Ok(Self { name: name.value(), description, rules })
    }

    /// The segment with this change made.
    #[must_use]
    pub fn applied_to(self, segment: &Segment, now: Time) -> Segment {
        let mut changed = segment.clone();
        changed.name = self.name.unwrap_or(changed.name);
        changed.rules = self.rules.unwrap_or(changed.rules);
        match self.description {
            Patch::Absent => {}
            said => changed.description = said.value(),
        }
        changed.updated_at = now;
        changed
    }
}

/// Reads the body of `POST /api/segments/preview`.
///
/// # Errors
/// Every fault found.
pub fn parse_preview(json: &Json, currency: &Currency) -> Result<Rules, Faults> {
    let mut fields = Fields::of(json, "")?;
    let rules = required_rules(&mut fields, currency);
    fields.finish()?;
    rules.ok_or_else(|| Faults::of("rules", "is required"))
}

fn required_rules(fields: &mut Fields<'_>, currency: &Currency) -> Option<Rules> {
    let json = fields.required("rules", Ok)?;
    fields.nested(Rules::parse(json, "rules", currency))
}
