//! Who makes a request, and which attempt of it this is: what handlers may ask for.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use crm_domain::access::{ApiKey, Permission, User};
use crm_domain::audit::{Actor, AuditEntry};
use crm_domain::ids::AuditId;
use crm_domain::time::Time;
use crm_domain::world;
use serde_json::Value;
use uuid::Uuid;

use crate::operation::Operation;
use crate::problem::Problem;

/// A user, or an integration with its key.
#[derive(Debug, Clone)]
pub enum Who {
    User(Arc<User>),
    Key(Arc<ApiKey>),
}

/// The caller of an operation that is not public.
#[derive(Debug, Clone)]
pub struct Caller {
    pub who: Who,
    pub operation: &'static Operation,
    pub request_id: String,
}

impl Caller {
    /// The user's id; `keys/ID` for an API key.
    #[must_use]
    pub fn id(&self) -> String {
        match &self.who {
            Who::User(user) => user.id.to_string(),
            Who::Key(key) => format!("keys/{}", key.id),
        }
    }

    /// The `source` of events that this caller brings.
    #[must_use]
    pub fn source(&self) -> String {
        format!("/api/{}", self.id())
    }

    /// The user, where keys are not let in.
    pub fn user(&self) -> Result<&Arc<User>, Problem> {
        match &self.who {
            Who::User(user) => Ok(user),
            Who::Key(_) => Err(Problem::forbidden()),
        }
    }

    /// The caller as the audit log names them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let name = match &self.who {
            Who::User(user) => user.email.to_string(),
            Who::Key(key) => key.name.clone(),
        };
        Actor { id: self.id(), name }
    }

    /// The audit entry of what this request does to `object`, given how it looks before and after.
    #[must_use]
    pub fn audit(&self, object: String, before: Option<Value>, after: Option<Value>) -> AuditEntry {
        let (before, after) = AuditEntry::difference(before, after);
        AuditEntry {
            id: AuditId::generate(),
            at: Time::now(),
            actor: self.actor(),
            action: self.operation.id(),
            object,
            before,
            after,
            request_id: self.request_id.clone(),
        }
    }

    /// The same of a change that is queued, to be noted before that. All attempts of a request make one entry: who asks again
    /// under the same key is not noted again.
    #[must_use]
    pub fn audit_once(&self, attempt: &Attempt, object: String, before: Option<Value>, after: Option<Value>) -> AuditEntry {
        AuditEntry { id: AuditId::of_request(attempt.id), at: attempt.at, ..self.audit(object, before, after) }
    }

    pub(crate) fn holds(&self, permission: Permission) -> bool {
        match &self.who {
            Who::User(user) => permission.held_by(user.role),
            Who::Key(key) => permission.scope().is_some_and(|scope| key.scopes.contains(&scope)),
        }
    }
}

/// One attempt of a request. All attempts with the same `Idempotency-Key` share its parts.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// A UUID version 7: the identity of what the request creates.
    pub id: Uuid,
    /// When the first attempt was accepted.
    pub at: Time,
    /// Names the request among those of its caller: the key given, else the id.
    pub name: String,
}

impl Attempt {
    /// The only attempt of a request.
    #[must_use]
    pub fn only() -> Self {
        let id = world::fresh_id();
        Self { id, at: Time::now(), name: id.to_string() }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthorized)
    }
}

impl<S: Sync> FromRequestParts<S> for Attempt {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(Self::only))
    }
}
