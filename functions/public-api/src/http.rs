//! The routes without a token: health, the receipts that providers sign, and the links that messages carry.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::event::Kind;
use crm_domain::faults::{Faults, checked_text};
use crm_domain::json::Json as Tree;
use crm_domain::limits;
use crm_domain::links::Links;
use crm_domain::ports::{CheckHealth, Enqueue, KeepSuppressions, QueueName, ReadCustomers, ReadMessages};
use crm_domain::time::Time;
use crm_lambda::accept::{Write, accept};
use crm_lambda::addresses::Addresses;
use crm_lambda::api::Api;
use crm_lambda::auth::Keys;
use crm_lambda::body;
use crm_lambda::caller::Attempt;
use crm_lambda::config::Settings;
use crm_lambda::contract::shapes::Health;
use crm_lambda::gate::{Gate, GateStore};
use crm_lambda::problem::Problem;
use crm_lambda::routes;

use crate::{docs, preferences, signature, tracking};

/// What the handlers work with.
pub struct App<S, Q> {
    pub store: Arc<S>,
    pub queue: Arc<Q>,
    pub keys: Keys,
    pub addresses: Addresses,
    pub settings: Arc<Settings>,
}

impl<S, Q> Clone for App<S, Q> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            queue: self.queue.clone(),
            keys: self.keys.clone(),
            addresses: self.addresses.clone(),
            settings: self.settings.clone(),
        }
    }
}

impl<S, Q> App<S, Q> {
    /// What knows the links of messages again. After a rotation others may know the new key first, but hardly for as long as
    /// a message takes to be read.
    pub(crate) async fn links(&self) -> Result<Links, Problem> {
        Ok(Links::new(&*self.keys.get().await?, ""))
    }
}

const RECEIPT: Write = Write { kind: Kind::RecordReceipt, queue: QueueName::Receipts, location: None };

/// The storage that the public routes need.
pub trait Store: CheckHealth + GateStore + KeepSuppressions + ReadCustomers + ReadMessages {}
impl<S: CheckHealth + GateStore + KeepSuppressions + ReadCustomers + ReadMessages> Store for S {}

/// All routes.
pub fn router<S: Store, Q: Enqueue>(app: App<S, Q>) -> Router {
    Api::new(Gate::new(app.keys.clone(), app.store.clone()))
        .on(&routes::CHECK_HEALTH, get_health::<S, Q>)
        .on(&routes::RECORD_RECEIPTS, record_receipts::<S, Q>)
        .on(&routes::SHOW_PREFERENCES, preferences::show_preferences::<S, Q>)
        .on(&routes::CHANGE_PREFERENCES, preferences::change_preferences::<S, Q>)
        .on(&routes::RECORD_OPEN, tracking::record_open::<S, Q>)
        .on(&routes::FOLLOW_LINK, tracking::follow_link::<S, Q>)
        .on(&routes::GET_OPENAPI, get_openapi)
        .on(&routes::GET_DOCS, get_docs)
        .over(app)
}

async fn get_health<S: Store, Q: Enqueue>(State(app): State<App<S, Q>>) -> Response {
    let (storage, secrets) = (app.store.is_reachable().await, app.keys.get().await.is_ok());
    let word = |ok: bool| if ok { "ok" } else { "failing" };
    let all = storage && secrets;
    let status = if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let health = Health {
        status: word(all),
        version: env!("CARGO_PKG_VERSION"),
        checks: BTreeMap::from([("storage", word(storage)), ("secrets", word(secrets))]),
    };
    (status, Json(health)).into_response()
}

async fn get_openapi() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, docs::OPENAPI).into_response()
}

async fn get_docs() -> Result<Response, Problem> {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        // A page of text: it loads nothing and runs nothing.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        ),
    ];
    Ok((headers, docs::page()?).into_response())
}

async fn record_receipts<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(provider): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    let bytes = body::bytes(request).await?;
    signature::check(&headers, &provider, &bytes, &*app.keys.get().await?, Time::now())?;
    let body = Tree::parse(&bytes)?;
    // The signature covers the provider's own id of the delivery: sent again, it is the same event.
    let mut attempt = Attempt::only();
    if let Some(id) = headers.get("webhook-id").and_then(|id| id.to_str().ok()) {
        attempt.name = checked_text(id, limits::IDEMPOTENCY_KEY).map_err(|reason| Faults::of("webhook-id", reason))?.to_owned();
    }
    accept(RECEIPT, &*app.queue, &format!("/receipts/{provider}"), &attempt, &body, &app.settings.currency).await
}
