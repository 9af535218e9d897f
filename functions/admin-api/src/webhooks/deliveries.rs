//! What was sent to a webhook, and sending it once more.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use crm_domain::faults::Faults;
use crm_domain::ids::DeliveryId;
use crm_domain::ports::{Enqueue, Versioned};
use crm_domain::time::Time;
use crm_domain::webhook::Webhook;
use crm_domain::webhook::delivery::{Again, Delivery, Outcome, Task};
use crm_lambda::caller::Caller;
use crm_lambda::contract::webhooks as shapes;
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::query::Asked;
use serde::Deserialize;
use serde_json::json;

use super::{Told, object};
use crate::http::Store;

/// What the query asks for.
#[derive(Deserialize)]
pub(super) struct Wanted {
    outcome: Option<String>,
}

pub(super) async fn list_deliveries<S: Store, Q: Enqueue>(
    State(told): State<Told<S, Q>>,
    Path(id): Path<String>,
    paging: Paging,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Problem> {
    let outcome = wanted
        .outcome
        .as_deref()
        .map(|text| Outcome::parse(text).ok_or_else(|| Faults::of("outcome", "must be waiting, delivered, failed or dropped")));
    let outcome = outcome.transpose()?;
    let Versioned { record: webhook, .. } = told.find(&id).await?;
    let page = told.store.deliveries(webhook.id, outcome, paging.after.clone(), paging.limit, Time::now()).await?;
    Ok(paging.answer(page, |one| shapes::Delivery::from(&one)))
}

pub(super) async fn get_delivery<S: Store, Q: Enqueue>(
    State(told): State<Told<S, Q>>,
    Path((id, delivery)): Path<(String, String)>,
) -> Result<Json<shapes::DeliveryWithEvent>, Problem> {
    let (_, found) = find(&told, &id, &delivery).await?;
    Ok(Json(found.into()))
}

pub(super) async fn resend_delivery<S: Store, Q: Enqueue>(
    State(told): State<Told<S, Q>>,
    caller: Caller,
    Path((id, delivery)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (webhook, found) = find(&told, &id, &delivery).await?;
    if !webhook.is_enabled() {
        return Err(Problem::conflict("The webhook is disabled."));
    }
    if found.record.event.is_none() {
        return Err(Problem::conflict("Somebody of whom the event tells was erased: it is not kept any more."));
    }
    let resent = found.record.resent(Time::now());
    let which = json!({ "deliveryId": resent.id.to_string(), "eventId": resent.event_id.to_string() });
    told.store.note(&caller.audit(object(webhook.id), None, Some(which))).await?;
    told.store.put_delivery(found.version, &resent).await?;
    let again = Again { webhook: webhook.id, delivery: resent.id, attempts: resent.attempts, due: resent.since };
    told.put(&Task::Again(again)).await?;
    let queued = shapes::DeliveryQueued { id: resent.id.to_string(), event_id: resent.event_id.to_string() };
    Ok((StatusCode::ACCEPTED, Json(queued)).into_response())
}

async fn find<S: Store, Q: Enqueue>(
    told: &Told<S, Q>,
    webhook: &str,
    id: &str,
) -> Result<(Webhook, Versioned<Delivery>), Problem> {
    let Versioned { record: webhook, .. } = told.find(webhook).await?;
    let missing = || Problem::not_found("delivery");
    let id = DeliveryId::parse(id).ok_or_else(missing)?;
    let found = told.store.delivery(webhook.id, id).await?.ok_or_else(missing)?;
    Ok((webhook, found))
}
