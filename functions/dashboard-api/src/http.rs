//! The figures of the dashboard.

use axum::extract::State;
use axum::{Json, Router};
use crm_domain::ledger::DayDelta;
use crm_domain::money::Money;
use crm_domain::ports::ReadFigures;
use crm_lambda::api::{Api, App};
use crm_lambda::auth::Keys;
use crm_lambda::contract::shapes::{Day, Statistics};
use crm_lambda::gate::{Gate, GateStore};
use crm_lambda::problem::Problem;
use crm_lambda::routes;

/// The storage that the dashboard needs.
pub trait Store: ReadFigures + GateStore {}
impl<S: ReadFigures + GateStore> Store for S {}

/// All routes.
pub fn router<S: Store>(app: App<S>, keys: Keys) -> Router {
    Api::new(Gate::new(keys, app.store.clone())).on(&routes::GET_STATISTICS, get_stats::<S>).over(app)
}

async fn get_stats<S: Store>(State(app): State<App<S>>) -> Result<Json<Statistics>, Problem> {
    let figures = app.store.figures().await?;
    let currency = &app.settings.currency;
    let all = figures.days.iter().fold(DayDelta::default(), |sum, day| DayDelta {
        orders: sum.orders + day.figures.orders,
        revenue: sum.revenue + day.figures.revenue,
        customers: sum.customers + day.figures.customers,
    });
    let revenue = |minor: i64| currency.to_major(Money::from_minor(minor));
    let daily = figures.days.iter().map(|day| Day {
        date: day.date.to_string(),
        orders: day.figures.orders,
        revenue: revenue(day.figures.revenue),
        customers: day.figures.customers,
    });
    Ok(Json(Statistics {
        customers: all.customers,
        orders: all.orders,
        revenue: revenue(all.revenue),
        segments: figures.segments,
        campaigns: figures.campaigns,
        messages: figures.messages,
        currency: currency.code().to_owned(),
        daily: daily.collect(),
    }))
}
