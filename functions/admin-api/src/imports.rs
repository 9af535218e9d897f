//! Imports: where to upload, how far each is, and which rows were refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::faults::{Faults, Fields, Patch, Reason};
use crm_domain::ids::ImportId;
use crm_domain::import::columns::check_mapping;
use crm_domain::import::{Import, ImportKind, rejected};
use crm_domain::json::Json as Tree;
use crm_domain::ports::{KeepImports, KeepUploads};
use crm_lambda::api::Api;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::contract::shapes::{self, ImportTicket, Upload};
use crm_lambda::gate::Gate;
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::routes;
use serde_json::json;

use crate::http::Store;

/// Most fields of a mapping.
const MAX_MAPPING: usize = 100;
/// Most bytes of refused rows in one answer; a function may answer 6 MB.
const MAX_REJECTED: usize = 5_000_000;

/// Imports, and the files that they read.
pub struct Files<I, U> {
    pub imports: Arc<I>,
    pub uploads: Arc<U>,
}

impl<I, U> Clone for Files<I, U> {
    fn clone(&self) -> Self {
        Self { imports: self.imports.clone(), uploads: self.uploads.clone() }
    }
}

pub fn routes<S: Store, I: KeepImports, U: KeepUploads>(gate: Gate<S>, files: Files<I, U>) -> Router {
    Api::new(gate)
        .on(&routes::LIST_IMPORTS, list_imports::<I, U>)
        .on(&routes::START_IMPORT, start_import::<I, U>)
        .on(&routes::GET_IMPORT, get_import::<I, U>)
        .on(&routes::DOWNLOAD_REJECTED_ROWS, download_rejected::<I, U>)
        .over(files)
}

async fn start_import<I: KeepImports, U: KeepUploads>(
    State(files): State<Files<I, U>>,
    caller: Caller,
    attempt: Attempt,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let (kind, mapping) = read_request(&body)?;
    let import = Import::new(ImportId::of_request(attempt.id), kind, mapping, attempt.at);
    let url = files.uploads.upload_url(import.id).await?;
    let audit = caller.audit(format!("imports/{}", import.id), None, Some(json!({"kind": import.kind})));
    files.imports.create_import(&import, &audit).await?;
    let location = format!("/api/imports/{}", import.id);
    let answer = ImportTicket {
        id: import.id.to_string(),
        kind: import.kind,
        status: import.status(),
        upload: Upload { method: "PUT", url, headers: BTreeMap::new() },
    };
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(answer)).into_response())
}

async fn list_imports<I: KeepImports, U: KeepUploads>(
    State(files): State<Files<I, U>>,
    paging: Paging,
) -> Result<Response, Problem> {
    let page = files.imports.imports(paging.after.clone(), paging.limit).await?;
    Ok(paging.answer(page, |import| view(&import)))
}

async fn get_import<I: KeepImports, U: KeepUploads>(
    State(files): State<Files<I, U>>,
    Path(id): Path<String>,
) -> Result<Json<shapes::Import>, Problem> {
    Ok(Json(view(&find(&*files.imports, &id).await?)))
}

async fn download_rejected<I: KeepImports, U: KeepUploads>(
    State(files): State<Files<I, U>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let import = find(&*files.imports, &id).await?;
    let lines = files.uploads.rejected(import.id, MAX_REJECTED).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"rejected-{}.csv\"", import.id)),
    ];
    Ok((headers, rejected::file(&lines, import.rejected)).into_response())
}

async fn find<S: KeepImports>(store: &S, id: &str) -> Result<Import, Problem> {
    let id = ImportId::parse(id).ok_or_else(|| Problem::not_found("import"))?;
    Ok(store.import(id).await?.ok_or_else(|| Problem::not_found("import"))?.record)
}

fn read_request(body: &Tree) -> Result<(ImportKind, BTreeMap<String, String>), Faults> {
    let mut fields = Fields::of(body, "")?;
    let kind = fields.required("kind", |json| {
        json.as_text().and_then(ImportKind::parse).ok_or_else(|| Reason::from("must be customers, orders or activities"))
    });
    let mapping = match fields.optional("mapping", mapping) {
        Patch::Set(mapping) => mapping,
        Patch::Absent | Patch::Clear => BTreeMap::new(),
    };
    if let Some(kind) = kind {
        fields.nested(check_mapping(kind, &mapping));
    }
    fields.finish()?;
    Ok((kind.ok_or_else(|| Faults::of("kind", "is required"))?, mapping))
}

fn mapping(json: &Tree) -> Result<BTreeMap<String, String>, Reason> {
    const WRONG: &str = "must be an object of our field -> your column, both text";
    match json {
        Tree::Object(members) if members.len() > MAX_MAPPING => Err(format!("must have at most {MAX_MAPPING} members").into()),
        Tree::Object(members) => {
            let pairs = members.iter().map(|(field, column)| Some((field.clone(), column.as_text()?.to_owned())));
            pairs.collect::<Option<_>>().ok_or(WRONG.into())
        }
        _ => Err(WRONG.into()),
    }
}

fn view(import: &Import) -> shapes::Import {
    shapes::Import {
        id: import.id.to_string(),
        kind: import.kind,
        status: import.status(),
        bytes_read: import.bytes_read,
        bytes_total: import.bytes_total,
        rows: import.rows,
        accepted: import.accepted,
        rejected: import.rejected,
        parts: import.parts,
        pending_parts: import.pending.len(),
        ignored_columns: import.header.as_ref().map(|header| header.ignored.clone()).unwrap_or_default(),
        created_at: import.created_at,
        rejected_url: format!("/api/imports/{}/rejected", import.id),
        error: import.error.clone(),
    }
}
