//! What a month costs, by counts and the list of prices.

use std::sync::Arc;

use axum::extract::State;
use axum::{Json, Router};
use crm_domain::bill::{self, Line, Month};
use crm_domain::cost::{Prices, WHOLE};
use crm_domain::faults::Faults;
use crm_domain::time::Time;
use crm_lambda::api::Api;
use crm_lambda::contract::costs::{CostLine, CostPart, Costs, ListedPrice};
use crm_lambda::gate::Gate;
use crm_lambda::problem::Problem;
use crm_lambda::query::Asked;
use crm_lambda::routes;
use serde::Deserialize;

use crate::http::Store;

#[derive(Deserialize)]
struct Wanted {
    month: Option<String>,
}

pub fn routes<S: Store>(gate: Gate<S>, store: Arc<S>) -> Router {
    Api::new(gate).on(&routes::SHOW_COSTS, show_costs::<S>).over(store)
}

async fn show_costs<S: Store>(State(store): State<Arc<S>>, Asked(wanted): Asked<Wanted>) -> Result<Json<Costs>, Problem> {
    let now = Time::now();
    let month = match wanted.month {
        None => Month::of(now),
        Some(text) => Month::parse(&text).ok_or_else(|| Faults::of("month", "must be a month: YYYY-MM"))?,
    };
    // A test holds that the list can be read.
    let prices = Prices::listed().ok_or_else(|| Problem::not_found("list of prices"))?;
    let counts = store.counts(month, now).await?;
    let show = |lines: Vec<Line>| lines.iter().map(|line| shown(line, prices)).collect::<Vec<CostLine>>();
    let (work, floor) = (show(bill::work(&counts)), show(bill::floor(month, month.minutes(now))));
    let whole = show(bill::floor(month, month.minutes(month.end())));
    Ok(Json(Costs {
        month: month.to_string(),
        until: now.min(month.end()),
        currency: prices.currency.clone(),
        region: prices.region.clone(),
        total: sum(&work) + sum(&floor),
        floor_per_month: sum(&whole),
        work,
        floor,
        prices: prices.all().iter().map(|(unit, price)| ListedPrice { unit: *unit, price: price.clone() }).collect(),
    }))
}

fn sum(lines: &[CostLine]) -> f64 {
    lines.iter().fold(0.0, |sum, line| sum + line.price)
}

fn shown(line: &Line, prices: &Prices) -> CostLine {
    let part = |(unit, amount): &(_, u64)| CostPart {
        unit: *unit,
        amount: *amount as f64 / WHOLE as f64,
        price: prices.of_unit(*unit, *amount),
    };
    CostLine {
        item: line.item,
        basis: line.basis,
        count: line.count,
        parts: line.amounts.iter().map(part).collect(),
        price: line.price(prices),
        per_million: bill::per_million(line, prices),
    }
}
