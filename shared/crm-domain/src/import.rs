//! A CSV import: where it stands, and how its rows become commands.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::ImportId;
use crate::time::Time;

/// What the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportKind {
    Customers,
    Orders,
    Activities,
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// Columns by position, once the header is read.
    #[serde(default)]
    pub columns: Vec<Option<String>>,
    /// Identifies the content of the file.
    #[serde(default)]
    pub tag: Option<String>,
    pub bytes_total: u64,
    /// Everything before this offset is queued.
    pub bytes_read: u64,
    /// Line of the file on which `bytes_read` lies, 1-based.
    pub line: u64,
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
}
