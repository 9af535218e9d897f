//! What is done to all members of a segment at once: it is only begun here, and the segment worker's to do.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use crm_domain::edit::{self, Edit};
use crm_domain::membership::Task;
use crm_domain::ports::{Enqueue, Outgoing, QueueName};
use crm_lambda::api::App;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::contract::shapes::Accepted;
use crm_lambda::problem::Problem;
use serde_json::json;

use crate::http::{Store, find, object};
use crate::people::shown_edition;

pub async fn edit_members<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    Path(id): Path<String>,
    JsonBody(change): JsonBody,
) -> Result<Response, Problem> {
    edit::parse_change(&change)?;
    let segment = find(&*app.store, &id).await?.record;
    let edition = shown_edition(&segment)?;
    let audit = caller.audit(object(segment.id), None, Some(json!(change)));
    let Attempt { id, at, name } = attempt;
    let edit = Edit { edition, change, source: caller.source(), name, at, after: None, edited: 0 };
    let message = Outgoing { body: Task::Edit(edit).body(), ..Outgoing::default() };
    app.queue.enqueue(QueueName::Segments, vec![message]).await?;
    app.store.note(&audit).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { id: id.to_string(), status: "queued" })).into_response())
}
