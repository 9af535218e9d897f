//! The routes of customers and their activities.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use crm_domain::event::Kind;
use crm_domain::faults::{Faults, checked_text};
use crm_domain::ids::CustomerId;
use crm_domain::ports::{Enqueue, QueueName, ReadCustomers, ReadOrders};
use crm_lambda::accept::{Write, accept};
use crm_lambda::auth::{Caller, Keys, protected};
use crm_lambda::body::JsonBody;
use crm_lambda::config::Settings;
use crm_lambda::etag::etag;
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::view;
use serde::Deserialize;

/// What the handlers work with.
pub struct App<S, Q> {
    pub store: Arc<S>,
    pub queue: Arc<Q>,
    pub settings: Arc<Settings>,
}

impl<S, Q> Clone for App<S, Q> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), queue: self.queue.clone(), settings: self.settings.clone() }
    }
}

const UPSERT: Write = Write { kind: Kind::UpsertCustomer, queue: QueueName::Customers, location: Some("/api/customers") };
const RECORD: Write = Write { kind: Kind::RecordActivity, queue: QueueName::Activities, location: None };

/// All routes, behind the token check.
pub fn router<S: ReadCustomers + ReadOrders, Q: Enqueue>(app: App<S, Q>, keys: Keys) -> Router {
    let routes = Router::new()
        .route("/api/customers", get(list_customers::<S, Q>).post(upsert_customers::<S, Q>))
        .route("/api/customers/{id}", get(get_customer::<S, Q>))
        .route("/api/customers/{id}/orders", get(list_orders::<S, Q>))
        .route("/api/activities", post(record_activities::<S, Q>))
        .with_state(app);
    protected(routes, keys)
}

#[derive(Deserialize)]
struct Search {
    search: Option<String>,
}

async fn list_customers<S: ReadCustomers, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    paging: Paging,
    Query(query): Query<Search>,
) -> Result<Response, Problem> {
    let after = paging.after.clone();
    let page = match query.search.as_deref().map(|text| text.trim_matches(' ')).filter(|text| !text.is_empty()) {
        None => app.store.recent_customers(after, paging.limit).await?,
        Some(text) => {
            let text = checked_text(text, 254).map_err(|reason| Faults::of("search", reason))?;
            app.store.search_customers(text, after, paging.limit).await?
        }
    };
    Ok(paging.answer(page, |customer| view::customer(&customer, &app.settings)))
}

async fn get_customer<S: ReadCustomers, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let found = app.store.customer(parse_id(&id)?).await?.ok_or_else(|| Problem::not_found("customer"))?;
    Ok(([(header::ETAG, etag(found.version))], Json(view::customer(&found.record, &app.settings))).into_response())
}

async fn list_orders<S: ReadOrders, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(id): Path<String>,
    paging: Paging,
) -> Result<Response, Problem> {
    let page = app.store.orders_of(parse_id(&id)?, paging.after.clone(), paging.limit).await?;
    Ok(paging.answer(page, |order| view::order(&order, &app.settings)))
}

async fn upsert_customers<S: ReadCustomers, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    caller.may_write()?;
    accept(UPSERT, &*app.queue, &caller.source(), &headers, &body, &app.settings.currency).await
}

async fn record_activities<S: ReadCustomers, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    caller.may_write()?;
    accept(RECORD, &*app.queue, &caller.source(), &headers, &body, &app.settings.currency).await
}

fn parse_id(id: &str) -> Result<CustomerId, Problem> {
    CustomerId::parse(id).ok_or_else(|| Problem::not_found("customer"))
}
