//! Beginning an export: of the members of a segment, of customers by rules, or of the log of a campaign. The segment worker
//! makes the file.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use crm_domain::export::{Export, ExportCall, Source};
use crm_domain::ids::ExportId;
use crm_domain::membership::Task;
use crm_domain::ports::{Enqueue, KeepExports, QueueName};
use serde_json::{Value, json};

use crate::caller::{Attempt, Caller};
use crate::contract::shapes::Accepted;
use crate::problem::Problem;
use crate::queue;

/// Records an export of `source`, which the audit log names `object`, and asks for it.
///
/// # Errors
/// Storage or the queue does not answer.
pub async fn begin<S: KeepExports, Q: Enqueue>(
    (store, queue): (&S, &Q),
    (caller, attempt): (&Caller, &Attempt),
    source: Source,
    object: String,
) -> Result<Response, Problem> {
    let id = ExportId::of_request(attempt.id);
    let export = Export::new(id, source, caller.actor(), attempt.at);
    let audit = caller.audit(object, None, Some(told(id, &export.source)));
    store.create_export(&export, &audit).await?;
    // A new record has version 1. Should an earlier attempt have called already, the two calls become one.
    let call = Task::Export(ExportCall::new(id, 1));
    queue::send(queue, QueueName::Segments, vec![call.body().into()]).await?;
    let location = format!("/api/exports/{id}");
    let accepted = Accepted { id: id.to_string(), status: "queued" };
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(accepted)).into_response())
}

/// What the audit log keeps of an export: of customers by rules also the rules, since nothing else says whose data left. As
/// text, they fit whatever their depth.
fn told(id: ExportId, source: &Source) -> Value {
    match source {
        Source::Customers { rules } => json!({"export": id, "rules": rules}),
        Source::Segment { .. } | Source::Campaign { .. } => json!({"export": id}),
    }
}
