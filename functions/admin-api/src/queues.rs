//! How the queues stand; why letters are dead; giving them another try, and throwing them away.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::dead_letter::why_discarded;
use crm_domain::limits;
use crm_domain::ports::{Found, Held, QueueName, QueueState, ReadDeadLetters, WatchQueues};
use crm_lambda::api::Api;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::Caller;
use crm_lambda::contract::queues::{DeadLetter, DeadLetters};
use crm_lambda::contract::shapes::{Page, Queue, Redriven};
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

/// The queues of which dead letters are seen.
pub trait Queues: WatchQueues + ReadDeadLetters {}
impl<Q: WatchQueues + ReadDeadLetters> Queues for Q {}

pub fn routes<S: Store, Q: Queues>(gate: Gate<S>, watched: Watched<S, Q>) -> Router {
    Api::new(gate)
        .on(&routes::LIST_QUEUES, list_queues::<S, Q>)
        .on(&routes::REDRIVE_QUEUE, redrive_queue::<S, Q>)
        .on(&routes::LIST_DEAD_LETTERS, list_dead_letters::<S, Q>)
        .on(&routes::REDRIVE_LETTER, redrive_letter::<S, Q>)
        .on(&routes::DISCARD_LETTER, discard_letter::<S, Q>)
        .over(watched)
}

async fn list_queues<S: Store, Q: Queues>(State(watched): State<Watched<S, Q>>) -> Result<Json<Page<Queue>>, Problem> {
    let states = watched.queues.states().await?;
    Ok(Json(Page { items: states.iter().map(view).collect(), next_cursor: None }))
}

async fn redrive_queue<S: Store, Q: Queues>(
    State(watched): State<Watched<S, Q>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let queue = named(&name)?;
    // Told beforehand: a queue has no transactions, and nothing may move without a trace.
    watched.store.note(&caller.audit(format!("queues/{name}"), None, None)).await?;
    let moved = watched.queues.redrive(queue).await?;
    Ok((StatusCode::ACCEPTED, Json(Redriven { name: queue.as_str(), moved })).into_response())
}

async fn list_dead_letters<S: Store, Q: Queues>(
    State(watched): State<Watched<S, Q>>,
    Path(name): Path<String>,
) -> Result<Json<DeadLetters>, Problem> {
    let Found { mut letters, total } = watched.queues.dead_letters(named(&name)?, limits::DEAD_LETTERS).await?;
    // The queue has no order.
    letters.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| one.id.cmp(&other.id)));
    Ok(Json(DeadLetters { items: letters.into_iter().map(DeadLetter::from).collect(), total }))
}

async fn redrive_letter<S: Store, Q: Queues>(
    State(watched): State<Watched<S, Q>>,
    caller: Caller,
    Path((name, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let queue = named(&name)?;
    let held = watched.hold(queue, &id).await?;
    watched.store.note(&caller.audit(object(queue, &id), Some(told(&held)), None)).await?;
    watched.queues.redrive_one(queue, held).await?;
    Ok((StatusCode::ACCEPTED, Json(Redriven { name: queue.as_str(), moved: 1 })).into_response())
}

async fn discard_letter<S: Store, Q: Queues>(
    State(watched): State<Watched<S, Q>>,
    caller: Caller,
    Path((name, id)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    let queue = named(&name)?;
    let why = why_discarded(&body)?;
    let held = watched.hold(queue, &id).await?;
    // Told beforehand: should the entry not be written, the letter is in sight again soon, and nothing has happened.
    watched.store.note(&caller.audit(object(queue, &id), Some(told(&held)), Some(json!({ "why": why })))).await?;
    watched.queues.discard(queue, held).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl<S: Store, Q: Queues> Watched<S, Q> {
    async fn hold(&self, queue: QueueName, id: &str) -> Result<Held, Problem> {
        self.queues.hold(queue, id).await?.ok_or_else(|| Problem::not_found("dead letter"))
    }
}

fn named(name: &str) -> Result<QueueName, Problem> {
    QueueName::parse(name).ok_or_else(|| Problem::not_found("queue"))
}

fn object(queue: QueueName, id: &str) -> String {
    format!("queues/{}/dead-letters/{id}", queue.as_str())
}

/// What the audit log keeps of a letter: nothing that it says.
fn told(held: &Held) -> Value {
    let letter = &held.letter;
    json!({
        "failedReason": letter.reason, "cause": letter.cause, "at": letter.at, "kind": letter.summary.kind,
        "eventId": letter.summary.event_id, "subjects": letter.summary.subjects,
    })
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
