//! How the queues stand, and giving dead letters another try.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::ports::{QueueName, QueueState, WatchQueues};
use crm_lambda::api::Api;
use crm_lambda::caller::Caller;
use crm_lambda::gate::Gate;
use crm_lambda::problem::Problem;
use crm_lambda::routes;
use serde_json::{Value, json};

use crate::http::Store;

/// The queues, and the log that tells who moved letters in them.
pub struct Watched<S, Q> {
    pub queues: Arc<Q>,
    pub store: Arc<S>,
}

impl<S, Q> Clone for Watched<S, Q> {
    fn clone(&self) -> Self {
        Self { queues: self.queues.clone(), store: self.store.clone() }
    }
}

pub fn routes<S: Store, Q: WatchQueues>(gate: Gate<S>, watched: Watched<S, Q>) -> Router {
    Api::new(gate).on(&routes::LIST_QUEUES, list_queues::<S, Q>).on(&routes::REDRIVE_QUEUE, redrive_queue::<S, Q>).over(watched)
}

async fn list_queues<S: Store, Q: WatchQueues>(State(watched): State<Watched<S, Q>>) -> Result<Json<Value>, Problem> {
    let states = watched.queues.states().await?;
    Ok(Json(json!({"items": states.iter().map(view).collect::<Vec<_>>(), "nextCursor": null})))
}

async fn redrive_queue<S: Store, Q: WatchQueues>(
    State(watched): State<Watched<S, Q>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let queue = QueueName::parse(&name).ok_or_else(|| Problem::not_found("queue"))?;
    // Told beforehand: a queue has no transactions, and nothing may move without a trace.
    watched.store.note(&caller.audit(format!("queues/{name}"), None, None)).await?;
    let moved = watched.queues.redrive(queue).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"name": queue.as_str(), "moved": moved}))).into_response())
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
