//! The routes of segments.

use std::time::Instant;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::email::Email;
use crm_domain::faults::Faults;
use crm_domain::ids::{CustomerId, SegmentId};
use crm_domain::ports::{KeepSegments, ReadCustomers, ScanCustomers, Versioned};
use crm_domain::rules::Context;
use crm_domain::segment::{Segment, SegmentChange, SegmentDraft, parse_preview};
use crm_domain::time::Time;
use crm_lambda::api::{Api, App};
use crm_lambda::auth::Keys;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::contract::shapes::{self, Preview};
use crm_lambda::etag::{check_match, etag};
use crm_lambda::gate::{Gate, GateStore};
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::{routes, view};
use serde_json::{Value, json};

use crate::audience;

/// The storage that segments need.
pub trait Store: KeepSegments + ReadCustomers + ScanCustomers + GateStore {}
impl<S: KeepSegments + ReadCustomers + ScanCustomers + GateStore> Store for S {}

/// All routes.
pub fn router<S: Store>(app: App<S>, keys: Keys) -> Router {
    Api::new(Gate::new(keys, app.store.clone()))
        .on(&routes::LIST_SEGMENTS, list_segments::<S>)
        .on(&routes::CREATE_SEGMENT, create_segment::<S>)
        .on(&routes::PREVIEW_SEGMENT, preview_rules::<S>)
        .on(&routes::GET_SEGMENT, get_segment::<S>)
        .on(&routes::UPDATE_SEGMENT, update_segment::<S>)
        .on(&routes::DELETE_SEGMENT, delete_segment::<S>)
        .on(&routes::LIST_MEMBERS, list_members::<S>)
        .on(&routes::EXPLAIN_MEMBER, explain_member::<S>)
        .over(app)
}

/// Rules are asked about this moment.
fn context<S>(app: &App<S>) -> Context {
    Context { now: Time::now(), consent_defaults: app.settings.consent_defaults }
}

async fn list_segments<S: Store>(State(app): State<App<S>>, paging: Paging) -> Result<Response, Problem> {
    let page = app.store.segments(paging.after.clone(), paging.limit).await?;
    Ok(paging.answer(page, |segment| show(&segment)))
}

async fn create_segment<S: Store>(
    State(app): State<App<S>>,
    caller: Caller,
    attempt: Attempt,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let id = SegmentId::of_request(attempt.id);
    let segment = SegmentDraft::parse(&body, &app.settings.currency)?.into_segment(id, attempt.at);
    let audit = caller.audit(object(id), None, told(&segment));
    app.store.create_segment(&segment, &audit).await?;
    let mut response = shown(StatusCode::CREATED, 1, &segment);
    if let Ok(location) = HeaderValue::from_str(&format!("/api/segments/{}", segment.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn preview_rules<S: Store>(State(app): State<App<S>>, JsonBody(body): JsonBody) -> Result<Response, Problem> {
    let started = Instant::now();
    let rules = parse_preview(&body, &app.settings.currency)?;
    let preview = audience::preview(&*app.store, &rules, &context(&app)).await?;
    let sample = preview.sample.iter().map(|customer| view::customer(customer, &app.settings)).collect();
    let took_ms = started.elapsed().as_millis() as u64;
    Ok(Json(Preview { count: preview.count, total: preview.total, sample, took_ms }).into_response())
}

async fn get_segment<S: Store>(State(app): State<App<S>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = find(&app, &id).await?;
    Ok(shown(StatusCode::OK, found.version, &found.record))
}

async fn update_segment<S: Store>(
    State(app): State<App<S>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let change = SegmentChange::parse(&body, &app.settings.currency)?;
    let found = find(&app, &id).await?;
    check_match(&headers, found.version)?;
    let changed = change.applied_to(&found.record, Time::now());
    let audit = caller.audit(object(changed.id), told(&found.record), told(&changed));
    app.store.update_segment(found.version, &changed, &audit).await?;
    Ok(shown(StatusCode::OK, found.version + 1, &changed))
}

async fn delete_segment<S: Store>(
    State(app): State<App<S>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = find(&app, &id).await?;
    check_match(&headers, found.version)?;
    let audit = caller.audit(object(found.record.id), told(&found.record), None);
    app.store.delete_segment(found.record.id, found.version, &audit).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn list_members<S: Store>(State(app): State<App<S>>, Path(id): Path<String>, paging: Paging) -> Result<Response, Problem> {
    let segment = find(&app, &id).await?.record;
    let after = paging.after.as_deref().and_then(CustomerId::parse);
    let page = audience::members(&*app.store, &segment.rules, &context(&app), after, paging.limit).await?;
    Ok(paging.answer(page, |customer| view::customer(&customer, &app.settings)))
}

async fn explain_member<S: Store>(
    State(app): State<App<S>>,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let email = pairs.iter().find(|(key, _)| key == "email").map(|(_, value)| value.as_str());
    let email = email.ok_or_else(|| Faults::of("email", "is required"))?;
    let email = Email::parse(email).map_err(|reason| Faults::of("email", reason))?;
    let segment = find(&app, &id).await?.record;
    let customer = app.store.customer(CustomerId::of(&email)).await?.ok_or_else(|| Problem::not_found("customer"))?;
    Ok(Json(segment.rules.explain(&customer.record, &context(&app))).into_response())
}

/// The segment as the audit log names it.
fn object(id: SegmentId) -> String {
    format!("segments/{id}")
}

async fn find<S: Store>(app: &App<S>, id: &str) -> Result<Versioned<Segment>, Problem> {
    let missing = || Problem::not_found("segment");
    app.store.segment(SegmentId::parse(id).ok_or_else(missing)?).await?.ok_or_else(missing)
}

fn shown(status: StatusCode, version: u64, segment: &Segment) -> Response {
    (status, [(header::ETAG, etag(version))], Json(show(segment))).into_response()
}

fn show(segment: &Segment) -> shapes::Segment {
    shapes::Segment {
        id: segment.id.to_string(),
        name: segment.name.clone(),
        description: segment.description.clone(),
        rules: json!(segment.rules),
        created_at: segment.created_at,
        updated_at: segment.updated_at,
    }
}

/// As the audit log keeps it.
fn told(segment: &Segment) -> Option<Value> {
    serde_json::to_value(show(segment)).ok()
}
