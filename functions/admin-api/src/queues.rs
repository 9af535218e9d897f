//! How the queues stand, and giving dead letters another try. For owners and administrators.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use crm_domain::ports::{KeepImports, KeepUploads, QueueName, QueueState, WatchQueues};
use crm_lambda::auth::{Caller, Role};
use crm_lambda::problem::Problem;
use serde_json::{Value, json};

use crate::http::App;

pub async fn list_queues<S: KeepImports, U: KeepUploads, Q: WatchQueues>(
    State(app): State<App<S, U, Q>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Value>, Problem> {
    administrators_only(&caller)?;
    let states = app.queues.states().await?;
    Ok(Json(json!({"items": states.iter().map(view).collect::<Vec<_>>(), "nextCursor": null})))
}

pub async fn redrive_queue<S: KeepImports, U: KeepUploads, Q: WatchQueues>(
    State(app): State<App<S, U, Q>>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    administrators_only(&caller)?;
    let queue = QueueName::parse(&name).ok_or_else(|| Problem::not_found("queue"))?;
    let moved = app.queues.redrive(queue).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"name": queue.as_str(), "moved": moved}))).into_response())
}

fn administrators_only(caller: &Caller) -> Result<(), Problem> {
    match caller.role {
        Role::Owner | Role::Admin => Ok(()),
        Role::Marketer | Role::Analyst => Err(Problem::forbidden()),
    }
}

fn view(state: &QueueState) -> Value {
    json!({
        "name": state.name.as_str(),
        "depth": state.waiting,
        "inFlight": state.in_flight,
        "delayed": state.delayed,
        "deadLetters": state.dead,
        // SQS tells the age of the oldest message to CloudWatch only.
        "ageSeconds": null,
    })
}
