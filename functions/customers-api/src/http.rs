//! The routes of customers and their activities.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::email::Email;
use crm_domain::event::Kind;
use crm_domain::faults::{Faults, checked_text};
use crm_domain::ids::CustomerId;
use crm_domain::json::Json as Tree;
use crm_domain::ports::{
    EditCustomers, Enqueue, KeepAttachedFiles, KeepAttachments, KeepAudit, KeepErasures, KeepNames, QueueName, ReadCustomers,
    ReadMemberships, ReadOrders, ReadSegments, ReadTraces,
};
use crm_lambda::accept::{Accepted, Write, accept};
use crm_lambda::api::{Api, App};
use crm_lambda::auth::Keys;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller, Who};
use crm_lambda::etag::etag;
use crm_lambda::gate::{Gate, GateStore};
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::query::Asked;
use crm_lambda::{routes, view};
use serde::Deserialize;
use serde_json::json;

use crate::attachments::{self, Shelves};
use crate::{edit, segments, tags, timeline};

const UPSERT: Write = Write { kind: Kind::UpsertCustomer, queue: QueueName::Customers, location: Some("/api/customers") };
const RECORD: Write = Write { kind: Kind::RecordActivity, queue: QueueName::Activities, location: None };

/// The storage that customers need.
pub trait Store:
    ReadCustomers
    + EditCustomers
    + ReadOrders
    + ReadTraces
    + ReadSegments
    + ReadMemberships
    + KeepErasures
    + KeepAttachments
    + KeepAudit
    + KeepNames
    + GateStore
{
}
impl<S> Store for S where
    S: ReadCustomers
        + EditCustomers
        + ReadOrders
        + ReadTraces
        + ReadSegments
        + ReadMemberships
        + KeepErasures
        + KeepAttachments
        + KeepAudit
        + KeepNames
        + GateStore
{
}

/// All routes.
pub fn router<S: Store, Q: Enqueue, F: KeepAttachedFiles>(app: App<S, Q>, files: Arc<F>, keys: Keys) -> Router {
    let gate = Gate::new(keys, app.store.clone());
    let attached = attachments::routes(gate.clone(), Shelves { store: app.store.clone(), files });
    Api::new(gate)
        .on(&routes::LIST_CUSTOMERS, list_customers::<S, Q>)
        .on(&routes::UPSERT_CUSTOMERS, upsert_customers::<S, Q>)
        .on(&routes::TAG_CUSTOMERS, tags::tag_customers::<S, Q>)
        .on(&routes::GET_CUSTOMER, get_customer::<S, Q>)
        .on(&routes::LIST_CUSTOMER_ORDERS, list_orders::<S, Q>)
        .on(&routes::CHANGE_CUSTOMER, edit::change_customer::<S, Q>)
        .on(&routes::ERASE_CUSTOMER, edit::erase_customer::<S, Q>)
        .on(&routes::MERGE_CUSTOMERS, edit::merge_customers::<S, Q>)
        .on(&routes::SHOW_TIMELINE, timeline::show_timeline::<S, Q>)
        .on(&routes::LIST_CUSTOMER_SEGMENTS, segments::list_segments::<S, Q>)
        .on(&routes::LIST_CUSTOMER_MOVES, segments::list_moves::<S, Q>)
        .on(&routes::RECORD_ACTIVITIES, record_activities::<S, Q>)
        .over(app)
        .merge(attached)
}

#[derive(Deserialize)]
struct Search {
    search: Option<String>,
}

async fn list_customers<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    paging: Paging,
    Asked(query): Asked<Search>,
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

async fn get_customer<S: Store, Q: Enqueue>(State(app): State<App<S, Q>>, Path(id): Path<String>) -> Result<Response, Problem> {
    show(&app, parse_id(&id)?).await
}

/// The customer who is known by an identity.
pub(crate) async fn show<S: Store, Q>(app: &App<S, Q>, id: CustomerId) -> Result<Response, Problem> {
    let found = app.store.customer(id).await?.ok_or_else(|| Problem::not_found("customer"))?;
    Ok(([(header::ETAG, etag(found.version))], Json(view::customer(&found.record, &app.settings))).into_response())
}

async fn list_orders<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(id): Path<String>,
    paging: Paging,
) -> Result<Response, Problem> {
    let identities = app.store.identities(parse_id(&id)?).await?;
    let page = app.store.orders_of(&identities, paging.after.clone(), paging.limit).await?;
    Ok(paging.answer(page, |order| view::order(&order, &app.settings)))
}

async fn upsert_customers<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let accepted = Accepted::read(UPSERT, &caller.source(), &attempt, &body, &app.settings.currency)?;
    // What a person changes by hand is told, by the names of the fields; integrations and bulk leave their source alone. Told
    // beforehand: nobody is changed without a trace.
    if let (Who::User(_), Some((id, fields))) = (&caller.who, edited(&body)) {
        app.store.note(&caller.audit_once(&attempt, format!("customers/{id}"), None, Some(json!({"fields": fields})))).await?;
    }
    accepted.queue(&*app.queue).await
}

async fn record_activities<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    accept(RECORD, &*app.queue, &caller.source(), &attempt, &body, &app.settings.currency).await
}

/// The one customer of a body, and what it says of them; `None` for a bulk request.
fn edited(body: &Tree) -> Option<(CustomerId, Vec<&str>)> {
    let email = Email::parse(body.get("email")?.as_text()?).ok()?;
    Some((CustomerId::of(&email), fields(body)))
}

/// The names of the fields that a body says something of.
pub(crate) fn fields(body: &Tree) -> Vec<&str> {
    let Tree::Object(members) = body else { return Vec::new() };
    members.iter().map(|(field, _)| field.as_str()).filter(|field| *field != "email").collect()
}

pub(crate) fn parse_id(id: &str) -> Result<CustomerId, Problem> {
    CustomerId::parse(id).ok_or_else(|| Problem::not_found("customer"))
}
