//! Users: who they are, inviting, changing what they may do, disabling.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::access::{Invitation, Role, User, UserChange, UserId, UserStatus};
use crm_domain::email::Email;
use crm_domain::limits;
use crm_domain::ports::{AccessChange, Right, StoreError, Versioned};
use crm_lambda::api::Api;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::contract::shapes;
use crm_lambda::etag::{check_match, etag};
use crm_lambda::gate::Gate;
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::routes;
use serde_json::Value;

use crate::actor;
use crate::http::Store;

pub fn routes<S: Store>(gate: Gate<S>, store: Arc<S>) -> Router {
    Api::new(gate)
        .on(&routes::LIST_USERS, list_users::<S>)
        .on(&routes::INVITE_USER, invite_user::<S>)
        .on(&routes::GET_USER, get_user::<S>)
        .on(&routes::CHANGE_USER, change_user::<S>)
        .on(&routes::WITHDRAW_INVITATION, withdraw_invitation::<S>)
        .over(store)
}

async fn list_users<S: Store>(State(store): State<Arc<S>>, paging: Paging) -> Result<Response, Problem> {
    let page = store.users(paging.after.clone(), paging.limit).await?;
    Ok(paging.answer(page, |user| view(&user)))
}

async fn get_user<S: Store>(State(store): State<Arc<S>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = find(&*store, &id).await?;
    Ok(shown(StatusCode::OK, found.version, &found.record))
}

async fn invite_user<S: Store>(
    State(store): State<Arc<S>>,
    caller: Caller,
    attempt: Attempt,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let invitation = Invitation::parse(&body)?;
    let right = right(&*store, &caller, &[invitation.role]).await?;
    let user = invitation.into_user(attempt.at);
    if let Some(known) = known(&*store, &user.email).await? {
        // An earlier attempt of this very request may have stored it, and died before it was answered.
        if known.created_at == attempt.at
            && let Some(held) = store.user(&known.id).await?
        {
            return Ok(invited(held.version, &held.record));
        }
        return Err(Problem::conflict("Somebody of this address is a user, or is invited, already."));
    }
    let change = AccessChange {
        users: vec![Versioned { version: 0, record: user.clone() }],
        unchanged: vec![right],
        audit: Some(caller.audit(object(&user.id), None, told(&user))),
        ..AccessChange::default()
    };
    store.change_access(&change).await?;
    Ok(invited(1, &user))
}

fn invited(version: u64, user: &User) -> Response {
    let location = [(header::LOCATION, format!("/api/users/{}", user.id))];
    (location, shown(StatusCode::CREATED, version, user)).into_response()
}

async fn change_user<S: Store>(
    State(store): State<Arc<S>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let change = UserChange::parse(&body)?;
    let found = find(&*store, &id).await?;
    check_match(&headers, found.version)?;
    let changed = change.applied_to(&found.record)?;
    let right = right(&*store, &caller, &[found.record.role, changed.role]).await?;
    if right.0 == changed.id {
        // So there is always an owner: nobody can take it from themselves, nor one of two from the other at once.
        return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", "Nobody changes their own role or status."));
    }
    let change = AccessChange {
        audit: Some(caller.audit(object(&changed.id), told(&found.record), told(&changed))),
        users: vec![Versioned { version: found.version, record: changed.clone() }],
        unchanged: vec![right],
        ..AccessChange::default()
    };
    store.change_access(&change).await?;
    Ok(shown(StatusCode::OK, found.version + 1, &changed))
}

async fn withdraw_invitation<S: Store>(
    State(store): State<Arc<S>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let found = find(&*store, &id).await?;
    check_match(&headers, found.version)?;
    if found.record.status != UserStatus::Invited {
        return Err(Problem::conflict("Who has signed in once is disabled, not removed: the audit log names them."));
    }
    let right = right(&*store, &caller, &[found.record.role]).await?;
    let change = AccessChange {
        removed: vec![(found.record.id.clone(), found.version)],
        unchanged: vec![right],
        audit: Some(caller.audit(object(&found.record.id), told(&found.record), None)),
        ..AccessChange::default()
    };
    store.change_access(&change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The caller as they are at this moment, entitled to give and take all of `roles`; the change is made on condition that
/// they still are.
async fn right<S: Store>(store: &S, caller: &Caller, roles: &[Role]) -> Result<Right, Problem> {
    let Versioned { version, record } = actor::actor(store, caller).await?;
    let entitled = roles.iter().all(|role| record.role.may_grant(*role));
    if entitled { Ok((record.id, version)) } else { Err(Problem::forbidden()) }
}

/// Who has an address, if anybody does.
async fn known<S: Store>(store: &S, email: &Email) -> Result<Option<User>, StoreError> {
    let mut after = None;
    loop {
        let page = store.users(after, limits::PAGE).await?;
        if let Some(user) = page.items.into_iter().find(|user| user.email == *email) {
            return Ok(Some(user));
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(None),
        }
    }
}

async fn find<S: Store>(store: &S, id: &str) -> Result<Versioned<User>, Problem> {
    let missing = || Problem::not_found("user");
    store.user(&UserId::parse(id).ok_or_else(missing)?).await?.ok_or_else(missing)
}

fn object(id: &UserId) -> String {
    format!("users/{id}")
}

fn shown(status: StatusCode, version: u64, user: &User) -> Response {
    (status, [(header::ETAG, etag(version))], Json(view(user))).into_response()
}

fn view(user: &User) -> shapes::User {
    shapes::User {
        id: user.id.to_string(),
        email: user.email.to_string(),
        name: user.name.clone(),
        picture: user.picture.clone(),
        role: user.role,
        status: user.status,
        created_at: user.created_at,
        last_sign_in_at: user.last_sign_in_at,
    }
}

/// As the audit log keeps it.
fn told(user: &User) -> Option<Value> {
    serde_json::to_value(view(user)).ok()
}
