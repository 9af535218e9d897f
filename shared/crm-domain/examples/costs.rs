//! Prints what a month costs shops of three sizes, as the README shows it: `cargo run -p crm-domain --example costs`.
//!
//! A shop, so that sizes can be compared: of a hundred customers twenty-five order in a month, each order coming alone; two
//! are new; and four e-mails of 1 KB go to half of all of them.

use std::fmt::Write as _;

use crm_domain::bill::{self, Counts, Item, Line, Month};
use crm_domain::cost::{Prices, Unit, Usage, WHOLE};

/// Sizes of the README's table.
const SHOPS: [u64; 3] = [1_000, 100_000, 10_000_000];
/// Bytes of a letter.
const LETTER: usize = 1_024;

/// What happens in a month.
fn counts(customers: u64) -> Counts {
    let messages = 4 * customers / 2;
    Counts {
        orders: customers / 4,
        customers: customers / 50,
        messages,
        campaigns: Usage::most_of_campaign(messages, false, LETTER),
        ..Counts::default()
    }
}

/// The table, one row a size.
///
/// # Errors
/// The list of prices cannot be read.
pub fn table() -> Result<String, &'static str> {
    let prices = Prices::listed().ok_or("the list of prices cannot be read")?;
    let month = Month::parse("2026-11").ok_or("no month")?;
    let standing = bill::floor(month, month.minutes(month.end()));
    let idle: f64 = standing.iter().map(|line| line.price(prices)).sum();
    let mut table = String::from(
        "| customers | orders | messages | all orders | new customers | all messages, at most | idle | **a month** |\n",
    );
    table.push_str("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for customers in SHOPS {
        let counts = counts(customers);
        let work = bill::work(&counts);
        let of = |item: Item| work.iter().find(|line| line.item == item).map_or(0.0, |line| line.price(prices));
        let sum = idle + work.iter().map(|line: &Line| line.price(prices)).sum::<f64>();
        let _ = writeln!(
            table,
            "| {} | {} | {} | ${:.2} | ${:.2} | ${:.2} | ${idle:.2} | **${sum:.2}** |",
            grouped(customers),
            grouped(counts.orders),
            grouped(counts.messages),
            of(Item::Orders),
            of(Item::Customers),
            of(Item::Messages),
        );
    }
    Ok(table)
}

/// What a month costs in which nothing happens, line by line.
///
/// # Errors
/// The list of prices cannot be read.
pub fn idle() -> Result<String, &'static str> {
    let prices = Prices::listed().ok_or("the list of prices cannot be read")?;
    let month = Month::parse("2026-11").ok_or("no month")?;
    let standing = bill::floor(month, month.minutes(month.end()));
    let mut table = String::from("| idle | of what | by the list |\n| --- | --- | ---: |\n");
    for line in &standing {
        let amounts: Vec<String> =
            line.amounts.iter().map(|(unit, amount)| format!("{} {}", grouped(amount / WHOLE), name(*unit))).collect();
        let _ = writeln!(table, "| {} | {} | ${:.2} |", item(line.item), amounts.join(", "), line.price(prices));
    }
    let sum: f64 = standing.iter().map(|line| line.price(prices)).sum();
    let _ = writeln!(table, "| **sum** | | **${sum:.2}** |");
    let _ = writeln!(
        table,
        "| **billed** | without what is free in each account each month: 10 alarms, 3 dashboards, a million requests to queues and to functions | **${:.2}** |",
        bill::billed(&standing, prices)
    );
    Ok(table)
}

fn item(item: Item) -> &'static str {
    match item {
        Item::Polling => "asking the queues",
        Item::Clock => "the clock, each minute",
        Item::Alarms => "alarms and dashboard",
        Item::Secrets => "secret",
        _ => "work",
    }
}

fn name(unit: Unit) -> &'static str {
    match unit {
        Unit::DynamodbWriteRequestUnit => "units written",
        Unit::DynamodbReadRequestUnit => "units read",
        Unit::SqsRequest => "requests to queues",
        Unit::LambdaRequest => "invocations",
        Unit::LambdaGbSecond => "GB-seconds",
        Unit::CloudwatchAlarmMonth => "alarms",
        Unit::CloudwatchDashboardMonth => "dashboard",
        Unit::SecretMonth => "secret",
        Unit::GeminiInputToken | Unit::GeminiOutputToken => "tokens",
    }
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[allow(dead_code, reason = "the test that holds the README to this has it as a module")]
fn main() -> Result<(), &'static str> {
    print!("{}\n{}", table()?, idle()?);
    Ok(())
}
