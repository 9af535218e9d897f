//! What the API says of the house itself.

use std::collections::BTreeMap;

use crm_domain::faults::Faults;
use crm_domain::import::{ImportKind, ImportStatus};
use crm_domain::time::Time;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Number;

/// The figures of one day.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "DailyFigures")]
pub struct Day {
    #[schemars(extend("format" = "date"))]
    pub date: String,
    pub orders: i64,
    pub revenue: Number,
    pub customers: i64,
}

/// The figures of the dashboard.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Statistics {
    pub customers: i64,
    pub orders: i64,
    pub revenue: Number,
    pub segments: u64,
    pub campaigns: u64,
    pub messages: u64,
    pub currency: String,
    /// Ascending; days without anything are left out.
    pub daily: Vec<Day>,
}

/// How a queue stands.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("required" = ["name", "depth", "inFlight", "delayed", "deadLetters", "ageSeconds"]))]
pub struct Queue {
    pub name: &'static str,
    pub depth: u64,
    pub in_flight: u64,
    pub delayed: u64,
    pub dead_letters: u64,
    /// SQS tells the age of the oldest message to `CloudWatch` only.
    pub age_seconds: Option<u64>,
}

/// How many dead letters were moved back.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Redriven {
    pub name: &'static str,
    pub moved: u64,
}

/// Where a file is to be put.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    pub method: &'static str,
    pub url: String,
    pub headers: BTreeMap<String, String>,
}

/// An import that waits for its file.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportTicket {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub kind: ImportKind,
    pub status: ImportStatus,
    pub upload: Upload,
}

/// How far an import is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Import {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub kind: ImportKind,
    pub status: ImportStatus,
    pub bytes_read: u64,
    pub bytes_total: u64,
    pub rows: u64,
    pub accepted: u64,
    pub rejected: u64,
    pub parts: u64,
    pub pending_parts: usize,
    pub ignored_columns: Vec<String>,
    pub created_at: Time,
    pub rejected_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Whether the product works.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    pub status: &'static str,
    pub version: &'static str,
    pub checks: BTreeMap<&'static str, &'static str>,
}

/// Something that is queued to be written.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    pub id: String,
    pub status: &'static str,
}

/// What became of one element of a bulk request.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Faults>,
}

/// What became of each element, in order.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkAccepted {
    pub items: Vec<Outcome>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "{T}Page", extend("required" = ["items", "nextCursor"]))]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; `null` on the last one.
    pub next_cursor: Option<String>,
}
