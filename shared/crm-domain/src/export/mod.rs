//! An export: the members of a segment, the customers for whom rules hold, or the log of a campaign, as a CSV file, made in
//! many small steps.
//!
//! Of people, first all are read for their attributes, which are columns and must be known before the first row; then they
//! are read again and written, part by part ([`table`]). All that was done is in the record, and every step rests on the
//! record's version: a step may be repeated, by anybody, and counts once. Reading, writing and remembering is the segment
//! worker's.

pub mod log;
pub mod table;

use std::collections::BTreeSet;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::Role;
use crate::audit::Actor;
use crate::chosen::Chosen;
use crate::customer::Customer;
use crate::ids::{CampaignId, ExportId, SegmentId};
use crate::limits;
use crate::membership::EditionId;
use crate::time::{DAY, Time};

/// Least size of a part of a file but for the last one, in bytes (Amazon S3, multipart upload limits).
pub const PART_BYTES: usize = 5 * 1024 * 1024;
/// How long a file may be downloaded by one URL.
pub const DOWNLOAD_TIME: Duration = Duration::from_mins(5);
/// How long a file is handed out. Storage deletes it somewhat later.
const KEPT: i64 = DAY;
/// How often a file is begun again before the export counts as failed.
const MAX_RESTARTS: u32 = 5;

/// Where an export stands, as callers see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportStatus {
    Running,
    Done,
    Failed,
}

/// What is done of an export, and where it goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "camelCase")]
pub enum Stage {
    /// People are read for the keys of their attributes.
    Collecting {
        attributes: BTreeSet<String>,
        /// Where the members go on; absent at the start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
    /// Rows are written.
    Writing(Writing),
    /// The file is there.
    Done,
    Failed {
        reason: String,
    },
}

/// A file in the making.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Writing {
    /// The columns of attributes. Who has got another one meanwhile is exported without it.
    pub attributes: BTreeSet<String>,
    /// Storage's name for the upload.
    pub upload: String,
    /// The tags of its parts, in order.
    pub parts: Vec<String>,
    /// Where the members go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Whether these are all parts.
    pub complete: bool,
}

/// Of what an export is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Source {
    /// The members of a segment by one of its meanings.
    Segment {
        segment_id: SegmentId,
        /// As the segment was called; names the file.
        segment_name: String,
        /// The meaning of the segment whose members are exported.
        edition: EditionId,
    },
    /// The log of a campaign.
    Campaign {
        campaign_id: CampaignId,
        /// Names the file.
        campaign_name: String,
    },
    /// The customers for whom rules hold at the moment of asking, written as in [`Chosen::Matching`].
    Customers { rules: String },
}

impl Source {
    /// The people who are its rows; `None` where the rows are no people.
    #[must_use]
    pub fn chosen(&self) -> Option<Chosen> {
        match self {
            Self::Segment { edition, .. } => Some(Chosen::Members { edition: *edition }),
            Self::Customers { rules } => Some(Chosen::Matching { rules: rules.clone() }),
            Self::Campaign { .. } => None,
        }
    }
}

/// The whole state of one export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    pub id: ExportId,
    #[serde(flatten)]
    pub source: Source,
    pub asked_by: Actor,
    pub created_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    pub stage: Stage,
    /// Rows written so far.
    pub rows: u64,
    #[serde(default)]
    pub restarts: u32,
    /// The call that brought the export to where it is: it alone goes on when it comes again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_by: Option<Uuid>,
}

/// A call to go on with an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportCall {
    pub export: ExportId,
    /// The version of the export when the call was made.
    pub version: u64,
    /// Names the call: two calls have two names, the same call delivered twice has one.
    pub call: Uuid,
}

impl ExportCall {
    #[must_use]
    pub fn new(export: ExportId, version: u64) -> Self {
        Self { export, version, call: crate::world::fresh_id() }
    }
}

impl Export {
    /// An export of which nothing is done yet.
    #[must_use]
    pub const fn new(id: ExportId, source: Source, asked_by: Actor, created_at: Time) -> Self {
        Self {
            id,
            source,
            asked_by,
            created_at,
            finished_at: None,
            stage: Stage::Collecting { attributes: BTreeSet::new(), after: None },
            rows: 0,
            restarts: 0,
            moved_by: None,
        }
    }

    #[must_use]
    pub const fn status(&self) -> ExportStatus {
        match self.stage {
            Stage::Collecting { .. } | Stage::Writing(_) => ExportStatus::Running,
            Stage::Done => ExportStatus::Done,
            Stage::Failed { .. } => ExportStatus::Failed,
        }
    }

    /// Why it failed.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        match &self.stage {
            Stage::Failed { reason } => Some(reason),
            Stage::Collecting { .. } | Stage::Writing(_) | Stage::Done => None,
        }
    }

    /// Whether `call` is to go on with this export, which is at version `version`. Where two calls find the same version,
    /// one of them moves the export on and the other is not needed any more: so calls that were doubled become one again.
    #[must_use]
    pub fn waits_for(&self, call: &ExportCall, version: u64) -> bool {
        self.status() == ExportStatus::Running && (call.version == version || self.moved_by == Some(call.call))
    }

    /// Whether the user `id` of role `role` may have it: who asked for it, and owners.
    #[must_use]
    pub fn is_open_to(&self, id: &str, role: Role) -> bool {
        role == Role::Owner || self.asked_by.id == id
    }

    /// Whether the file is handed out at `now`.
    #[must_use]
    pub fn is_kept(&self, now: Time) -> bool {
        self.status() == ExportStatus::Done && self.finished_at.is_some_and(|at| now < at.plus(KEPT))
    }

    /// Under which name the file is saved.
    #[must_use]
    pub fn file_name(&self) -> String {
        let name = match &self.source {
            Source::Segment { segment_name, .. } => segment_name.clone(),
            Source::Campaign { campaign_name, .. } => format!("{campaign_name} log"),
            Source::Customers { .. } => "Customers".to_owned(),
        };
        let name: String = name.chars().map(|c| if matches!(c, '/' | '\\' | ':') { '-' } else { c }).collect();
        format!("{name} {}.csv", self.created_at.date())
    }

    /// After all members have been read for their attributes, whose file is now begun as `upload`.
    #[must_use]
    pub fn begun(self, attributes: BTreeSet<String>, upload: String) -> Self {
        let writing = Writing { attributes, upload, parts: Vec::new(), after: None, complete: false };
        Self { stage: Stage::Writing(writing), rows: 0, ..self }
    }

    /// After the upload has ended or been spoilt: the same columns, another upload.
    #[must_use]
    pub fn begun_again(self, attributes: BTreeSet<String>, upload: String, now: Time) -> Self {
        if self.restarts >= MAX_RESTARTS {
            return self.failed("The file could not be put together; export it again.", now);
        }
        Self { restarts: self.restarts + 1, ..self }.begun(attributes, upload)
    }

    /// With the file in its place.
    #[must_use]
    pub fn done(self, now: Time) -> Self {
        Self { stage: Stage::Done, finished_at: Some(now), ..self }
    }

    /// With nothing more to come of it.
    #[must_use]
    pub fn failed(self, reason: &str, now: Time) -> Self {
        Self { stage: Stage::Failed { reason: reason.to_owned() }, finished_at: Some(now), ..self }
    }
}

/// Adds the keys of the attributes of `customers` to the columns.
///
/// # Errors
/// There are more than a file may have; says so.
pub fn collect(columns: &mut BTreeSet<String>, customers: &[Customer]) -> Result<(), String> {
    for key in customers.iter().flat_map(|customer| customer.attributes.keys()) {
        if !columns.contains(key) {
            columns.insert(key.clone());
        }
    }
    let most = limits::EXPORT_ATTRIBUTES;
    if columns.len() > most {
        return Err(format!("They have more than {most} different attributes, too many for the columns of a file."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customer::AttributeValue;
    use crate::email::Email;
    use crate::time::HOUR;

    fn export() -> Export {
        let actor = Actor { id: "u-1".into(), name: "asha@x.in".into() };
        let at = Time::parse("2026-11-25").unwrap();
        let segment = Source::Segment { segment_id: SegmentId::generate(), segment_name: "Big/new: Pune".into(), edition: 7 };
        Export::new(ExportId::generate(), segment, actor, at)
    }

    #[test]
    fn a_call_moves_an_export_on_once_and_goes_on_where_it_stopped() {
        let mut export = export();
        let (call, other) = (ExportCall::new(export.id, 1), ExportCall::new(export.id, 1));
        assert!(export.waits_for(&call, 1) && export.waits_for(&other, 1), "whoever comes first");
        export.moved_by = Some(call.call);
        assert!(export.waits_for(&call, 2), "it comes again after it has died");
        assert!(!export.waits_for(&other, 2));
        let next = ExportCall::new(export.id, 2);
        assert!(export.waits_for(&next, 2));
        export.moved_by = Some(next.call);
        assert!(!export.waits_for(&call, 3), "late");
        let done = export.done(Time::parse("2026-11-26").unwrap());
        assert!(!done.waits_for(&next, 3));
    }

    #[test]
    fn a_file_is_handed_out_for_a_day_to_who_asked_and_to_owners() {
        let export = export();
        let at = export.created_at;
        assert!(!export.is_kept(at));
        let done = export.done(at);
        assert!(done.is_kept(at.plus(23 * HOUR)) && !done.is_kept(at.plus(24 * HOUR)));
        assert_eq!(done.file_name(), "Big-new- Pune 2026-11-25.csv");
        let log = Source::Campaign { campaign_id: CampaignId::generate(), campaign_name: "Sale".into() };
        assert_eq!(Export { source: log, ..done.clone() }.file_name(), "Sale log 2026-11-25.csv");
        let customers = Source::Customers { rules: "{}".into() };
        assert_eq!(Export { source: customers, ..done.clone() }.file_name(), "Customers 2026-11-25.csv");
        assert!(
            done.is_open_to("u-1", Role::Marketer) && done.is_open_to("u-2", Role::Owner) && !done.is_open_to("u-2", Role::Admin)
        );
    }

    #[test]
    fn a_spoilt_file_is_begun_again_a_few_times() {
        let at = Time::parse("2026-11-25").unwrap();
        let mut export = Export { rows: 9, ..export() }.begun(["plan".to_owned()].into(), "u0".into());
        for restart in 1..=MAX_RESTARTS {
            export = Export { rows: 9, ..export }.begun_again(["plan".to_owned()].into(), format!("u{restart}"), at);
            assert_eq!((export.status(), export.rows), (ExportStatus::Running, 0));
        }
        let failed = export.begun_again(BTreeSet::new(), "u".into(), at);
        assert_eq!((failed.status(), failed.finished_at), (ExportStatus::Failed, Some(at)));
        assert!(failed.error().is_some());
    }

    #[test]
    fn attributes_become_columns_as_long_as_there_is_room() {
        let mut customer = Customer::new(Email::parse("a@x.in").unwrap(), Time::from_micros(0));
        let mut columns = BTreeSet::new();
        for key in 0..limits::EXPORT_ATTRIBUTES {
            customer.attributes = [(format!("k{key:04}"), AttributeValue::Flag(true))].into();
            collect(&mut columns, &[customer.clone(), customer.clone()]).unwrap();
        }
        assert_eq!(columns.len(), limits::EXPORT_ATTRIBUTES);
        customer.attributes = [("more".to_owned(), AttributeValue::Flag(true))].into();
        assert!(collect(&mut columns, &[customer]).unwrap_err().contains("1000"));
    }
}
