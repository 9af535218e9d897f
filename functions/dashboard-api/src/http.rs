//! The figures of the dashboard.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use crm_domain::ledger::DayDelta;
use crm_domain::money::Money;
use crm_domain::ports::ReadFigures;
use crm_lambda::auth::{Keys, protected};
use crm_lambda::config::Settings;
use crm_lambda::problem::Problem;
use serde_json::{Value, json};

/// What the handlers work with.
pub struct App<S> {
    pub store: Arc<S>,
    pub settings: Arc<Settings>,
}

impl<S> Clone for App<S> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), settings: self.settings.clone() }
    }
}

/// All routes, behind the token check.
pub fn router<S: ReadFigures>(app: App<S>, keys: Keys) -> Router {
    protected(Router::new().route("/api/stats", get(get_stats::<S>)).with_state(app), keys)
}

async fn get_stats<S: ReadFigures>(State(app): State<App<S>>) -> Result<Json<Value>, Problem> {
    let figures = app.store.figures().await?;
    let currency = &app.settings.currency;
    let all = figures.days.iter().fold(DayDelta::default(), |sum, day| DayDelta {
        orders: sum.orders + day.figures.orders,
        revenue: sum.revenue + day.figures.revenue,
        customers: sum.customers + day.figures.customers,
    });
    let daily: Vec<Value> = figures
        .days
        .iter()
        .map(|day| {
            json!({
                "date": day.date.to_string(),
                "orders": day.figures.orders,
                "revenue": currency.to_major(Money::from_minor(day.figures.revenue)),
                "customers": day.figures.customers,
            })
        })
        .collect();
    Ok(Json(json!({
        "customers": all.customers,
        "orders": all.orders,
        "revenue": currency.to_major(Money::from_minor(all.revenue)),
        "segments": figures.segments,
        "campaigns": figures.campaigns,
        "messages": figures.messages,
        "currency": currency.code(),
        "daily": daily,
    })))
}
