//! Drafts: kept, changed, deleted, launched. Each is a write on condition of the draft's version, so of several at once one
//! counts.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use crm_domain::campaign::Campaign;
use crm_domain::faults::Faults;
use crm_domain::ids::SegmentId;
use crm_domain::message::Tally;
use crm_domain::ports::{Enqueue, StoreError, Versioned};
use crm_domain::segment::Segment;
use crm_lambda::addresses::Addresses;
use crm_lambda::api::App;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::etag::{check_match, etag};
use crm_lambda::problem::Problem;
use serde_json::{Value, json};

use crate::http::{ATTEMPTS, Store, begin, find, launched, location, object, show};
use crate::{check, view};

/// Keeps a new draft.
pub async fn keep<S: Store, Q: Enqueue>(app: &App<S, Q>, caller: &Caller, draft: Campaign) -> Result<Response, Problem> {
    app.store.create_campaign(&draft, &caller.audit(object(draft.id), None, shown(&draft))).await?;
    Ok(kept(&Versioned { version: 1, record: draft }))
}

/// The answer to whoever has a new draft kept.
pub fn kept(draft: &Versioned<Campaign>) -> Response {
    let body = Json(view::campaign(&draft.record, &Tally::default()));
    let mut response = (StatusCode::CREATED, [(header::ETAG, etag(draft.version))], body).into_response();
    response.headers_mut().extend(location(draft.record.id));
    response
}

pub async fn change_draft<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    // What is wrong with a change is wrong of any version.
    find(&*app.store, &id).await?.record.definition().changed(&body, attempt.at)?;
    for _ in 0..ATTEMPTS {
        let Versioned { version, record: draft } = find_draft(&app, &id, &headers, "changed").await?;
        let definition = draft.definition().changed(&body, attempt.at)?;
        let segment = segment_of(&app, definition.segment_id).await?;
        let changed = draft.redrafted(definition, segment.edition.rules);
        let audit = caller.audit(object(draft.id), shown(&draft), shown(&changed));
        match app.store.replace_draft(version, &changed, &audit).await {
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
            Ok(()) => return show(&*app.store, version + 1, &changed).await,
        }
    }
    Err(StoreError::Conflict.into())
}

pub async fn delete_draft<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    for _ in 0..ATTEMPTS {
        let Versioned { version, record: draft } = find_draft(&app, &id, &headers, "deleted").await?;
        let audit = caller.audit(object(draft.id), shown(&draft), None);
        match app.store.delete_draft(draft.id, version, &audit).await {
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
            Ok(()) => return Ok(StatusCode::NO_CONTENT),
        }
    }
    Err(StoreError::Conflict.into())
}

pub async fn launch_draft<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Extension(addresses): Extension<Addresses>,
    caller: Caller,
    attempt: Attempt,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    for _ in 0..ATTEMPTS {
        let Versioned { version, record: draft } = find(&*app.store, &id).await?;
        check_match(&headers, version)?;
        if !draft.is_draft() {
            // Somebody has launched it, perhaps this very request.
            return Ok(launched(&draft));
        }
        draft.check_time(attempt.at)?;
        let segment = segment_of(&app, draft.segment_id).await?;
        let customers = app.store.customer_count().await?;
        let Some(campaign) = draft.launched(segment.edition.rules, customers, attempt.at) else { continue };
        check::everyone(&app, &*addresses.key().await?, &campaign).await?;
        begin(&app, &campaign).await?;
        let status = |campaign: &Campaign| Some(json!({"status": campaign.state.status}));
        let audit = caller.audit(object(draft.id), status(&draft), status(&campaign));
        match app.store.replace_draft(version, &campaign, &audit).await {
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
            Ok(()) => return Ok(launched(&campaign)),
        }
    }
    Err(StoreError::Conflict.into())
}

/// A campaign that must be a draft.
async fn find_draft<S: Store, Q: Enqueue>(
    app: &App<S, Q>,
    id: &str,
    headers: &HeaderMap,
    verb: &str,
) -> Result<Versioned<Campaign>, Problem> {
    let found = find(&*app.store, id).await?;
    check_match(headers, found.version)?;
    if found.record.is_draft() {
        return Ok(found);
    }
    Err(Problem::conflict(&format!("Only drafts can be {verb}, and this campaign has been launched.")))
}

async fn segment_of<S: Store, Q: Enqueue>(app: &App<S, Q>, id: SegmentId) -> Result<Segment, Problem> {
    let segment = app.store.segment(id).await?;
    segment.map(|found| found.record).ok_or_else(|| Faults::of("segmentId", "names no segment").into())
}

fn shown(campaign: &Campaign) -> Option<Value> {
    serde_json::to_value(view::campaign(campaign, &Tally::default())).ok()
}
