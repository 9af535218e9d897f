//! API keys of integrations: shown once, kept as a hash.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::access::{ApiKey, ApiKeyDraft};
use crm_domain::ids::KeyId;
use crm_domain::limits;
use crm_domain::ports::{AccessChange, StoreError, Versioned};
use crm_domain::time::Time;
use crm_lambda::api::Api;
use crm_lambda::auth::{hash_secret, new_secret, write_api_key};
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::contract::shapes;
use crm_lambda::gate::Gate;
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::routes;
use serde_json::Value;

use crate::actor::right;
use crate::http::Store;

pub fn routes<S: Store>(gate: Gate<S>, store: Arc<S>) -> Router {
    Api::new(gate)
        .on(&routes::LIST_KEYS, list_keys::<S>)
        .on(&routes::CREATE_KEY, create_key::<S>)
        .on(&routes::REVOKE_KEY, revoke_key::<S>)
        .over(store)
}

async fn list_keys<S: Store>(State(store): State<Arc<S>>, paging: Paging) -> Result<Response, Problem> {
    let page = store.api_keys(paging.after.clone(), paging.limit).await?;
    Ok(paging.answer(page, |(key, used)| view(&key, used)))
}

async fn create_key<S: Store>(
    State(store): State<Arc<S>>,
    caller: Caller,
    attempt: Attempt,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let now = Time::now();
    let draft = ApiKeyDraft::parse(&body, now)?;
    let right = right(&*store, &caller).await?;
    let id = KeyId::of_request(attempt.id);
    if is_full(&*store, id, now).await? {
        return Err(Problem::conflict("There are as many API keys as there may be; revoke one first."));
    }
    let secret = new_secret()?;
    // An earlier attempt may have stored it and died before anybody saw its secret: that one is replaced.
    let stored = store.api_key(id).await?;
    if stored.as_ref().is_some_and(|key| key.record.revoked_at.is_some()) {
        return Err(Problem::conflict("The API key of this request has been revoked since; ask for another under another key."));
    }
    let version = stored.map_or(0, |key| key.version);
    let key = ApiKey {
        id,
        name: draft.name,
        scopes: draft.scopes,
        secret_hash: hash_secret(&secret),
        created_by: right.0.clone(),
        created_at: attempt.at,
        expires_at: draft.expires_at,
        revoked_at: None,
    };
    let mut shown = view(&key, None);
    let change = AccessChange {
        audit: Some(caller.audit(object(id), None, told(&key))),
        unchanged: vec![right],
        key: Some(Versioned { version, record: key }),
        ..AccessChange::default()
    };
    store.change_access(&change).await?;
    shown.key = Some(write_api_key(id, &secret));
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/api/keys/{id}"))], Json(shown)).into_response())
}

/// Whether there are as many valid keys as there may be, besides `own`. Revoked ones, which nobody counts, lie between them.
async fn is_full<S: Store>(store: &S, own: KeyId, now: Time) -> Result<bool, StoreError> {
    let (mut valid, mut after) = (0, None);
    loop {
        let page = store.api_keys(after, limits::PAGE).await?;
        valid += page.items.iter().filter(|(key, _)| key.id != own && key.is_valid(now)).count();
        match page.next {
            _ if valid >= limits::API_KEYS => return Ok(true),
            Some(next) => after = Some(next),
            None => return Ok(false),
        }
    }
}

/// Revoked keys stay in the list: what they did is in the log under their id.
async fn revoke_key<S: Store>(
    State(store): State<Arc<S>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let missing = || Problem::not_found("key");
    let found = store.api_key(KeyId::parse(&id).ok_or_else(missing)?).await?.ok_or_else(missing)?;
    if found.record.revoked_at.is_some() {
        return Ok(StatusCode::NO_CONTENT);
    }
    let revoked = ApiKey { revoked_at: Some(Time::now()), ..found.record.clone() };
    let change = AccessChange {
        audit: Some(caller.audit(object(revoked.id), told(&found.record), told(&revoked))),
        key: Some(Versioned { version: found.version, record: revoked }),
        ..AccessChange::default()
    };
    store.change_access(&change).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn object(id: KeyId) -> String {
    format!("keys/{id}")
}

fn view(key: &ApiKey, used: Option<Time>) -> shapes::ApiKey {
    shapes::ApiKey {
        id: key.id.to_string(),
        name: key.name.clone(),
        scopes: key.scopes.clone(),
        created_by: key.created_by.to_string(),
        created_at: key.created_at,
        expires_at: key.expires_at,
        revoked_at: key.revoked_at,
        last_used_at: used,
        key: None,
    }
}

/// As the audit log keeps it.
fn told(key: &ApiKey) -> Option<Value> {
    serde_json::to_value(view(key, None)).ok()
}
