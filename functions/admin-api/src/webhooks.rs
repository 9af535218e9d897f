//! Webhooks: who is sent events, and the secrets with which these are signed.

mod deliveries;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::domain_event::EventType;
use crm_domain::domain_event::data::WebhookTest;
use crm_domain::ids::WebhookId;
use crm_domain::ports::{Enqueue, Outgoing, QueueName, Versioned};
use crm_domain::time::Time;
use crm_domain::webhook::delivery::Task;
use crm_domain::webhook::health::Health;
use crm_domain::webhook::{self, Change, Draft, Webhook};
use crm_lambda::addresses::Addresses;
use crm_lambda::api::Api;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::config::Telling;
use crm_lambda::contract::shapes::Page;
use crm_lambda::contract::webhooks as shapes;
use crm_lambda::etag::{check_match, etag};
use crm_lambda::gate::Gate;
use crm_lambda::problem::Problem;
use crm_lambda::queue;
use crm_lambda::routes;
use serde_json::{Value, json};

use crate::actor::{actor, right};
use crate::http::Store;

/// Webhooks, the queue to them, and the key from which their secrets follow.
pub struct Told<S, Q> {
    pub store: Arc<S>,
    pub queues: Arc<Q>,
    pub addresses: Addresses,
    pub telling: Arc<Telling>,
}

impl<S, Q> Clone for Told<S, Q> {
    fn clone(&self) -> Self {
        let Self { store, queues, addresses, telling } = self;
        Self { store: store.clone(), queues: queues.clone(), addresses: addresses.clone(), telling: telling.clone() }
    }
}

pub fn routes<S: Store, Q: Enqueue>(gate: Gate<S>, told: Told<S, Q>) -> Router {
    Api::new(gate)
        .on(&routes::LIST_WEBHOOKS, list_webhooks::<S, Q>)
        .on(&routes::CREATE_WEBHOOK, create_webhook::<S, Q>)
        .on(&routes::GET_WEBHOOK, get_webhook::<S, Q>)
        .on(&routes::CHANGE_WEBHOOK, change_webhook::<S, Q>)
        .on(&routes::DELETE_WEBHOOK, delete_webhook::<S, Q>)
        .on(&routes::SHOW_WEBHOOK_SECRET, show_webhook_secret::<S, Q>)
        .on(&routes::ROTATE_WEBHOOK_SECRET, rotate_webhook_secret::<S, Q>)
        .on(&routes::TEST_WEBHOOK, test_webhook::<S, Q>)
        .on(&routes::LIST_DELIVERIES, deliveries::list_deliveries::<S, Q>)
        .on(&routes::GET_DELIVERY, deliveries::get_delivery::<S, Q>)
        .on(&routes::RESEND_DELIVERY, deliveries::resend_delivery::<S, Q>)
        .over(told)
}

async fn list_webhooks<S: Store, Q: Enqueue>(State(told): State<Told<S, Q>>) -> Result<Json<Page<shapes::Webhook>>, Problem> {
    let now = Time::now();
    let mut items = Vec::new();
    for held in told.store.webhooks().await? {
        let health = told.store.health(held.record.id).await?;
        items.push(shapes::Webhook::of(&held.record, &health.record, now));
    }
    Ok(Json(Page { items, next_cursor: None }))
}

async fn create_webhook<S: Store, Q: Enqueue>(
    State(told): State<Told<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let draft = Draft::parse(&body, told.telling.targets)?;
    let right = right(&*told.store, &caller).await?;
    let id = WebhookId::of_request(attempt.id);
    let known = told.store.webhooks().await?;
    let again = known.iter().any(|held| held.record.id == id);
    if known.len() >= webhook::MOST && !again {
        return Err(Problem::conflict("There are as many webhooks as there may be; delete one first."));
    }
    let webhook = draft.webhook(id, attempt.at);
    told.store.create_webhook(&webhook, &right, &caller.audit(object(id), None, shown(&webhook))).await?;
    let location = format!("/api/webhooks/{id}");
    let made = told.with_secret(&webhook, &Health::default()).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], [(header::ETAG, etag(1))], Json(made)).into_response())
}

async fn get_webhook<S: Store, Q: Enqueue>(State(told): State<Told<S, Q>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let held = told.find(&id).await?;
    told.answer(&held).await
}

async fn change_webhook<S: Store, Q: Enqueue>(
    State(told): State<Told<S, Q>>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    // What can never be right is refused whatever it was meant to replace.
    let change = Change::parse(&body, told.telling.targets)?;
    let right = right(&*told.store, &caller).await?;
    let held = told.find(&id).await?;
    check_match(&headers, held.version)?;
    let changed = held.record.changed(change, Time::now());
    if changed == held.record {
        return told.answer(&held).await;
    }
    let begins_anew = changed.url != held.record.url || (changed.is_enabled() && !held.record.is_enabled());
    if begins_anew {
        // What was remembered is of a receiver that is another one, or was seen to.
        let health = told.store.health(held.record.id).await?;
        if !health.record.is_good() {
            told.store.put_health(held.record.id, health.version, &Health::default()).await?;
        }
    }
    let audit = caller.audit(object(held.record.id), shown(&held.record), shown(&changed));
    told.store.put_webhook(held.version, &changed, Some(&right), &audit).await?;
    told.answer(&Versioned { version: held.version + 1, record: changed }).await
}

async fn delete_webhook<S: Store, Q: Enqueue>(
    State(told): State<Told<S, Q>>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let held = told.find(&id).await?;
    check_match(&headers, held.version)?;
    let audit = caller.audit(object(held.record.id), shown(&held.record), None);
    told.store.delete_webhook(held.record.id, held.version, &audit).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn show_webhook_secret<S: Store, Q: Enqueue>(
    State(told): State<Told<S, Q>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    actor(&*told.store, &caller).await?;
    let Versioned { record: webhook, .. } = told.find(&id).await?;
    let key = told.addresses.key().await?;
    let seen = json!({ "secretVersion": webhook.secret_version });
    told.store.note(&caller.audit(object(webhook.id), None, Some(seen))).await?;
    let view = shapes::WebhookSecret {
        secret: webhook.written_secret(&key),
        secret_version: webhook.secret_version,
        previous_secret_until: webhook.previous_until(Time::now()),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(view)).into_response())
}

async fn rotate_webhook_secret<S: Store, Q: Enqueue>(
    State(told): State<Told<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let right = right(&*told.store, &caller).await?;
    let held = told.find(&id).await?;
    // An earlier attempt of the same request may have done it, and died before anybody saw the secret.
    if held.record.rotated_at == Some(attempt.at) {
        return told.rotated(held).await;
    }
    check_match(&headers, held.version)?;
    let rotated = held.record.rotated(attempt.at).map_err(|_| {
        Problem::conflict("The secret before this one still signs; another rotation would cut off who knows only that.")
    })?;
    let audit = caller.audit(object(rotated.id), shown(&held.record), shown(&rotated));
    told.store.put_webhook(held.version, &rotated, Some(&right), &audit).await?;
    told.rotated(Versioned { version: held.version + 1, record: rotated }).await
}

async fn test_webhook<S: Store, Q: Enqueue>(
    State(told): State<Told<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let Versioned { record: webhook, .. } = told.find(&id).await?;
    if !webhook.is_enabled() {
        return Err(Problem::conflict("The webhook is disabled."));
    }
    let id = webhook.id.to_string();
    let data = WebhookTest { webhook_id: id.clone(), note: "A test: nothing has happened.".to_owned() };
    let name = attempt.id.to_string();
    let event = told.telling.teller.event(EventType::WebhookTest, &[&id, &name], format!("webhooks/{id}"), attempt.at, &data);
    let queued = json!({ "eventId": event.id.to_string() });
    told.store.note(&caller.audit_once(&attempt, object(webhook.id), None, Some(queued))).await?;
    let event_id = event.id;
    let task = Task::First { webhook: webhook.id, event: Box::new(event) };
    let queued = shapes::DeliveryQueued { id: task.delivery().to_string(), event_id: event_id.to_string() };
    told.put(&task).await?;
    Ok((StatusCode::ACCEPTED, Json(queued)).into_response())
}

impl<S: Store, Q: Enqueue> Told<S, Q> {
    async fn find(&self, id: &str) -> Result<Versioned<Webhook>, Problem> {
        let missing = || Problem::not_found("webhook");
        self.store.webhook(WebhookId::parse(id).ok_or_else(missing)?).await?.ok_or_else(missing)
    }

    /// Puts a task on the queue to webhooks.
    async fn put(&self, task: &Task) -> Result<(), Problem> {
        let message = Outgoing { body: task.body(), group: Some(task.webhook().to_string()), ..Outgoing::default() };
        Ok(queue::send(&*self.queues, QueueName::Webhooks, vec![message]).await?)
    }

    async fn answer(&self, held: &Versioned<Webhook>) -> Result<Response, Problem> {
        let health = self.store.health(held.record.id).await?;
        let view = shapes::Webhook::of(&held.record, &health.record, Time::now());
        Ok(([(header::ETAG, etag(held.version))], Json(view)).into_response())
    }

    async fn with_secret(&self, webhook: &Webhook, health: &Health) -> Result<shapes::WebhookWithSecret, Problem> {
        let secret = webhook.written_secret(&*self.addresses.key().await?);
        Ok(shapes::WebhookWithSecret { webhook: shapes::Webhook::of(webhook, health, Time::now()), secret })
    }

    async fn rotated(&self, held: Versioned<Webhook>) -> Result<Response, Problem> {
        let health = self.store.health(held.record.id).await?;
        let view = self.with_secret(&held.record, &health.record).await?;
        Ok(([(header::ETAG, etag(held.version))], Json(view)).into_response())
    }
}

/// The webhook as the audit log names it.
fn object(id: WebhookId) -> String {
    format!("webhooks/{id}")
}

/// As the audit log keeps it.
fn shown(webhook: &Webhook) -> Option<Value> {
    serde_json::to_value(webhook).ok()
}
