//! The routes of customers and their activities.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::email::Email;
use crm_domain::event::Kind;
use crm_domain::faults::{Faults, checked_text};
use crm_domain::ids::CustomerId;
use crm_domain::json::Json as Tree;
use crm_domain::membership::{Move, Standing};
use crm_domain::ports::{
    Enqueue, KeepAttachedFiles, KeepAttachments, KeepAudit, Page, QueueName, ReadCustomers, ReadMemberships, ReadOrders,
    ReadSegments,
};
use crm_lambda::accept::{Write, accept};
use crm_lambda::api::{Api, App};
use crm_lambda::auth::Keys;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller, Who};
use crm_lambda::contract::shapes::{self, MemberOf, MoveKind};
use crm_lambda::etag::etag;
use crm_lambda::gate::{Gate, GateStore};
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::{routes, view};
use serde::Deserialize;
use serde_json::json;

use crate::attachments::{self, Shelves};

const UPSERT: Write = Write { kind: Kind::UpsertCustomer, queue: QueueName::Customers, location: Some("/api/customers") };
const RECORD: Write = Write { kind: Kind::RecordActivity, queue: QueueName::Activities, location: None };

/// The storage that customers need.
pub trait Store: ReadCustomers + ReadOrders + ReadSegments + ReadMemberships + KeepAttachments + KeepAudit + GateStore {}
impl<S: ReadCustomers + ReadOrders + ReadSegments + ReadMemberships + KeepAttachments + KeepAudit + GateStore> Store for S {}

/// All routes.
pub fn router<S: Store, Q: Enqueue, F: KeepAttachedFiles>(app: App<S, Q>, files: Arc<F>, keys: Keys) -> Router {
    let gate = Gate::new(keys, app.store.clone());
    let attached = attachments::routes(gate.clone(), Shelves { store: app.store.clone(), files });
    Api::new(gate)
        .on(&routes::LIST_CUSTOMERS, list_customers::<S, Q>)
        .on(&routes::UPSERT_CUSTOMERS, upsert_customers::<S, Q>)
        .on(&routes::GET_CUSTOMER, get_customer::<S, Q>)
        .on(&routes::LIST_CUSTOMER_ORDERS, list_orders::<S, Q>)
        .on(&routes::LIST_CUSTOMER_SEGMENTS, list_segments::<S, Q>)
        .on(&routes::LIST_CUSTOMER_MOVES, list_moves::<S, Q>)
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

async fn get_customer<S: Store, Q: Enqueue>(State(app): State<App<S, Q>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = app.store.customer(parse_id(&id)?).await?.ok_or_else(|| Problem::not_found("customer"))?;
    Ok(([(header::ETAG, etag(found.version))], Json(view::customer(&found.record, &app.settings))).into_response())
}

async fn list_orders<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(id): Path<String>,
    paging: Paging,
) -> Result<Response, Problem> {
    let page = app.store.orders_of(parse_id(&id)?, paging.after.clone(), paging.limit).await?;
    Ok(paging.answer(page, |order| view::order(&order, &app.settings)))
}

async fn list_segments<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(id): Path<String>,
) -> Result<Json<shapes::Page<MemberOf>>, Problem> {
    let id = parse_id(&id)?;
    let standing = app.store.standings(&[id]).await?.pop().unwrap_or_else(|| Standing::nowhere(id));
    let segments = app.store.all_segments().await?;
    let shown = segments.all.iter().filter_map(|held| Some((&held.record, held.record.shown.as_ref()?.id)));
    let items = shown.filter_map(|(segment, edition)| {
        let since = *standing.member_of.get(&edition)?;
        Some(MemberOf { id: segment.id.to_string(), name: segment.name.clone(), since })
    });
    Ok(Json(shapes::Page { items: items.collect(), next_cursor: None }))
}

async fn list_moves<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(id): Path<String>,
    paging: Paging,
) -> Result<Response, Problem> {
    let page = app.store.moves(parse_id(&id)?, paging.after.clone(), paging.limit).await?;
    let segments = app.store.all_segments().await?;
    let told = |one: &Move| {
        // What a meaning brings that nobody is shown yet is not told either; nor is a segment that is gone.
        let segment = &segments.find(one.segment)?.record;
        segment.shown.as_ref().filter(|shown| one.edition <= shown.id)?;
        let event = if one.entered { MoveKind::Entered } else { MoveKind::Left };
        Some(shapes::Move {
            segment_id: one.segment.to_string(),
            name: segment.name.clone(),
            event,
            at: one.at,
            cause: one.cause,
        })
    };
    let items = page.items.iter().flat_map(|together| together.iter().rev().filter_map(told).collect::<Vec<_>>()).collect();
    Ok(paging.answer(Page { items, next: page.next }, |one: shapes::Move| one))
}

async fn upsert_customers<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let response = accept(UPSERT, &*app.queue, &caller.source(), &attempt, &body, &app.settings.currency).await?;
    // What a person changes by hand is told, by the names of the fields; integrations and bulk leave their source alone.
    if let (Who::User(_), Some((id, fields))) = (&caller.who, edited(&body)) {
        app.store.note(&caller.audit(format!("customers/{id}"), None, Some(json!({"fields": fields})))).await?;
    }
    Ok(response)
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
    let Tree::Object(members) = body else { return None };
    let email = Email::parse(body.get("email")?.as_text()?).ok()?;
    Some((CustomerId::of(&email), members.iter().map(|(field, _)| field.as_str()).filter(|field| *field != "email").collect()))
}

fn parse_id(id: &str) -> Result<CustomerId, Problem> {
    CustomerId::parse(id).ok_or_else(|| Problem::not_found("customer"))
}
