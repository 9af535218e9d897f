//! Exports: those of members, and of customers by rules, are begun here, all are handed out here, and the segment worker makes them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use axum::{Json, Router};
use crm_domain::export::{Export, Source};
use crm_domain::ids::ExportId;
use crm_domain::ports::{Enqueue, KeepExportFiles, SignedUrl, StoreError};
use crm_domain::segment::parse_export;
use crm_domain::time::Time;
use crm_lambda::api::Api;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller, Who};
use crm_lambda::config::Settings;
use crm_lambda::contract::files;
use crm_lambda::exports;
use crm_lambda::gate::Gate;
use crm_lambda::problem::Problem;
use crm_lambda::routes;

use crate::bulk::EVERYBODY;
use crate::http::{Store, expanded, find, object};
use crate::people::shown_edition;

#[cfg(test)]
mod tests;

/// Segments, their exports, and the files of these.
pub struct Desk<S, Q, F> {
    pub store: Arc<S>,
    pub queue: Arc<Q>,
    pub settings: Arc<Settings>,
    pub files: Arc<F>,
}

impl<S, Q, F> Clone for Desk<S, Q, F> {
    fn clone(&self) -> Self {
        let Self { store, queue, settings, files } = self;
        Self { store: store.clone(), queue: queue.clone(), settings: settings.clone(), files: files.clone() }
    }
}

pub fn routes<S: Store, Q: Enqueue, F: KeepExportFiles>(gate: Gate<S>, desk: Desk<S, Q, F>) -> Router {
    Api::new(gate)
        .on(&routes::EXPORT_SEGMENT, export_segment::<S, Q, F>)
        .on(&routes::EXPORT_CUSTOMERS, export_customers::<S, Q, F>)
        .on(&routes::GET_EXPORT, get_export::<S, Q, F>)
        .over(desk)
}

async fn export_segment<S: Store, Q: Enqueue, F: KeepExportFiles>(
    State(desk): State<Desk<S, Q, F>>,
    caller: Caller,
    attempt: Attempt,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let segment = find(&*desk.store, &id).await?.record;
    let edition = shown_edition(&segment)?;
    let source = Source::Segment { segment_id: segment.id, segment_name: segment.name, edition };
    exports::begin((&*desk.store, &*desk.queue), (&caller, &attempt), source, object(segment.id)).await
}

async fn export_customers<S: Store, Q: Enqueue, F: KeepExportFiles>(
    State(desk): State<Desk<S, Q, F>>,
    caller: Caller,
    attempt: Attempt,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let rules = expanded(&*desk.store, parse_export(&body, &desk.settings.currency)?).await?;
    let source = Source::Customers { rules: rules.to_json().to_string() };
    exports::begin((&*desk.store, &*desk.queue), (&caller, &attempt), source, EVERYBODY.to_owned()).await
}

async fn get_export<S: Store, Q: Enqueue, F: KeepExportFiles>(
    State(desk): State<Desk<S, Q, F>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<files::Export>, Problem> {
    let missing = || Problem::not_found("export");
    let export = desk.store.export(ExportId::parse(&id).ok_or_else(missing)?).await?.ok_or_else(missing)?.record;
    let is_open = match &caller.who {
        Who::User(user) => export.is_open_to(&caller.id(), user.role),
        Who::Key(_) => false,
    };
    if !is_open {
        return Err(Problem::forbidden());
    }
    let signed = download(&*desk.files, &export).await?;
    Ok(Json(shown(&export, signed)))
}

/// Where the file is, as long as it is handed out. It may be gone before that, when somebody in it was erased.
async fn download<F: KeepExportFiles>(kept: &F, export: &Export) -> Result<Option<SignedUrl>, StoreError> {
    if !export.is_kept(Time::now()) || !kept.has_export_file(export.id).await? {
        return Ok(None);
    }
    kept.export_download(export.id, &export.file_name()).await.map(Some)
}

fn shown(export: &Export, signed: Option<SignedUrl>) -> files::Export {
    let (segment_id, campaign_id) = match &export.source {
        Source::Segment { segment_id, .. } => (Some(segment_id.to_string()), None),
        Source::Campaign { campaign_id, .. } => (None, Some(campaign_id.to_string())),
        Source::Customers { .. } => (None, None),
    };
    files::Export {
        id: export.id.to_string(),
        segment_id,
        campaign_id,
        status: export.status(),
        rows: export.rows,
        created_at: export.created_at,
        finished_at: export.finished_at,
        error: export.error().map(str::to_owned),
        url_expires_at: signed.as_ref().map(|signed| signed.expires_at),
        url: signed.map(|signed| signed.url),
    }
}
