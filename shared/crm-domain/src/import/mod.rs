//! A CSV import: where it stands, and how its file becomes commands.
//!
//! A file is read in stretches of whole rows. [`columns`] finds out from the header which column is which field, [`rows`]
//! cuts a stretch into rows and makes a JSON object of each, [`cells`] reads single cells. Fetching, queueing and
//! remembering is the import worker's.

pub mod cells;
pub mod columns;
pub mod naming;
pub mod rejected;
pub mod rows;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Envelope, Kind};
use crate::faults::Faults;
use crate::ids::ImportId;
use crate::json::Json;
use crate::money::Currency;
use crate::ports::QueueName;
use crate::time::Time;

/// What the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportKind {
    Customers,
    Orders,
    Activities,
}

impl ImportKind {
    /// Reads one of the three words.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "customers" => Some(Self::Customers),
            "orders" => Some(Self::Orders),
            "activities" => Some(Self::Activities),
            _ => None,
        }
    }

    /// The command that a row becomes.
    #[must_use]
    pub const fn command(self) -> Kind {
        match self {
            Self::Customers => Kind::UpsertCustomer,
            Self::Orders => Kind::PlaceOrder,
            Self::Activities => Kind::RecordActivity,
        }
    }

    /// Where those commands go.
    #[must_use]
    pub const fn queue(self) -> QueueName {
        match self {
            Self::Customers => QueueName::Customers,
            Self::Orders => QueueName::Orders,
            Self::Activities => QueueName::Activities,
        }
    }
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportStatus {
    /// The file has not come yet.
    Waiting,
    /// Rows are being read and queued.
    Reading,
    /// All rows are queued; some are not applied yet.
    Applying,
    Done,
    Failed,
}

/// The header of a file, as the rows below it need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// Our field of each column, by position; `None` where the column is not ours.
    pub columns: Vec<Option<String>>,
    /// Names of the columns that are not ours.
    #[serde(default)]
    pub ignored: Vec<String>,
    /// What stands between two cells.
    pub delimiter: char,
    /// Where the first row begins, in bytes.
    pub end: u64,
    /// Line on which it begins.
    pub line: u64,
}

/// The whole state of one import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Import {
    pub id: ImportId,
    pub kind: ImportKind,
    /// Our field -> their column, where they differ.
    #[serde(default)]
    pub mapping: BTreeMap<String, String>,
    pub created_at: Time,
    /// What the file's first line said, once it is read.
    #[serde(default)]
    pub header: Option<Header>,
    /// Identifies the content of the file.
    #[serde(default)]
    pub tag: Option<String>,
    pub bytes_total: u64,
    /// Everything before this offset is queued.
    pub bytes_read: u64,
    /// Line of the file on which `bytes_read` lies, 1-based.
    pub line: u64,
    /// The message that brought the import to `bytes_read`: it alone sees to it that the reading goes on.
    #[serde(default)]
    pub moved_by: Option<String>,
    /// Rows read; blank lines are none.
    pub rows: u64,
    pub accepted: u64,
    pub rejected: u64,
    /// Queue messages made so far.
    pub parts: u64,
    #[serde(default)]
    pub error: Option<String>,
    /// Queue messages not applied yet. Kept apart by the adapter, since the write worker takes them out.
    #[serde(skip)]
    pub pending: BTreeSet<u64>,
}

impl Import {
    /// An import that waits for its file.
    #[must_use]
    pub const fn new(id: ImportId, kind: ImportKind, mapping: BTreeMap<String, String>, created_at: Time) -> Self {
        Self {
            id,
            kind,
            mapping,
            created_at,
            header: None,
            tag: None,
            bytes_total: 0,
            bytes_read: 0,
            line: 1,
            moved_by: None,
            rows: 0,
            accepted: 0,
            rejected: 0,
            parts: 0,
            error: None,
            pending: BTreeSet::new(),
        }
    }

    #[must_use]
    pub fn status(&self) -> ImportStatus {
        if self.error.is_some() {
            ImportStatus::Failed
        } else if self.tag.is_none() {
            ImportStatus::Waiting
        } else if self.bytes_read < self.bytes_total {
            ImportStatus::Reading
        } else if self.pending.is_empty() {
            ImportStatus::Done
        } else {
            ImportStatus::Applying
        }
    }

    /// Whether there is nothing left to read.
    #[must_use]
    pub fn is_read(&self) -> bool {
        !matches!(self.status(), ImportStatus::Waiting | ImportStatus::Reading)
    }

    /// The event of the row on `line`, as text.
    ///
    /// File and line identify it, so the same file again brings the same events. What the time limits of the validators
    /// count from is the import's beginning: a stretch that is read twice is judged the same twice.
    ///
    /// # Errors
    /// Every fault of the row, the same as over HTTP.
    pub fn event(&self, line: u64, row: &Json, currency: &Currency) -> Result<String, Faults> {
        let kind = self.kind.command();
        kind.command(row, "", currency, self.created_at)?;
        let source = format!("/imports/{}", self.tag.as_deref().unwrap_or_default());
        let id = format!("{line:012}");
        let event = Envelope::new(kind, &source, &id, self.created_at, row);
        serde_json::to_string(&event).map_err(|error| Faults::of("", error.to_string()))
    }
}
