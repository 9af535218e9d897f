//! The routes of segments.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use crm_domain::email::Email;
use crm_domain::faults::Faults;
use crm_domain::ids::{CustomerId, SegmentId};
use crm_domain::ports::{KeepSegments, ReadCustomers, ScanCustomers, Versioned};
use crm_domain::rules::Context;
use crm_domain::segment::{Segment, SegmentChange, SegmentDraft, parse_preview};
use crm_domain::time::Time;
use crm_lambda::auth::{Caller, Keys, protected};
use crm_lambda::body::JsonBody;
use crm_lambda::config::Settings;
use crm_lambda::etag::{check_match, etag};
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::view;
use serde_json::{Value, json};

use crate::audience;

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

impl<S> App<S> {
    fn context(&self) -> Context {
        Context { now: Time::now(), consent_defaults: self.settings.consent_defaults }
    }
}

/// The storage that segments need.
pub trait Store: KeepSegments + ReadCustomers + ScanCustomers {}
impl<S: KeepSegments + ReadCustomers + ScanCustomers> Store for S {}

/// All routes, behind the token check.
pub fn router<S: Store>(app: App<S>, keys: Keys) -> Router {
    let routes = Router::new()
        .route("/api/segments", get(list_segments::<S>).post(create_segment::<S>))
        .route("/api/segments/preview", post(preview_rules::<S>))
        .route("/api/segments/{id}", get(get_segment::<S>).patch(update_segment::<S>).delete(delete_segment::<S>))
        .route("/api/segments/{id}/members", get(list_members::<S>))
        .route("/api/segments/{id}/explain", get(explain_member::<S>))
        .with_state(app);
    protected(routes, keys)
}

async fn list_segments<S: Store>(State(app): State<App<S>>, paging: Paging) -> Result<Response, Problem> {
    let page = app.store.segments(paging.after.clone(), paging.limit).await?;
    Ok(paging.answer(page, |segment| show(&segment)))
}

async fn create_segment<S: Store>(
    State(app): State<App<S>>,
    Extension(caller): Extension<Caller>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    caller.may_write()?;
    let segment = SegmentDraft::parse(&body, &app.settings.currency)?.into_segment(Time::now());
    app.store.create_segment(&segment).await?;
    let mut response = shown(StatusCode::CREATED, 1, &segment);
    if let Ok(location) = HeaderValue::from_str(&format!("/api/segments/{}", segment.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn preview_rules<S: Store>(State(app): State<App<S>>, JsonBody(body): JsonBody) -> Result<Response, Problem> {
    let started = Instant::now();
    let rules = parse_preview(&body, &app.settings.currency)?;
    let preview = audience::preview(&*app.store, &rules, &app.context()).await?;
    let sample: Vec<Value> = preview.sample.iter().map(|customer| view::customer(customer, &app.settings)).collect();
    let took_ms = started.elapsed().as_millis() as u64;
    Ok(Json(json!({"count": preview.count, "total": preview.total, "sample": sample, "tookMs": took_ms})).into_response())
}

async fn get_segment<S: Store>(State(app): State<App<S>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = find(&app, &id).await?;
    Ok(shown(StatusCode::OK, found.version, &found.record))
}

async fn update_segment<S: Store>(
    State(app): State<App<S>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    caller.may_write()?;
    let change = SegmentChange::parse(&body, &app.settings.currency)?;
    let found = find(&app, &id).await?;
    check_match(&headers, found.version)?;
    let changed = change.applied_to(&found.record, Time::now());
    app.store.update_segment(found.version, &changed).await?;
    Ok(shown(StatusCode::OK, found.version + 1, &changed))
}

async fn delete_segment<S: Store>(
    State(app): State<App<S>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.may_write()?;
    let found = find(&app, &id).await?;
    check_match(&headers, found.version)?;
    app.store.delete_segment(found.record.id, found.version).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn list_members<S: Store>(State(app): State<App<S>>, Path(id): Path<String>, paging: Paging) -> Result<Response, Problem> {
    let segment = find(&app, &id).await?.record;
    let after = paging.after.as_deref().and_then(CustomerId::parse);
    let page = audience::members(&*app.store, &segment.rules, &app.context(), after, paging.limit).await?;
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
    Ok(Json(segment.rules.explain(&customer.record, &app.context())).into_response())
}

async fn find<S: Store>(app: &App<S>, id: &str) -> Result<Versioned<Segment>, Problem> {
    let missing = || Problem::not_found("segment");
    app.store.segment(SegmentId::parse(id).ok_or_else(missing)?).await?.ok_or_else(missing)
}

fn shown(status: StatusCode, version: u64, segment: &Segment) -> Response {
    (status, [(header::ETAG, etag(version))], Json(show(segment))).into_response()
}

fn show(segment: &Segment) -> Value {
    let mut shown = json!({
        "id": segment.id,
        "name": segment.name,
        "rules": segment.rules,
        "createdAt": segment.created_at,
        "updatedAt": segment.updated_at,
    });
    if let (Some(members), Some(description)) = (shown.as_object_mut(), &segment.description) {
        members.insert("description".into(), json!(description));
    }
    shown
}
