//! The routes of segments: keeping them, and trying rules that are not kept.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::audit::AuditEntry;
use crm_domain::error::chain;
use crm_domain::ids::SegmentId;
use crm_domain::membership::{Build, SWEEP_DELAY, Task};
use crm_domain::ports::{
    Enqueue, KeepAudit, KeepExportFiles, KeepExports, KeepSegments, Outgoing, Page, QueueName, ReadCustomers, ReadMemberships,
    ScanCustomers, StoreError, Versioned,
};
use crm_domain::rules::{Context, Rules};
use crm_domain::segment::{Definition, Segment, SegmentChange, SegmentDraft, Segments, SegmentsChange, parse_preview};
use crm_domain::sizes::Count;
use crm_domain::time::Time;
use crm_lambda::api::{Api, App};
use crm_lambda::auth::Keys;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::contract::shapes::{self, Preview, SegmentKind, SegmentState};
use crm_lambda::etag::{check_match, etag};
use crm_lambda::gate::{Gate, GateStore};
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::queue;
use crm_lambda::{routes, view};
use serde_json::{Value, json};

use crate::{audience, bulk, exports, people, sizes};

/// Attempts to change segments while others change them too.
const ATTEMPTS: usize = 5;

/// The storage that segments need.
pub trait Store: KeepSegments + ReadMemberships + ReadCustomers + ScanCustomers + KeepExports + KeepAudit + GateStore {}
impl<S: KeepSegments + ReadMemberships + ReadCustomers + ScanCustomers + KeepExports + KeepAudit + GateStore> Store for S {}

/// All routes.
pub fn router<S: Store, Q: Enqueue, F: KeepExportFiles>(app: App<S, Q>, files: Arc<F>, keys: Keys) -> Router {
    let gate = Gate::new(keys, app.store.clone());
    let desk = exports::Desk { store: app.store.clone(), queue: app.queue.clone(), settings: app.settings.clone(), files };
    let exports = exports::routes(gate.clone(), desk);
    Api::new(gate)
        .on(&routes::LIST_SEGMENTS, list_segments::<S, Q>)
        .on(&routes::CREATE_SEGMENT, create_segment::<S, Q>)
        .on(&routes::PREVIEW_SEGMENT, preview_rules::<S, Q>)
        .on(&routes::GET_SEGMENT, get_segment::<S, Q>)
        .on(&routes::UPDATE_SEGMENT, update_segment::<S, Q>)
        .on(&routes::DELETE_SEGMENT, delete_segment::<S, Q>)
        .on(&routes::LIST_MEMBERS, people::list_members::<S, Q>)
        .on(&routes::CHANGE_MEMBERS, people::change_members::<S, Q>)
        .on(&routes::IMPORT_MEMBERS, people::import_members::<S, Q>)
        .on(&routes::SEARCH_CUSTOMERS, bulk::search_customers::<S, Q>)
        .on(&routes::EDIT_CUSTOMERS, bulk::edit_customers::<S, Q>)
        .on(&routes::EDIT_MEMBERS, bulk::edit_members::<S, Q>)
        .on(&routes::COMPARE_SEGMENTS, people::compare_segments::<S, Q>)
        .on(&routes::SHOW_SIZES, sizes::show_sizes::<S, Q>)
        .on(&routes::EXPLAIN_MEMBER, people::explain_member::<S, Q>)
        .over(app)
        .merge(exports)
}

/// Rules of a body with the segments that they name written out.
pub(crate) async fn expanded<S: KeepSegments>(store: &S, rules: Rules) -> Result<Rules, Problem> {
    if rules.references("rules").is_empty() {
        return Ok(rules);
    }
    Ok(store.all_segments().await?.expanded(&rules, "rules")?)
}

/// Rules are asked about this moment.
pub(crate) fn context<S, Q>(app: &App<S, Q>) -> Context {
    Context { now: Time::now(), consent_defaults: app.settings.consent_defaults }
}

async fn list_segments<S: Store, Q: Enqueue>(State(app): State<App<S, Q>>, paging: Paging) -> Result<Response, Problem> {
    let page = app.store.segments(paging.after.clone(), paging.limit).await?;
    let items = shown_with_sizes(&*app.store, page.items).await?;
    Ok(paging.answer(Page { items, next: page.next }, |segment| segment))
}

async fn create_segment<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let id = SegmentId::of_request(attempt.id);
    let draft = SegmentDraft::parse(&body, &app.settings.currency)?;
    let created = change(&app, |segments| {
        if segments.find(id).is_some() {
            // An earlier attempt of this very request.
            return Ok(None);
        }
        let change = segments.create(draft.clone(), id, &app.settings.currency, attempt.at)?;
        let audit = caller.audit(object(id), None, change.puts.first().map(|held| told(&held.record)));
        Ok(Some((change, audit)))
    });
    created.await?;
    let found = find(&*app.store, &id.to_string()).await?;
    let mut response = shown(&*app.store, StatusCode::CREATED, found).await?;
    if let Ok(location) = HeaderValue::from_str(&format!("/api/segments/{id}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn preview_rules<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let started = Instant::now();
    let rules = expanded(&*app.store, parse_preview(&body, &app.settings.currency)?).await?;
    let preview = audience::preview(&*app.store, &rules, &context(&app)).await?;
    let sample = preview.sample.iter().map(|customer| view::customer(customer, &app.settings)).collect();
    let took_ms = started.elapsed().as_millis() as u64;
    Ok(Json(Preview { count: preview.count, total: preview.total, sample, took_ms }).into_response())
}

async fn get_segment<S: Store, Q: Enqueue>(State(app): State<App<S, Q>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = find(&*app.store, &id).await?;
    shown(&*app.store, StatusCode::OK, found).await
}

async fn update_segment<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let wanted = SegmentChange::parse(&body, &app.settings.currency)?;
    let changed = change(&app, |segments| {
        let held = held(segments, &id)?;
        check_match(&headers, held.version)?;
        let change = segments.update(held, wanted.clone(), Time::now())?;
        let after = change.puts.first().map(|held| told(&held.record));
        Ok(Some((change, caller.audit(object(held.record.id), Some(told(&held.record)), after))))
    });
    let changed = changed.await?.and_then(|change| change.puts.into_iter().next());
    let held = changed.ok_or_else(|| Problem::not_found("segment"))?;
    let stored = Versioned { version: held.version + 1, record: held.record };
    shown(&*app.store, StatusCode::OK, stored).await
}

async fn delete_segment<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let deleted = change(&app, |segments| {
        let held = held(segments, &id)?;
        check_match(&headers, held.version)?;
        let change = segments.delete(held).map_err(|users| {
            let detail = format!("The segment is named by others: {}.", users.join(", "));
            Problem::new(StatusCode::CONFLICT, "segment_in_use", detail)
        })?;
        Ok(Some((change, caller.audit(object(held.record.id), Some(told(&held.record)), None))))
    });
    deleted.await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Makes the change that `make` makes of the segments as they are, again if somebody else was faster.
async fn change<S: Store, Q: Enqueue>(
    app: &App<S, Q>,
    make: impl Fn(&Segments) -> Result<Option<(SegmentsChange, AuditEntry)>, Problem>,
) -> Result<Option<SegmentsChange>, Problem> {
    for _ in 0..ATTEMPTS {
        let segments = app.store.all_segments().await?;
        let Some((change, audit)) = make(&segments)? else { return Ok(None) };
        match app.store.change_segments(&change, Some(&audit)).await {
            Ok(()) => {
                follow_up(&*app.queue, &change).await;
                return Ok(Some(change));
            }
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}

/// Asks for what a change entails. What is lost here is not lost: the clock asks for unfinished builds every minute.
async fn follow_up<Q: Enqueue>(queue: &Q, change: &SegmentsChange) {
    let build =
        change.puts.iter().any(|held| !held.record.is_built()).then_some((Task::Build { everyone: false, after: None }, 0));
    let sweeps = change
        .retired
        .iter()
        .map(|retired| (Task::Sweep { edition: retired.edition, segment: Some(retired.segment) }, SWEEP_DELAY));
    let messages = build.into_iter().chain(sweeps);
    let messages: Vec<Outgoing> =
        messages.map(|(task, delay)| Outgoing { body: task.body(), delay, ..Outgoing::default() }).collect();
    if messages.is_empty() {
        return;
    }
    if let Err(error) = queue::send(queue, QueueName::Segments, messages).await {
        tracing::warn!(cause = %chain(&error), "the segments queue does not answer");
    }
}

/// The segment as the audit log names it.
pub(crate) fn object(id: SegmentId) -> String {
    format!("segments/{id}")
}

pub(crate) async fn find<S: KeepSegments>(store: &S, id: &str) -> Result<Versioned<Segment>, Problem> {
    let missing = || Problem::not_found("segment");
    store.segment(SegmentId::parse(id).ok_or_else(missing)?).await?.ok_or_else(missing)
}

fn held<'a>(segments: &'a Segments, id: &str) -> Result<&'a Versioned<Segment>, Problem> {
    let missing = || Problem::not_found("segment");
    segments.find(SegmentId::parse(id).ok_or_else(missing)?).ok_or_else(missing)
}

async fn shown<S: Store>(store: &S, status: StatusCode, found: Versioned<Segment>) -> Result<Response, Problem> {
    let version = found.version;
    let segment = shown_with_sizes(store, vec![found.record]).await?.pop();
    Ok((status, [(header::ETAG, etag(version))], Json(segment)).into_response())
}

/// Segments with the sizes that readers see.
async fn shown_with_sizes<S: Store>(store: &S, segments: Vec<Segment>) -> Result<Vec<shapes::Segment>, Problem> {
    let editions: Vec<_> = segments.iter().filter_map(|segment| segment.shown.as_ref()).map(|edition| edition.id).collect();
    let mut counts = store.counts(&editions).await?.into_iter();
    let now = Time::now();
    let all_built = segments.iter().all(Segment::is_built);
    let build = if all_built { None } else { store.build().await?.map(|held| held.record) };
    let views = segments.iter().map(|segment| {
        let count = segment.shown.as_ref().and_then(|_| counts.next());
        show(segment, count.as_ref(), build.as_ref(), now)
    });
    Ok(views.collect())
}

fn show(segment: &Segment, count: Option<&Count>, build: Option<&Build>, now: Time) -> shapes::Segment {
    // A build that began before this meaning will be followed by another.
    let progress = || build.filter(|build| build.target >= segment.edition.id).map_or(0.0, Build::progress);
    shapes::Segment {
        id: segment.id.to_string(),
        name: segment.name.clone(),
        description: segment.description.clone(),
        kind: if segment.definition == Definition::List { SegmentKind::List } else { SegmentKind::Rules },
        rules: segment.definition.rules().map(|rules| json!(rules)),
        count: count.map(|count| count.members.max(0).unsigned_abs()),
        recent_sizes: count.and_then(|count| sizes::recent(segment, count, now)),
        state: if segment.is_built() { SegmentState::Live } else { SegmentState::Building },
        progress: (!segment.is_built()).then(progress),
        created_at: segment.created_at,
        updated_at: segment.updated_at,
    }
}

/// As the audit log keeps it.
fn told(segment: &Segment) -> Value {
    let Segment { name, description, definition, .. } = segment;
    json!({"name": name, "description": description, "rules": definition.rules()})
}
