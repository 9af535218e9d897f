//! What is set for everybody, beside what the deployment was given.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::ports::Versioned;
use crm_domain::settings::CampaignDefaults;
use crm_lambda::api::Api;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::Caller;
use crm_lambda::config::Settings;
use crm_lambda::contract::settings as shapes;
use crm_lambda::etag::{check_match, etag};
use crm_lambda::gate::Gate;
use crm_lambda::problem::Problem;
use crm_lambda::routes;
use serde_json::Value;

use crate::http::Store;

/// What people set, and what the deployment was given.
pub struct Agreed<S> {
    pub store: Arc<S>,
    pub given: Arc<Settings>,
}

impl<S> Clone for Agreed<S> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), given: self.given.clone() }
    }
}

pub fn routes<S: Store>(gate: Gate<S>, agreed: Agreed<S>) -> Router {
    Api::new(gate).on(&routes::SHOW_SETTINGS, show_settings::<S>).on(&routes::CHANGE_SETTINGS, change_settings::<S>).over(agreed)
}

async fn show_settings<S: Store>(State(agreed): State<Agreed<S>>) -> Result<Response, Problem> {
    let found = agreed.store.campaign_defaults().await?;
    Ok(shown(&agreed.given, found))
}

async fn change_settings<S: Store>(
    State(agreed): State<Agreed<S>>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let found = agreed.store.campaign_defaults().await?;
    // What can never be right is refused whatever it was meant to replace.
    let changed = found.record.changed(&body)?;
    check_match(&headers, found.version)?;
    if changed == found.record {
        return Ok(shown(&agreed.given, found));
    }
    let audit = caller.audit("settings".to_owned(), told(&found.record), told(&changed));
    agreed.store.put_campaign_defaults(found.version, &changed, &audit).await?;
    Ok(shown(&agreed.given, Versioned { version: found.version + 1, record: changed }))
}

fn shown(given: &Settings, found: Versioned<CampaignDefaults>) -> Response {
    let consent = given.consent_defaults;
    let view = shapes::Settings {
        currency: given.currency.code().to_owned(),
        consent_defaults: shapes::ConsentDefaults { email: consent.email, sms: consent.sms, whatsapp: consent.whatsapp },
        version: env!("CARGO_PKG_VERSION"),
        campaigns: found.record,
    };
    ([(header::ETAG, etag(found.version))], Json(view)).into_response()
}

/// As the audit log keeps it.
fn told(defaults: &CampaignDefaults) -> Option<Value> {
    serde_json::to_value(defaults).ok()
}
