//! The rule engine: one customer against many segments, and one rule against many customers.
//!
//! Segments have one to five conditions: `drawn` as merchants make them (a city, a tag, a round sum, a usual stretch), so that many
//! share some, or `distinct`, so that sharing gains nothing. What is measured is what the stream does with a changed customer,
//! all verdicts at once with their next flips ([`Set::evaluate`]); a closure of [`crate::closures`] says only whether.
//!
//! A million customers are 10,000 distinct ones, walked a hundred times. What a rule is held against looks at the same values where
//! they lie, with no rule in between.

use std::error::Error;
use std::hint::black_box;

use crm_domain::customer::Customer;
use crm_domain::rules::Set;
use serde_json::{Value, json};

use crate::closures::{Closure, back, closure};
use crate::process::measured;
use crate::report::{Cost, Row, Target, in_unit};
use crate::settings::Settings;
use crate::shop::{Dice, Mix, context, person, rules, segments};

const DISTINCT: usize = 10_000;
const WALKS: usize = 100;
/// Customers of one run against a thousand segments.
const TIMES: usize = 2_000;
/// Of the rule with a stretch.
const STRETCH: &str = "P3M";
/// Orders of the customer.
const ORDERS: usize = 20;

/// Two lines a mix, two of a million.
pub fn rows(settings: &Settings) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rows = Vec::new();
    for mix in [Mix::Drawn, Mix::Distinct] {
        for (count, most) in [(1_000, 33.0), (10_000, 250.0)] {
            rows.push(one_customer(settings.runs, mix, count)?.target(Target::AtMost(most)));
        }
    }
    rows.extend(million(settings.runs)?);
    Ok(rows)
}

fn one_customer(runs: usize, mix: Mix, count: usize) -> Result<Row, Box<dyn Error>> {
    let (wires, customer, context) = (segments(mix, count), person(&mut Dice(7), ORDERS), context());
    let closures: Vec<Closure> =
        wires.iter().map(|wire| closure(wire, context.now)).collect::<Option<_>>().ok_or("a condition without a closure")?;
    let set = Set::new(wires.iter().map(rules));
    let verdicts = set.evaluate(&customer, &context);
    if !verdicts.iter().map(|verdict| verdict.holds).eq(closures.iter().map(|by_hand| by_hand(&customer))) {
        return Err("closures say something else than the engine".into());
    }
    let times = TIMES * 1_000 / count;
    let [engine, by_hand] = compared(
        runs,
        times,
        [
            &|| {
                black_box(set.evaluate(black_box(&customer), &context));
            },
            &|| {
                let customer = black_box(&customer);
                black_box(closures.iter().filter(|holds| black_box(holds(customer))).count());
            },
        ],
    )?;
    let name = format!("segments.{}.{count}", if mix == Mix::Drawn { "drawn" } else { "distinct" });
    let what = "a closure a rule, without its next flip";
    Ok(Row::of_cost(name, engine.each(times), "us").against(in_unit(by_hand.each(times).cpu, "us"), what))
}

/// The medians of what works take by turns, each so many times in a run.
fn compared<const N: usize>(runs: usize, times: usize, works: [&dyn Fn(); N]) -> Result<[Cost; N], Box<dyn Error>> {
    let mut costs = [const { Vec::new() }; N];
    for _ in 0..=runs {
        for (work, costs) in works.iter().zip(&mut costs) {
            costs.push(measured(|| (0..times).for_each(|_| work()))?);
        }
    }
    // The first run warms up.
    Ok(costs.map(|costs| Cost::median(costs.get(1..).unwrap_or_default())))
}

fn million(runs: usize) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut dice = Dice(11);
    let people: Vec<Customer> = (0..DISTINCT)
        .map(|_| {
            let orders = dice.roll(40);
            person(&mut dice, orders)
        })
        .collect();
    let context = context();
    let simple = rules(&json!({"combinator": "and", "rules": [
        {"field": "totalSpend", "operator": ">", "value": 5000},
        {"field": "city", "operator": "=", "value": "Pune"},
    ]}));
    let windowed = rules(&within(STRETCH));
    let city_and_sum = |one: &Customer| {
        let city: u64 = one.city.as_deref().unwrap_or_default().bytes().map(u64::from).sum();
        city.wrapping_add(one.sums.total_spend.minor() as u64)
    };
    // Those of the stretch alone, from the last one back, as the rule reads them.
    let from = back(STRETCH, context.now).ok_or("a stretch")?;
    let orders = |one: &Customer| {
        let of = one.history.purchases().iter().rev().take_while(|order| order.at >= from);
        of.fold(0_u64, |sum, order| sum.wrapping_add(order.at.micros() as u64).wrapping_add(u64::from(order.counts)))
    };
    let sum = |of: &dyn Fn(&Customer) -> u64| {
        black_box(people.iter().fold(0_u64, |sum, one| sum.wrapping_add(of(black_box(one)))));
    };
    let [held, looked, held_lately, looked_at_orders] = compared(
        runs,
        WALKS,
        [
            &|| sum(&|one| u64::from(simple.holds(one, &context))),
            &|| sum(&city_and_sum),
            &|| sum(&|one| u64::from(windowed.holds(one, &context))),
            &|| sum(&orders),
        ],
    )?;
    let row = |name: &str, cost, other: Cost, what: &str| {
        let row = Row::of_cost(name, cost, "ms").against(in_unit(other.cpu, "ms"), what);
        row.target(Target::RatioAtMost(2.0)).note("a million customers, 10,000 distinct ones")
    };
    Ok(vec![
        row("million.values", held, looked, "reading the bytes of city and sum"),
        row("million.window", held_lately, looked_at_orders, "reading moment and state of the orders in it"),
    ])
}

fn within(span: &str) -> Value {
    json!({"combinator": "and", "rules": [{"field": "orderCount", "operator": ">=", "value": 2, "within": span}]})
}
