//! How the queues stand, and giving dead letters another try.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::ports::{QueueName, QueueState, WatchQueues};
use crm_lambda::api::Api;
use crm_lambda::caller::Caller;
use crm_lambda::contract::shapes::{Page, Queue, Redriven};
use crm_lambda::gate::Gate;
use crm_lambda::problem::Problem;
use crm_lambda::routes;

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

async fn list_queues<S: Store, Q: WatchQueues>(State(watched): State<Watched<S, Q>>) -> Result<Json<Page<Queue>>, Problem> {
    let states = watched.queues.states().await?;
    Ok(Json(Page { items: states.iter().map(view).collect(), next_cursor: None }))
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
    Ok((StatusCode::ACCEPTED, Json(Redriven { name: queue.as_str(), moved })).into_response())
}

fn view(state: &QueueState) -> Queue {
    Queue {
        name: state.name.as_str(),
        depth: state.waiting,
        in_flight: state.in_flight,
        delayed: state.delayed,
        dead_letters: state.dead,
        age_seconds: None,
    }
}
