//! Customers by rules, and what is done to many at once: the members of a segment, or whoever rules hold for. An edit is
//! only begun here, and the segment worker's to do.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use crm_domain::audit::AuditEntry;
use crm_domain::chosen::Chosen;
use crm_domain::edit::{self, Edit};
use crm_domain::ids::CustomerId;
use crm_domain::json::Json as Tree;
use crm_domain::membership::Task;
use crm_domain::ports::{Enqueue, QueueName};
use crm_domain::segment::parse_preview;
use crm_lambda::api::App;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::contract::shapes::Accepted;
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::queue;
use crm_lambda::view;
use serde_json::json;

use crate::audience;
use crate::http::{Store, context, expanded, find, object};
use crate::people::shown_edition;

/// All customers, as the audit log names them.
pub(crate) const EVERYBODY: &str = "customers";

pub async fn search_customers<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    paging: Paging,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let rules = parse_preview(&body, &app.settings.currency)?;
    let rules = expanded(&*app.store, rules).await?;
    // A position is a customer, whatever the rules: a cursor that comes with others goes on from there by them.
    let after = paging.after.as_deref().and_then(CustomerId::parse);
    let page = audience::matching(&*app.store, &rules, &context(&app), after, paging.limit).await?;
    Ok(paging.answer(page, |customer| view::customer(&customer, &app.settings)))
}

pub async fn edit_customers<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let (rules, change) = edit::parse_matching(&body, &app.settings.currency)?;
    let audit = caller.audit_once(&attempt, EVERYBODY.to_owned(), None, Some(json!(body)));
    let whom = Chosen::matching(&expanded(&*app.store, rules).await?);
    begin(&app, &caller, attempt, whom, change, &audit).await
}

pub async fn edit_members<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    Path(id): Path<String>,
    JsonBody(change): JsonBody,
) -> Result<Response, Problem> {
    edit::parse_change(&change)?;
    let segment = find(&*app.store, &id).await?.record;
    let whom = Chosen::Members { edition: shown_edition(&segment)? };
    let audit = caller.audit_once(&attempt, object(segment.id), None, Some(json!(change)));
    begin(&app, &caller, attempt, whom, change, &audit).await
}

async fn begin<S: Store, Q: Enqueue>(
    app: &App<S, Q>,
    caller: &Caller,
    attempt: Attempt,
    whom: Chosen,
    change: Tree,
    audit: &AuditEntry,
) -> Result<Response, Problem> {
    let Attempt { id, at, name } = attempt;
    // A key that was used for members as well names other events.
    let name = if matches!(whom, Chosen::Matching { .. }) { format!("{name}.matching") } else { name };
    let edit = Edit { whom, change, source: caller.source(), name, at, after: None, edited: 0 };
    let body = Task::Edit(edit).body();
    // Nobody is edited without a trace.
    app.store.note(audit).await?;
    queue::send(&*app.queue, QueueName::Segments, vec![body.into()]).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { id: id.to_string(), status: "queued" })).into_response())
}
