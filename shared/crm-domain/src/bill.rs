//! What a month costs, estimated from counts that exist anyway: nothing is counted for it alone.
//!
//! Campaigns and the model are counted by what they really used ([`crate::cost`]); orders and rows by how many there were,
//! times what one uses by the derivations below. On top comes what is billed while nobody does anything. What has no count is
//! left out: requests of the web app, storage, logs, metrics, traces, traffic, and what providers charge for a letter.

use std::collections::BTreeMap;
use std::fmt;

use jiff::ToSpan;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::ai::Tokens;
use crate::cost::{Prices, Unit, Usage, WHOLE};
use crate::ports::QueueName;
use crate::time::Time;

/// Where a customer stands in segments, for a change of theirs: nothing is written of one that moves nobody; one that does is
/// four records and more, in a transaction that checks the customer. Taken is one in four.
const SETTLED: u64 = 4_000;
/// An order that comes alone, as `make cost` counts it. Written: itself and its two places in lists (4) and its customer (2), in
/// one transaction with the day's figures (2). Read: both records before they are written, again for the segments with where
/// its customer stands, and who asks. Each message is sent, received and deleted; four functions take part, for 160 ms of a
/// gigabyte.
const ORDER: Usage = Usage { written: 8_000 + SETTLED, read: 6_000, queued: 3_000, invoked: 4_000, held: 160_000 };
/// A row of a file: as an order, but hundreds share a message, a transaction with its figures, and a call; and three the write of
/// their customer, with what is new of them.
const ROW: Usage = Usage { written: 5_600 + SETTLED, read: 2_500, queued: 20, invoked: 30, held: 2_000 };
/// A customer who is new, on top of what brought them: words to find them by, and the place in their list.
const CUSTOMER: Usage = Usage { written: 5_300, read: 0, queued: 0, invoked: 0, held: 0 };
/// A minute of the clock: the minute that it notes, four shards of each of three minutes, alarms and builds; 50 ms. Each fifth
/// asks all dead-letter queues.
const TICK: Usage = Usage { written: 1_000, read: 18_000, queued: 2_000, invoked: 1_000, held: 25_600 };
/// Lambda asks each queue that a function reads from five places at a time, each of which waits 20 seconds for an answer.
const POLLS_A_MINUTE: u64 = 15;
/// Alarms, dashboards and secrets of the templates, as far as no parameter adds to them.
const ALARMS: u64 = 12;
const DASHBOARDS: u64 = 1;
const SECRETS: u64 = 1;

/// A calendar month in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    first: Date,
}

impl Month {
    /// That of a moment.
    #[must_use]
    pub fn of(time: Time) -> Self {
        Self { first: time.date().first_of_month() }
    }

    /// Reads `2026-11`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let shaped = text.len() == 7 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let first: Date = shaped.then(|| format!("{text}-01").parse().ok())??;
        (1900..=2199).contains(&first.year()).then_some(Self { first })
    }

    /// Where it begins.
    #[must_use]
    pub fn begin(self) -> Time {
        Time::start_of(self.first)
    }

    /// Where the next one begins.
    #[must_use]
    pub fn end(self) -> Time {
        Time::start_of(self.first.checked_add(1.month()).unwrap_or(Date::MAX))
    }

    /// Whether a moment is in it.
    #[must_use]
    pub fn has(self, time: Time) -> bool {
        self.begin() <= time && time < self.end()
    }

    /// Its days that have begun by `now`.
    pub fn days(self, now: Time) -> impl Iterator<Item = Date> {
        let end = self.end().min(now.plus(1));
        self.first.series(1.day()).take_while(move |day| Time::start_of(*day) < end)
    }

    /// How many minutes of it have passed by `now`.
    #[must_use]
    pub fn minutes(self, now: Time) -> u64 {
        let passed = now.min(self.end()).micros() - self.begin().micros();
        (passed.max(0) / 60_000_000).unsigned_abs()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

/// What happened in a month, as far as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Orders placed in it.
    pub orders: u64,
    /// Customers who are known since then.
    pub customers: u64,
    /// Rows accepted of files whose import began in it.
    pub rows: u64,
    /// Messages sent by campaigns launched in it.
    pub messages: u64,
    /// What steps of campaigns used in it.
    pub campaigns: Usage,
    /// Questions put to the model, and what they used.
    pub questions: u64,
    pub tokens: Tokens,
}

/// What a line of the bill is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CostItem")]
pub enum Item {
    Orders,
    Rows,
    Customers,
    Messages,
    Questions,
    /// Asking queues whether there is work.
    Polling,
    /// The minute's look at what is due.
    Clock,
    /// And the dashboard that shows them.
    Alarms,
    Secrets,
}

/// How a line's amounts are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CostBasis")]
pub enum Basis {
    /// By what was really used.
    Counted,
    /// By how many there were, times what one is taken to use.
    Estimated,
    /// By the time that has passed.
    Standing,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub item: Item,
    pub basis: Basis,
    pub count: u64,
    /// Amounts by what they are billed by, in thousandths; none that is 0.
    pub amounts: Vec<(Unit, u64)>,
}

impl Line {
    fn used(item: Item, basis: Basis, count: u64, usage: Usage) -> Self {
        Self::of(item, basis, count, usage.by_unit().to_vec())
    }

    fn of(item: Item, basis: Basis, count: u64, mut amounts: Vec<(Unit, u64)>) -> Self {
        amounts.retain(|(_, amount)| *amount > 0);
        Self { item, basis, count, amounts }
    }

    /// What it costs.
    #[must_use]
    pub fn price(&self, prices: &Prices) -> f64 {
        // An empty sum of floats would be -0.
        self.amounts.iter().fold(0.0, |sum, (unit, amount)| sum + prices.of_unit(*unit, *amount))
    }
}

/// What was done in a month. Orders that came in files are in two lines when they were also placed in it: so the sum may be too
/// high, and is never too low for that.
#[must_use]
pub fn work(counts: &Counts) -> Vec<Line> {
    let Counts { orders, customers, rows, messages, campaigns, questions, tokens } = *counts;
    let asked = vec![(Unit::GeminiInputToken, tokens.input * WHOLE), (Unit::GeminiOutputToken, tokens.output * WHOLE)];
    vec![
        Line::used(Item::Orders, Basis::Estimated, orders, ORDER.times(orders)),
        Line::used(Item::Rows, Basis::Estimated, rows, ROW.times(rows)),
        Line::used(Item::Customers, Basis::Estimated, customers, CUSTOMER.times(customers)),
        Line::used(Item::Messages, Basis::Counted, messages, campaigns),
        Line::of(Item::Questions, Basis::Counted, questions, asked),
    ]
}

/// What is billed while nobody does anything, for so many `minutes` of `month`.
#[must_use]
pub fn floor(month: Month, minutes: u64) -> Vec<Line> {
    let all = month.minutes(month.end()).max(1);
    let queues = QueueName::ALL.len() as u64;
    let polls = Usage { queued: queues * POLLS_A_MINUTE * minutes * WHOLE, ..Usage::default() };
    // Billed by the hour.
    let part = |count: u64| count * WHOLE * minutes / all;
    vec![
        Line::used(Item::Polling, Basis::Standing, queues, polls),
        Line::used(Item::Clock, Basis::Standing, minutes, TICK.times(minutes)),
        Line::of(
            Item::Alarms,
            Basis::Standing,
            ALARMS,
            vec![(Unit::CloudwatchAlarmMonth, part(ALARMS)), (Unit::CloudwatchDashboardMonth, part(DASHBOARDS))],
        ),
        Line::of(Item::Secrets, Basis::Standing, SECRETS, vec![(Unit::SecretMonth, part(SECRETS))]),
    ]
}

/// What an account is billed that has nothing else, and nothing of what it need not pay for left unused.
#[must_use]
pub fn billed(lines: &[Line], prices: &Prices) -> f64 {
    let mut amounts: BTreeMap<Unit, u64> = BTreeMap::new();
    for (unit, amount) in lines.iter().flat_map(|line| &line.amounts) {
        *amounts.entry(*unit).or_default() += amount;
    }
    amounts.into_iter().fold(0.0, |sum, (unit, amount)| sum + prices.of_unit(unit, prices.beyond_free(unit, amount)))
}

const MILLION: u64 = 1_000_000;

/// What a million of an item costs: the formula of those that are estimated, and what those of this month have come to of the
/// others.
#[must_use]
pub fn per_million(line: &Line, prices: &Prices) -> Option<f64> {
    let each = match line.item {
        Item::Orders => ORDER,
        Item::Rows => ROW,
        Item::Customers => CUSTOMER,
        Item::Messages | Item::Questions if line.count > 0 => return Some(line.price(prices) * 1e6 / line.count as f64),
        _ => return None,
    };
    prices.per_million(&each.times(MILLION), MILLION)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        Month::parse(text).unwrap()
    }

    fn sum(lines: &[Line]) -> f64 {
        lines.iter().map(|line| line.price(Prices::listed().unwrap())).sum()
    }

    #[test]
    fn months_are_read_and_have_their_days() {
        for wrong in ["2026", "2026-13", "2026-1", "26-11", "2026-11-01", "1800-01", "２０２６-1"] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
        let february = month("2028-02");
        assert_eq!(
            (february.to_string(), february.minutes(Time::parse("2030-01-01").unwrap())),
            ("2028-02".to_owned(), 29 * 1_440)
        );
        assert_eq!(february.days(Time::parse("2028-02-03T00:00:00Z").unwrap()).count(), 3);
        assert_eq!((february.days(Time::parse("2028-01-31").unwrap()).count(), february.minutes(Time::from_micros(0))), (0, 0));
        assert!(february.has(Time::parse("2028-02-29T23:59:59Z").unwrap()) && !february.has(Time::parse("2028-03-01").unwrap()));
    }

    #[test]
    fn a_month_in_which_nothing_happens_costs_its_floor() {
        let november = month("2026-11");
        let floor = floor(november, november.minutes(november.end()));
        // 10 queues x 15 a minute, 43,200 minutes, 0.40 a million; 12 alarms at 0.10 and a dashboard at 3; one secret at 0.40.
        assert!((floor[0].price(Prices::listed().unwrap()) - 2.592).abs() < 1e-9);
        assert!((sum(&floor[2..]) - 4.6).abs() < 1e-9);
        assert!((7.0..7.5).contains(&sum(&floor)), "{}", sum(&floor));
        assert!(billed(&floor, Prices::listed().unwrap()) <= 3.0, "the aim of an idle month");
        assert!(sum(&work(&Counts::default())).abs() < 1e-12);
        assert!((sum(&super::floor(november, 21_600)) * 2.0 - sum(&floor)).abs() < 1e-6, "half of it in half of the time");
    }

    #[test]
    fn each_line_is_its_count_times_what_one_costs() {
        let prices = Prices::listed().unwrap();
        let tokens = Tokens { input: 2_000_000, output: 1_000_000 };
        let counts = Counts { orders: 1_000_000, questions: 10, tokens, ..Counts::default() };
        let lines = work(&counts);
        let orders = &lines[0];
        assert!((orders.price(prices) / per_million(orders, prices).unwrap() - 1.0).abs() < 1e-9);
        let asked = &lines[4];
        assert!((asked.price(prices) - (2.0 * 0.75 + 3.75)).abs() < 1e-9);
        assert!((per_million(asked, prices).unwrap() - 525_000.0).abs() < 1e-6);
        assert_eq!(per_million(&lines[3], prices), None, "no message says what one costs");
    }

    #[test]
    fn what_one_of_each_is_taken_to_use_is_its_budget() {
        let budgets: serde_json::Value = serde_json::from_str(include_str!("../../../infra/budgets.json")).unwrap();
        let of = |name: &str| {
            let units = |unit: &str| (budgets["budgets"][name][unit].as_f64().unwrap() * WHOLE as f64).round() as u64;
            ["written", "read", "queued"].map(units)
        };
        assert_eq!(of("orderAlone"), [ORDER.written - SETTLED, ORDER.read, ORDER.queued]);
        assert_eq!(of("orderInBulk"), [ROW.written - SETTLED, ROW.read, ROW.queued]);
        // Their own record is in what brought them.
        assert_eq!(of("customerNew")[0], CUSTOMER.written + 2 * WHOLE);
        assert_eq!(of("minute"), [TICK.written, TICK.read, TICK.queued]);
        assert!(of("message")[0] <= Usage::most_of_campaign(1, false, 0).written);
    }

    #[test]
    fn the_floor_counts_what_the_template_has() {
        let template = include_str!("../../../template.yaml");
        let both = [template, include_str!("../../../infra/observability.yaml")].concat();
        assert_eq!(both.matches("Type: AWS::CloudWatch::Alarm\n").count() as u64, ALARMS);
        assert_eq!(both.matches("Type: AWS::CloudWatch::Dashboard\n").count() as u64, DASHBOARDS);
        let mappings = template.matches("Type: AWS::Lambda::EventSourceMapping\n").count();
        let streams = template.matches("      StartingPosition: ").count();
        assert_eq!(mappings, QueueName::ALL.len() + streams, "each queue has one reader; reading streams is free");
    }
}
