//! Who was erased, and erasing them again after a backup was restored.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::erasure::{Erased, Sweep};
use crm_domain::ports::{Enqueue, QueueName};
use crm_lambda::api::Api;
use crm_lambda::caller::Caller;
use crm_lambda::contract::shapes::{Erasure, ErasuresReplayed};
use crm_lambda::gate::Gate;
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::queue;
use crm_lambda::routes;

use crate::http::Store;
use crate::queues::Watched;

/// Erasures read at once.
const PAGE: usize = 100;

pub fn routes<S: Store, Q: Enqueue>(gate: Gate<S>, watched: Watched<S, Q>) -> Router {
    Api::new(gate)
        .on(&routes::LIST_ERASURES, list_erasures::<S, Q>)
        .on(&routes::REPLAY_ERASURES, replay_erasures::<S, Q>)
        .over(watched)
}

async fn list_erasures<S: Store, Q: Enqueue>(State(watched): State<Watched<S, Q>>, paging: Paging) -> Result<Response, Problem> {
    let page = watched.store.erasures(paging.after.clone(), paging.limit).await?;
    Ok(paging.answer(page, |one: Erased| Erasure {
        id: one.id.to_string(),
        at: one.at,
        by: one.by,
        finished_at: one.finished_at,
    }))
}

/// Asks for a first pass over each of them. Addresses are not kept: the pass learns them from whom it finds.
async fn replay_erasures<S: Store, Q: Enqueue>(
    State(watched): State<Watched<S, Q>>,
    caller: Caller,
) -> Result<Response, Problem> {
    watched.store.note(&caller.audit("erasures".to_owned(), None, None)).await?;
    let (mut erasures, mut after) = (0, None);
    loop {
        let page = watched.store.erasures(after, PAGE).await?;
        erasures += page.items.len() as u64;
        let sweep = |one: Erased| Sweep {
            customer: one.id,
            at: one.at,
            identities: one.identities,
            emails: Vec::new(),
            pass: 0,
            replayed: true,
        };
        let messages = page.items.into_iter().map(|one| sweep(one).body().into());
        queue::send(&*watched.queues, QueueName::Erasures, messages.collect()).await?;
        after = page.next;
        if after.is_none() {
            return Ok((StatusCode::ACCEPTED, Json(ErasuresReplayed { erasures })).into_response());
        }
    }
}
