//! What the API answers about what a month costs.

use crm_domain::bill::{Basis, Item};
use crm_domain::cost::{Price, Unit};
use crm_domain::time::Time;
use schemars::JsonSchema;
use serde::Serialize;

/// What a month costs so far, estimated from counts; it is no bill.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Costs {
    /// The month, in UTC: `2026-11`.
    #[schemars(regex(pattern = r"^\d{4}-\d{2}$"))]
    pub month: String,
    /// Up to when: now, or the end of the month.
    pub until: Time,
    pub currency: String,
    /// The region whose prices are taken.
    pub region: String,
    /// What was done. Orders that came in files count twice when they were also placed in this month.
    pub work: Vec<CostLine>,
    /// What is billed while nobody does anything, as far as the month has passed.
    pub floor: Vec<CostLine>,
    /// The sum of all lines.
    pub total: f64,
    /// The sum of the floor for the whole month.
    pub floor_per_month: f64,
    pub prices: Vec<ListedPrice>,
}

/// One line: how many there were, what they used, and what that costs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CostLine {
    pub item: Item,
    pub basis: Basis,
    pub count: u64,
    pub parts: Vec<CostPart>,
    pub price: f64,
    /// What a million of these cost; absent where none was yet, and for what stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_million: Option<f64>,
}

/// What a line used of one thing that is billed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CostPart {
    pub unit: Unit,
    pub amount: f64,
    pub price: f64,
}

/// A price, and where and when it was read.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedPrice {
    pub unit: Unit,
    #[serde(flatten)]
    pub price: Price,
}
