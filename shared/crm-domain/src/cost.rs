//! What work uses of AWS, campaigns above all, and what that costs by the list of prices in `infra/prices.json`.
//!
//! Counted is what steps really used, each attempt of each step for itself: a step that is done twice has cost twice. An
//! attempt's usage is one record under the attempt's own id, so noting it again changes nothing, and the sum is a sum of
//! records, never a counter. What is missing: attempts that died before their record, and what no step of the campaign
//! asked for (polling of an idle queue, readers of the report). Amounts are whole numbers: thousandths of units, and prices
//! in ten-thousandths of a dollar per million.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a campaign is doing when it uses something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Work {
    /// Freezing the audience and handing it out.
    Planning,
    Delivery,
    Receipts,
    /// Making reports.
    Recounts,
}

/// Amounts used, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Write request units.
    pub written: u64,
    /// Read request units.
    pub read: u64,
    /// Requests to queues: sends, and this message's share of the receive and the delete of its batch.
    pub queued: u64,
    /// Invocations of functions: this message's share of that of its batch.
    pub invoked: u64,
    /// Megabytes times seconds, from beginning to end of a step. Steps of one batch overlap, so together they may have
    /// been billed less.
    pub held: u64,
}

/// One unit of a [`Usage`].
pub const WHOLE: u64 = 1_000;
/// Most bytes that an entry of the log has beside its letter.
const ENTRY_BYTES: usize = 600;
/// Most bytes that SQS takes for one request.
const QUEUE_CHUNK: usize = 64 * 1024;

/// Thousandths of units for writing an item: one for each KB that has begun, at least one.
#[must_use]
pub fn write_units(bytes: usize) -> u64 {
    bytes.div_ceil(1024).max(1) as u64 * WHOLE
}

/// Thousandths of units for reading so many bytes in one request: one for each 4 KB that have begun, half of that when the
/// read is eventually consistent.
#[must_use]
pub fn read_units(bytes: usize, consistent: bool) -> u64 {
    bytes.div_ceil(4096).max(1) as u64 * if consistent { WHOLE } else { WHOLE / 2 }
}

/// Thousandths of requests for sending so many bytes at once.
#[must_use]
pub fn queue_requests(bytes: usize) -> u64 {
    bytes.div_ceil(QUEUE_CHUNK).max(1) as u64 * WHOLE
}

impl Usage {
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            written: self.written + other.written,
            read: self.read + other.read,
            queued: self.queued + other.queued,
            invoked: self.invoked + other.invoked,
            held: self.held + other.held,
        }
    }

    /// What a campaign to so many recipients uses at most, from the launch to the last receipt; with caps on how often
    /// somebody is written to, more. Once it is sent, an entry of the log holds its letter of `letter` bytes, and each later
    /// write is one of all of it. Tests hold that what is written and queued stays below it.
    #[must_use]
    pub const fn most_of_campaign(recipients: u64, capped: bool, letter: usize) -> Self {
        let kilobytes = letter.saturating_add(ENTRY_BYTES).div_ceil(1_024) as u64;
        let of_one = Self {
            written: (1 + 3 * kilobytes + if capped { 2 } else { 0 }) * WHOLE,
            read: if capped { 2 } else { 1 } * kilobytes * WHOLE,
            queued: WHOLE / 10,
            invoked: WHOLE / 10,
            // A batch of letters shares its step; a tenth of a second of 512 MB each is more than `make sending` has shown.
            held: 51_200,
        };
        of_one.times(recipients)
    }

    /// As often as there are `count` of what used it.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self {
            written: self.written.saturating_mul(count),
            read: self.read.saturating_mul(count),
            queued: self.queued.saturating_mul(count),
            invoked: self.invoked.saturating_mul(count),
            held: self.held.saturating_mul(count),
        }
    }

    /// The same by what it is billed by, in thousandths: a megabyte is 1/1024 of a GB.
    #[must_use]
    pub const fn by_unit(&self) -> [(Unit, u64); 5] {
        [
            (Unit::DynamodbWriteRequestUnit, self.written),
            (Unit::DynamodbReadRequestUnit, self.read),
            (Unit::SqsRequest, self.queued),
            (Unit::LambdaRequest, self.invoked),
            (Unit::LambdaGbSecond, self.held / 1024),
        ]
    }

    /// What one of `batch` messages uses by being consumed by a function of `memory_mb` in `millis`: its share of receiving
    /// and deleting the batch, and of the invocation.
    #[must_use]
    pub fn of_consuming(batch: usize, memory_mb: u64, millis: u64) -> Self {
        let batch = batch.max(1) as u64;
        Self { queued: (2 * WHOLE).div_ceil(batch), invoked: WHOLE.div_ceil(batch), held: memory_mb * millis, ..Self::default() }
    }
}

/// What something is billed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CostUnit")]
pub enum Unit {
    DynamodbWriteRequestUnit,
    DynamodbReadRequestUnit,
    SqsRequest,
    LambdaRequest,
    LambdaGbSecond,
    GeminiInputToken,
    GeminiOutputToken,
    CloudwatchAlarmMonth,
    CloudwatchDashboardMonth,
    SecretMonth,
}

/// The price of a million of something, as the list has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "UnitPrice")]
pub struct Price {
    /// In decimal digits.
    pub usd_per_million: String,
    /// What a million of which costs that.
    pub of: String,
    /// Where it was read.
    pub source: String,
    /// When it was read.
    pub date: String,
}

/// `infra/prices.json`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    currency: String,
    region: String,
    free_each_month: Free,
    prices: BTreeMap<Unit, Price>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Free {
    amounts: BTreeMap<Unit, u64>,
}

/// Prices, each with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices {
    pub currency: String,
    pub region: String,
    /// The oldest date of any of those that campaigns are told the price by.
    pub as_of: String,
    listed: BTreeMap<Unit, Price>,
    /// What an account is not billed for in a month.
    free: BTreeMap<Unit, u64>,
    /// In ten-thousandths of the currency's unit per million.
    exact: BTreeMap<Unit, u64>,
}

/// All that there must be a price of.
const UNITS: [Unit; 10] = [
    Unit::DynamodbWriteRequestUnit,
    Unit::DynamodbReadRequestUnit,
    Unit::SqsRequest,
    Unit::LambdaRequest,
    Unit::LambdaGbSecond,
    Unit::GeminiInputToken,
    Unit::GeminiOutputToken,
    Unit::CloudwatchAlarmMonth,
    Unit::CloudwatchDashboardMonth,
    Unit::SecretMonth,
];

static LISTED: LazyLock<Option<Prices>> = LazyLock::new(|| Prices::parse(include_str!("../../../infra/prices.json")).ok());

impl Prices {
    /// The list that this was built with; a test holds that it can be read.
    #[must_use]
    pub fn listed() -> Option<&'static Self> {
        LISTED.as_ref()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let list: List = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let mut exact = BTreeMap::new();
        for unit in UNITS {
            let price = list.prices.get(&unit).ok_or_else(|| format!("there is no price of {unit:?}"))?;
            if price.source.is_empty() {
                return Err(format!("the price of {unit:?} has no source"));
            }
            let read = ten_thousandths(&price.usd_per_million);
            exact.insert(unit, read.ok_or_else(|| format!("the price of {unit:?} cannot be read"))?);
        }
        let of_campaigns = UNITS.iter().take(5).filter_map(|unit| list.prices.get(unit));
        Ok(Self {
            as_of: of_campaigns.map(|price| price.date.clone()).min().unwrap_or_default(),
            currency: list.currency,
            region: list.region,
            listed: list.prices,
            free: list.free_each_month.amounts,
            exact,
        })
    }

    /// All of them, each with its unit.
    #[must_use]
    pub const fn all(&self) -> &BTreeMap<Unit, Price> {
        &self.listed
    }

    /// The price of so many thousandths of a unit, in units of the currency.
    #[must_use]
    pub fn of_unit(&self, unit: Unit, thousandths: u64) -> f64 {
        (u128::from(thousandths) * self.each(unit)) as f64 / EXACT
    }

    /// What of so many thousandths of a unit, used in a month, is billed to an account that uses no others.
    #[must_use]
    pub fn beyond_free(&self, unit: Unit, thousandths: u64) -> u64 {
        thousandths.saturating_sub(self.free.get(&unit).copied().unwrap_or_default().saturating_mul(WHOLE))
    }

    fn each(&self, unit: Unit) -> u128 {
        u128::from(self.exact.get(&unit).copied().unwrap_or_default())
    }

    /// The price of `usage`, in units of the currency.
    #[must_use]
    pub fn of(&self, usage: &Usage) -> f64 {
        self.exact(usage) as f64 / EXACT
    }

    /// The price of a million of which each uses, on average, what `count` used together.
    #[must_use]
    pub fn per_million(&self, usage: &Usage, count: u64) -> Option<f64> {
        (count > 0).then(|| self.exact(usage) as f64 / EXACT * 1e6 / count as f64)
    }

    /// In 1e-13 of the currency's unit: thousandths, times ten-thousandths, per million.
    fn exact(&self, usage: &Usage) -> u128 {
        usage.by_unit().into_iter().map(|(unit, amount)| u128::from(amount) * self.each(unit)).sum()
    }
}

const EXACT: f64 = 1e13;

/// `"0.625"` as 6250.
fn ten_thousandths(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 4 {
        return None;
    }
    format!("{whole}{fraction:0<4}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_campaign_uses_at_most_grows_with_its_letter() {
        let written = |capped, letter| Usage::most_of_campaign(1, capped, letter).written / WHOLE;
        assert_eq!([written(false, 0), written(true, 0)], [4, 6]);
        // Planned as an entry without a letter; sent, delivered and opened with one.
        assert_eq!([written(false, 425), written(false, 10_000)], [7, 1 + 3 * 11]);
        assert_eq!(Usage::most_of_campaign(2, true, 10_000).read, 2 * 2 * 11 * WHOLE);
    }

    #[test]
    fn the_list_of_prices_can_be_read() {
        let prices = Prices::parse(include_str!("../../../infra/prices.json")).unwrap();
        assert_eq!((prices.currency.as_str(), prices.region.as_str()), ("USD", "us-east-1"));
        let exact = [Unit::DynamodbWriteRequestUnit, Unit::SqsRequest, Unit::LambdaGbSecond].map(|unit| prices.each(unit));
        assert_eq!(exact, [6_250, 4_000, 166_667]);
        assert_eq!(prices.all().len(), UNITS.len(), "what nobody asks for is not in the list");
        assert!(Prices::listed().is_some());
        for broken in ["{}", r#"{"currency":"USD","region":"x","freeEachMonth":{"amounts":{}},"prices":{}}"#] {
            assert!(Prices::parse(broken).is_err());
        }
        assert_eq!(
            (ten_thousandths("16.6667"), ten_thousandths("1"), ten_thousandths("0.00001")),
            (Some(166_667), Some(10_000), None)
        );
    }

    #[test]
    fn units_are_those_that_dynamodb_bills() {
        // Developer guide, "DynamoDB throughput capacity": 1 KB a write unit, 4 KB a read unit, half when eventually consistent.
        assert_eq!([0, 1, 1024, 1025, 3500].map(write_units), [1_000, 1_000, 1_000, 2_000, 4_000]);
        assert_eq!([1, 4096, 4097].map(|bytes| read_units(bytes, true)), [1_000, 1_000, 2_000]);
        assert_eq!([1, 4096, 4097].map(|bytes| read_units(bytes, false)), [500, 500, 1_000]);
        assert_eq!([1, 65_536, 65_537].map(queue_requests), [1_000, 1_000, 2_000]);
    }

    #[test]
    fn a_price_is_what_its_parts_cost() {
        let prices = Prices::listed().unwrap();
        let million = |part: fn(&mut Usage)| {
            let mut usage = Usage::default();
            part(&mut usage);
            prices.of(&usage)
        };
        let whole = 1_000_000 * WHOLE;
        assert!((million(|usage| usage.written = 1_000_000 * WHOLE) - 0.625).abs() < 1e-9);
        assert!((million(|usage| usage.held = 1024 * 1_000_000 * WHOLE) - 16.6667).abs() < 1e-9);
        let usage = Usage { written: 4 * whole, queued: whole / 10, ..Usage::default() };
        assert!((prices.of(&usage) - 2.54).abs() < 1e-9);
        assert_eq!(prices.per_million(&usage, 1_000_000), Some(2.54));
        assert_eq!(prices.per_million(&usage, 0), None);
    }

    #[test]
    fn what_is_free_each_month_is_not_billed() {
        let prices = Prices::listed().unwrap();
        assert_eq!([9, 10, 12].map(|alarms| prices.beyond_free(Unit::CloudwatchAlarmMonth, alarms * WHOLE)), [0, 0, 2 * WHOLE]);
        assert_eq!(prices.beyond_free(Unit::DynamodbWriteRequestUnit, WHOLE), WHOLE);
    }

    #[test]
    fn a_batch_is_shared_by_its_messages() {
        let alone = Usage::of_consuming(1, 512, 200);
        assert_eq!((alone.queued, alone.invoked, alone.held), (2_000, 1_000, 102_400));
        assert_eq!(Usage::of_consuming(10, 512, 200).queued, 200);
    }
}
