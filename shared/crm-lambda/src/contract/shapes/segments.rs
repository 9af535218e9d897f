//! What the API says of segments.

use crm_domain::membership::Cause;
use crm_domain::time::Time;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::customers::Customer;

/// A saved audience.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Segment {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub kind: SegmentKind,
    /// As they were written; a list has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<super::super::requests::RuleGroup>")]
    pub rules: Option<Value>,
    /// How many belong. While new rules are being built it is the count of the old ones; absent while the first are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// How many belonged at the end of each of the last 15 days (UTC), today by now; fewer where these rules are younger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recent_sizes: Option<Vec<u64>>,
    pub state: SegmentState,
    /// How far the building is, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<f64>,
    pub created_at: Time,
    pub updated_at: Time,
}

/// What says who belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SegmentKind {
    Rules,
    /// Its members are named one by one.
    List,
}

/// Whether count and members are those of the rules as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SegmentState {
    Building,
    Live,
}

/// How large a segment was, day by day; days before it was first built are left out.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sizes {
    pub days: Vec<DaySize>,
}

/// One day (UTC) of a segment: the size of the day before + `entered` - `left` + `rebuilt` is its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DaySize {
    #[schemars(extend("format" = "date"))]
    pub day: String,
    /// At its end; today by now.
    pub size: u64,
    /// Who came by a change of their own, or as time passed; who comes twice counts twice.
    pub entered: i64,
    pub left: i64,
    /// Who came without those who went, because rules were changed or everybody was looked at anew.
    pub rebuilt: i64,
    /// Whether other rules count from this day on.
    pub rules_changed: bool,
}

/// How many two segments share.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Overlap {
    pub count: u64,
    pub other: u64,
    pub both: u64,
}

/// An entering or leaving.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Move {
    #[schemars(extend("format" = "uuid"))]
    pub segment_id: String,
    pub name: String,
    pub event: MoveKind,
    pub at: Time,
    pub cause: Cause,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MoveKind {
    Entered,
    Left,
}

/// Whom rules would pick at this moment.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    pub count: u64,
    /// All customers.
    pub total: u64,
    /// At most 20 of those picked.
    pub sample: Vec<Customer>,
    pub took_ms: u64,
}
