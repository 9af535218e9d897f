//! The routes of files on a customer. The files themselves travel between browser and storage.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::attachment::{Attachment, AttachmentDraft, AttachmentState, Attachments};
use crm_domain::customer::Customer;
use crm_domain::ids::{AttachmentId, CustomerId};
use crm_domain::ports::{KeepAttachedFiles, StoreError, Versioned};
use crm_domain::time::Time;
use crm_lambda::api::Api;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller, Who};
use crm_lambda::contract::files::{self, AttachmentDownload, AttachmentTicket, AttachmentUpload};
use crm_lambda::contract::shapes::Page;
use crm_lambda::gate::Gate;
use crm_lambda::problem::Problem;
use crm_lambda::routes;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use crate::http::Store;

#[cfg(test)]
mod tests;

/// Attempts to change records while others change them too.
const ATTEMPTS: usize = 5;
/// Files about which storage is asked at once.
const CONCURRENCY: usize = 8;

/// Customers with the records of their files, and the files.
pub struct Shelves<S, F> {
    pub store: Arc<S>,
    pub files: Arc<F>,
}

impl<S, F> Clone for Shelves<S, F> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), files: self.files.clone() }
    }
}

pub fn routes<S: Store, F: KeepAttachedFiles>(gate: Gate<S>, shelves: Shelves<S, F>) -> Router {
    Api::new(gate)
        .on(&routes::LIST_ATTACHMENTS, list_attachments::<S, F>)
        .on(&routes::ADD_ATTACHMENT, add_attachment::<S, F>)
        .on(&routes::GET_ATTACHMENT, get_attachment::<S, F>)
        .on(&routes::DELETE_ATTACHMENT, delete_attachment::<S, F>)
        .over(shelves)
}

async fn list_attachments<S: Store, F: KeepAttachedFiles>(
    State(shelves): State<Shelves<S, F>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Page<files::Attachment>>, Problem> {
    let customer = shelves.customer(&id).await?.record;
    let mut items = Vec::new();
    for shelf in customer.identities() {
        items.extend(shelves.settled(shelf).await?.record.files.iter().map(|file| shown(file, &caller)));
    }
    Ok(Json(Page { items, next_cursor: None }))
}

async fn add_attachment<S: Store, F: KeepAttachedFiles>(
    State(shelves): State<Shelves<S, F>>,
    caller: Caller,
    attempt: Attempt,
    Path(id): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let draft = AttachmentDraft::parse(&body)?;
    let file = draft.by(caller.actor(), AttachmentId::of_request(attempt.id), attempt.at);
    for _ in 0..ATTEMPTS {
        let customer = shelves.customer(&id).await?;
        let shelf = customer.record.id;
        let Versioned { version, record: mut held } = shelves.settled(shelf).await?;
        let is_new = held.find(file.id).is_none();
        held.add(file.clone()).map_err(|_| {
            let detail = "There are as many files on this customer as there may be; delete one first.";
            Problem::new(StatusCode::CONFLICT, "too_many_attachments", detail)
        })?;
        // Not its name: nothing is ever erased from the audit log, and a name may be a person's.
        let told = json!({"contentType": file.content_type, "size": file.size});
        let audit = caller.audit(object(shelf, file.id), None, Some(told));
        if is_new {
            match shelves.store.put_attachments(version, &held, Some(customer.version), Some(&audit)).await {
                Ok(()) => {}
                Err(StoreError::Conflict) => continue,
                Err(error) => return Err(error.into()),
            }
        }
        let file = held.find(file.id).unwrap_or(&file);
        let signed = shelves.files.attachment_upload(shelf, file).await?;
        let upload = AttachmentUpload { method: "PUT", url: signed.url, headers: signed.headers, expires_at: signed.expires_at };
        let location = format!("/api/customers/{shelf}/attachments/{}", file.id);
        let ticket = AttachmentTicket { attachment: shown(file, &caller), upload };
        return Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(ticket)).into_response());
    }
    Err(StoreError::Conflict.into())
}

async fn get_attachment<S: Store, F: KeepAttachedFiles>(
    State(shelves): State<Shelves<S, F>>,
    caller: Caller,
    Path((id, attachment)): Path<(String, String)>,
) -> Result<Json<AttachmentDownload>, Problem> {
    let (held, file) = shelves.find(&id, &attachment).await?;
    if !is_open(&file, &caller) {
        return Err(Problem::forbidden());
    }
    if file.state == AttachmentState::Waiting {
        let detail = "The file has not been uploaded yet.";
        return Err(Problem::new(StatusCode::CONFLICT, "attachment_waiting", detail));
    }
    let signed = shelves.files.attachment_download(held.record.customer, &file).await?;
    let attachment = shown(&file, &caller);
    Ok(Json(AttachmentDownload { attachment, url: signed.url, expires_at: signed.expires_at }))
}

async fn delete_attachment<S: Store, F: KeepAttachedFiles>(
    State(shelves): State<Shelves<S, F>>,
    caller: Caller,
    Path((id, attachment)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    for _ in 0..ATTEMPTS {
        let (Versioned { version, record: mut held }, file) = shelves.find(&id, &attachment).await?;
        if !is_open(&file, &caller) {
            return Err(Problem::forbidden());
        }
        // The file first: as long as its record is there, a deletion that was cut short can be asked for again.
        shelves.files.delete_attached(held.customer, file.id).await?;
        held.remove(file.id);
        let told = json!({"contentType": file.content_type, "size": file.size});
        let audit = caller.audit(object(held.customer, file.id), Some(told), None);
        match shelves.store.put_attachments(version, &held, None, Some(&audit)).await {
            Ok(()) => return Ok(StatusCode::NO_CONTENT),
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}

impl<S: Store, F: KeepAttachedFiles> Shelves<S, F> {
    async fn customer(&self, id: &str) -> Result<Versioned<Customer>, Problem> {
        let missing = || Problem::not_found("customer");
        self.store.customer(CustomerId::parse(id).ok_or_else(missing)?).await?.ok_or_else(missing)
    }

    /// The records of a customer's files, after storage was asked about those that still wait.
    async fn settled(&self, customer: CustomerId) -> Result<Versioned<Attachments>, StoreError> {
        let mut held = self.store.attachments(customer).await?;
        let waiting: Vec<AttachmentId> = held.record.waiting().collect();
        let asked =
            waiting.into_iter().map(|id| async move { Ok::<_, StoreError>((id, self.files.is_attached(customer, id).await?)) });
        let asked: Vec<_> = asked.collect();
        let come: Vec<(AttachmentId, bool)> = stream::iter(asked).buffered(CONCURRENCY).try_collect().await?;
        let come: Vec<AttachmentId> = come.into_iter().filter(|(_, has_come)| *has_come).map(|(id, _)| id).collect();
        if held.record.settle(&come, Time::now()) {
            match self.store.put_attachments(held.version, &held.record, None, None).await {
                Ok(()) => held.version += 1,
                // Somebody else was faster; what was found out is true all the same, and found out again next time.
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(held)
    }

    /// One file of a customer, with the records among which it is.
    async fn find(&self, customer: &str, id: &str) -> Result<(Versioned<Attachments>, Attachment), Problem> {
        let customer = self.customer(customer).await?.record;
        let missing = || Problem::not_found("attachment");
        let id = AttachmentId::parse(id).ok_or_else(missing)?;
        for shelf in customer.identities() {
            let held = self.settled(shelf).await?;
            if let Some(file) = held.record.find(id).cloned() {
                return Ok((held, file));
            }
        }
        Err(missing())
    }
}

fn is_open(file: &Attachment, caller: &Caller) -> bool {
    match &caller.who {
        Who::User(user) => file.is_open_to(&caller.id(), user.role),
        Who::Key(_) => false,
    }
}

fn shown(file: &Attachment, caller: &Caller) -> files::Attachment {
    files::Attachment {
        id: file.id.to_string(),
        name: file.name.clone(),
        content_type: file.content_type,
        size: file.size,
        uploaded_by: file.uploaded_by.clone(),
        created_at: file.created_at,
        state: file.state,
        may_download: is_open(file, caller),
    }
}

/// The file as the audit log names it.
fn object(customer: CustomerId, id: AttachmentId) -> String {
    format!("customers/{customer}/attachments/{id}")
}
