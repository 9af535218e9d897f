//! Who may enter: users who are known, those who are invited, the first owner, and members of trusted organisations.

use axum::http::StatusCode;
use crm_domain::access::{Role, User, UserId, UserStatus};
use crm_domain::audit::{Actor, AuditEntry};
use crm_domain::email::Email;
use crm_domain::ids::AuditId;
use crm_domain::ports::{AccessChange, KeepAccess, StoreError, Versioned};
use crm_domain::time::Time;
use crm_domain::world;
use crm_lambda::problem::Problem;
use serde_json::json;

use crate::google::Identity;

/// Attempts while somebody changes the same user.
const ATTEMPTS: usize = 4;
/// What members of an allowed organisation are until somebody gives them more.
const MEMBER_ROLE: Role = Role::Analyst;

/// The deployment's own rules.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    pub first_owner: Option<Email>,
    /// Organisations all of whose accounts may enter.
    pub domains: Vec<String>,
}

impl Entry {
    /// Lets somebody in whom Google vouches for, or says why not.
    pub async fn enter<S: KeepAccess>(&self, store: &S, identity: &Identity, now: Time) -> Result<User, Problem> {
        for _ in 0..ATTEMPTS {
            let (user, change) = self.decide(store, identity, now).await?;
            match store.change_access(&change).await {
                // With the first owner's place gone, somebody else of that address has been here: they are no owner.
                Err(StoreError::Conflict) if change.first_owner && store.user(&identity.id).await?.is_none() => {
                    return Err(not_invited());
                }
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
                Ok(()) => return Ok(user),
            }
        }
        Err(StoreError::Conflict.into())
    }

    async fn decide<S: KeepAccess>(&self, store: &S, identity: &Identity, now: Time) -> Result<(User, AccessChange), Problem> {
        let mut change = AccessChange::default();
        if let Some(Versioned { version, record }) = store.user(&identity.id).await? {
            if !record.is_active() {
                return Err(disabled());
            }
            let User { role, created_at, era, .. } = record;
            let user = User { created_at, era, ..user_of(identity, role, now) };
            change.users.push(Versioned { version, record: user.clone() });
            return Ok((user, change));
        }
        let place = UserId::invited(&identity.email);
        let invitation = store.user(&place).await?.filter(|found| found.record.status == UserStatus::Invited);
        let is_member = identity.hosted_domain.as_ref().is_some_and(|domain| self.domains.contains(domain));
        let role = match invitation {
            Some(Versioned { version, record }) => {
                change.removed.push((place, version));
                record.role
            }
            None if self.first_owner.as_ref() == Some(&identity.email) => {
                change.first_owner = true;
                Role::Owner
            }
            None if is_member => MEMBER_ROLE,
            None => return Err(not_invited()),
        };
        let user = user_of(identity, role, now);
        let (before, after) = AuditEntry::difference(None, Some(json!({"email": user.email, "role": user.role})));
        change.audit = Some(AuditEntry {
            id: AuditId::generate(),
            at: now,
            actor: Actor { id: user.id.to_string(), name: user.email.to_string() },
            action: "enter".to_owned(),
            object: format!("users/{}", user.id),
            before,
            after,
            request_id: world::fresh_id().to_string(),
        });
        change.users.push(Versioned { version: 0, record: user.clone() });
        Ok((user, change))
    }
}

fn user_of(identity: &Identity, role: Role, now: Time) -> User {
    User {
        id: identity.id.clone(),
        email: identity.email.clone(),
        name: identity.name.clone(),
        picture: identity.picture.clone(),
        role,
        status: UserStatus::Active,
        created_at: now,
        last_sign_in_at: Some(now),
        era: 0,
    }
}

fn not_invited() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "not_invited", "This account is not invited. Ask an owner or administrator to invite it.")
}

/// The answer to somebody who may not enter any more.
pub fn disabled() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "user_disabled", "This account is disabled.")
}
