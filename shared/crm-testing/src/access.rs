//! Users, keys, sessions, repeated requests and the audit log in memory; and the walk through all routes with all roles.

use std::collections::BTreeMap;
use std::sync::MutexGuard;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use crm_domain::access::{ApiKey, Permission, Role, Scope, Session, User, UserId, UserStatus};
use crm_domain::audit::{Actor, AuditEntry, AuditFilter};
use crm_domain::email::Email;
use crm_domain::ids::{AuditId, KeyId};
use crm_domain::ports::{
    AccessChange, KeepAccess, KeepAudit, KeepRequests, KeepSessions, Page, ReadAccess, Right, StoreError, Versioned,
};
use crm_domain::replay::{Claim, RequestKey};
use crm_domain::time::Time;
use crm_lambda::auth::{hash_secret, write_api_key};
use crm_lambda::operation::Operation;
use crm_lambda::routes;
use serde_json::json;
use uuid::Uuid;

use crate::http::{Answer, answer, token};
use crate::memory::{Memory, paged};

/// What [`Memory`] keeps of who may enter.
pub(crate) struct House {
    users: BTreeMap<UserId, (u64, User)>,
    keys: BTreeMap<KeyId, (u64, ApiKey)>,
    uses: BTreeMap<KeyId, Time>,
    first_owner: bool,
    sessions: BTreeMap<Uuid, Session>,
    claims: BTreeMap<RequestKey, Claim>,
    buckets: BTreeMap<RequestKey, Time>,
    audit: Vec<AuditEntry>,
    /// Whether nothing can be written into it by itself.
    is_audit_down: bool,
}

impl Default for House {
    /// One user of each role, named `u-ROLE`, and one key of each scope (see [`key`]).
    fn default() -> Self {
        let user = |role: Role| User {
            id: UserId::parse(&format!("u-{}", role.as_str())).unwrap(),
            email: Email::parse(&format!("{}@example.com", role.as_str())).unwrap(),
            name: "Tester".into(),
            picture: None,
            role,
            status: UserStatus::Active,
            created_at: Time::from_micros(0),
            last_sign_in_at: None,
            era: 0,
        };
        let key = |scope: Scope| ApiKey {
            id: key_id(scope),
            name: "Integration".into(),
            scopes: vec![scope],
            secret_hash: hash_secret("secret"),
            created_by: UserId::parse("u-owner").unwrap(),
            created_at: Time::from_micros(0),
            expires_at: None,
            revoked_at: None,
        };
        Self {
            users: Role::ALL.into_iter().map(user).map(|user| (user.id.clone(), (1, user))).collect(),
            keys: [Scope::Ingest, Scope::Read].into_iter().map(key).map(|key| (key.id, (1, key))).collect(),
            uses: BTreeMap::new(),
            first_owner: false,
            sessions: BTreeMap::new(),
            claims: BTreeMap::new(),
            buckets: BTreeMap::new(),
            audit: Vec::new(),
            is_audit_down: false,
        }
    }
}

fn key_id(scope: Scope) -> KeyId {
    KeyId::of_request(Uuid::from_u128(1 + scope as u128))
}

/// The API key of each scope that every [`Memory`] knows.
#[must_use]
pub fn key(scope: Scope) -> String {
    write_api_key(key_id(scope), "secret")
}

impl Memory {
    fn house(&self) -> MutexGuard<'_, House> {
        self.house.lock().unwrap()
    }

    pub(crate) fn tell(&self, entry: &AuditEntry) {
        self.house().audit.push(entry.clone());
    }

    /// That whoever has the right is as they were.
    pub(crate) fn check_right(&self, (id, version): &Right) -> Result<(), StoreError> {
        let holds = self.house().users.get(id).is_some_and(|(held, _)| held == version);
        if holds { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// The audit log so far: actor, action and object.
    pub fn told(&self) -> Vec<(String, String, String)> {
        self.house().audit.iter().map(|entry| (entry.actor.id.clone(), entry.action.clone(), entry.object.clone())).collect()
    }

    /// Lets the audit log take no entries, or take them again; those of a transaction are not meant.
    pub fn set_audit_down(&self, is_down: bool) {
        self.house().is_audit_down = is_down;
    }

    /// Number of sessions.
    pub fn sessions(&self) -> usize {
        self.house().sessions.len()
    }

    /// Moves all leases of requests into the past, as if their holders had died long ago.
    pub fn end_leases(&self) {
        for claim in self.house().claims.values_mut() {
            claim.lease_until = Time::from_micros(0);
            claim.answer = None;
        }
    }
}

fn held<K: Ord, T: Clone>(map: &BTreeMap<K, (u64, T)>, key: &K) -> Option<Versioned<T>> {
    map.get(key).map(|(version, record)| Versioned { version: *version, record: record.clone() })
}

impl ReadAccess for Memory {
    async fn user(&self, id: &UserId) -> Result<Option<Versioned<User>>, StoreError> {
        Ok(held(&self.house().users, id))
    }

    async fn api_key(&self, id: KeyId) -> Result<Option<Versioned<ApiKey>>, StoreError> {
        Ok(held(&self.house().keys, &id))
    }

    async fn note_key_use(&self, id: KeyId, at: Time) -> Result<(), StoreError> {
        self.house().uses.insert(id, at);
        Ok(())
    }
}

impl KeepAccess for Memory {
    async fn users(&self, after: Option<String>, limit: usize) -> Result<Page<User>, StoreError> {
        let all = self.house().users.values().map(|(_, user)| user.clone()).collect();
        Ok(paged(all, |user| user.id.to_string(), after.as_deref(), limit))
    }

    async fn api_keys(&self, after: Option<String>, limit: usize) -> Result<Page<(ApiKey, Option<Time>)>, StoreError> {
        let house = self.house();
        let all = house.keys.values().map(|(_, key)| (key.clone(), house.uses.get(&key.id).copied())).collect();
        Ok(paged(all, |(key, _)| key.id.to_string(), after.as_deref(), limit))
    }

    async fn change_access(&self, change: &AccessChange) -> Result<(), StoreError> {
        let mut house = self.house();
        let version = |house: &House, id: &UserId| house.users.get(id).map_or(0, |(version, _)| *version);
        let moved = change.users.iter().any(|user| version(&house, &user.record.id) != user.version)
            || change.removed.iter().chain(&change.unchanged).any(|(id, wanted)| version(&house, id) != *wanted)
            || change.key.as_ref().is_some_and(|key| house.keys.get(&key.record.id).map_or(0, |held| held.0) != key.version)
            || (change.first_owner && house.first_owner);
        if moved {
            return Err(StoreError::Conflict);
        }
        for user in &change.users {
            house.users.insert(user.record.id.clone(), (user.version + 1, user.record.clone()));
        }
        for (id, _) in &change.removed {
            house.users.remove(id);
        }
        if let Some(key) = &change.key {
            house.keys.insert(key.record.id, (key.version + 1, key.record.clone()));
        }
        house.first_owner |= change.first_owner;
        house.audit.extend(change.audit.clone());
        Ok(())
    }
}

impl KeepSessions for Memory {
    async fn session(&self, id: Uuid) -> Result<Option<Session>, StoreError> {
        Ok(self.house().sessions.get(&id).cloned())
    }

    async fn begin_session(&self, session: &Session) -> Result<(), StoreError> {
        self.house().sessions.insert(session.id, session.clone());
        Ok(())
    }

    async fn rotate_session(&self, session: &Session) -> Result<(), StoreError> {
        match self.house().sessions.get_mut(&session.id) {
            Some(held) if held.generation + 1 == session.generation => {
                *held = session.clone();
                Ok(())
            }
            _ => Err(StoreError::Conflict),
        }
    }

    async fn end_session(&self, id: Uuid) -> Result<(), StoreError> {
        self.house().sessions.remove(&id);
        Ok(())
    }
}

impl KeepRequests for Memory {
    async fn claim(&self, key: &RequestKey, claim: &Claim) -> Result<Option<Claim>, StoreError> {
        let mut house = self.house();
        let earlier = house.claims.get(key).cloned();
        if earlier.is_none() {
            house.claims.insert(*key, claim.clone());
        }
        Ok(earlier)
    }

    async fn take_over(&self, key: &RequestKey, claim: &Claim, lease_was: Time) -> Result<(), StoreError> {
        match self.house().claims.get_mut(key) {
            Some(held) if held.id == claim.id && held.lease_until == lease_was && held.answer.is_none() => {
                held.lease_until = claim.lease_until;
                Ok(())
            }
            _ => Err(StoreError::Conflict),
        }
    }

    async fn answer(&self, key: &RequestKey, id: Uuid, answer: Vec<u8>) -> Result<(), StoreError> {
        match self.house().claims.get_mut(key) {
            Some(held) if held.id == id => {
                held.answer = Some(answer);
                Ok(())
            }
            _ => Err(StoreError::Conflict),
        }
    }

    async fn release(&self, key: &RequestKey, id: Uuid) -> Result<(), StoreError> {
        self.house().claims.retain(|held, claim| held != key || claim.id != id || claim.answer.is_some());
        Ok(())
    }

    async fn bucket(&self, key: &RequestKey) -> Result<Option<Time>, StoreError> {
        Ok(self.house().buckets.get(key).copied())
    }

    async fn set_bucket(&self, key: &RequestKey, was: Option<Time>, full_at: Time) -> Result<(), StoreError> {
        let mut house = self.house();
        if house.buckets.get(key).copied() != was {
            return Err(StoreError::Conflict);
        }
        house.buckets.insert(*key, full_at);
        Ok(())
    }
}

impl KeepAudit for Memory {
    async fn note(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        if self.house().is_audit_down {
            return Err(StoreError::Throttled);
        }
        // An id is of one entry.
        let is_there = self.house().audit.iter().any(|held| held.id == entry.id);
        if !is_there {
            self.tell(entry);
        }
        Ok(())
    }

    async fn audit(&self, filter: &AuditFilter, after: Option<String>, limit: usize) -> Result<Page<AuditEntry>, StoreError> {
        let wanted = self.house().audit.iter().filter(|entry| filter.fits(entry)).cloned().collect();
        Ok(paged(wanted, |entry| entry.id.to_string(), after.as_deref(), limit))
    }
}

/// The right of the owner whom every [`Memory`] knows, while nobody has changed them.
#[must_use]
pub fn right() -> Right {
    (UserId::parse("u-owner").unwrap(), 1)
}

/// Any audit entry, for storing what a test begins with.
#[must_use]
pub fn audit() -> AuditEntry {
    AuditEntry {
        id: AuditId::generate(),
        at: Time::now(),
        actor: Actor { id: "test".into(), name: "test".into() },
        action: "begin".into(),
        object: "test".into(),
        before: None,
        after: None,
        request_id: "test".into(),
    }
}

/// Sends every operation of `function` as nobody, as each role and with a key of each scope, and checks who is let in; and that
/// who is gets a problem for a path that is no text. Returns how many requests the former were.
pub async fn walk(function: &str, router: &Router) -> usize {
    let mut walked = 0;
    let own = routes::ALL.iter().filter(|operation| operation.function == function);
    for operation in own.filter(|operation| operation.permission != Permission::Public) {
        let roles = Role::ALL.map(|role| (Some(token(role.as_str(), &json!({}))), operation.permission.held_by(role)));
        let scopes = [Scope::Ingest, Scope::Read].map(|scope| (Some(key(scope)), operation.permission.scope() == Some(scope)));
        for (token, let_in) in roles.into_iter().chain(scopes).chain([(None, false)]) {
            let path = spelt(operation, "00000000-0000-0000-0000-000000000000");
            let answer = sent(router, operation, &path, token.as_deref()).await;
            let code = answer.json["code"].as_str().unwrap_or_default();
            assert!(!["route_not_found", "method_not_allowed"].contains(&code), "{} is not served", operation.id());
            let refused = match token {
                None => answer.status == 401,
                Some(_) => answer.status == 403,
            };
            assert_eq!(refused, !let_in, "{} {path}: {answer:?}", operation.id());
            walked += 1;
            if operation.path.contains('{') {
                let misspelt = sent(router, operation, &spelt(operation, "%ff"), token.as_deref()).await;
                let expected = if let_in { 400 } else { answer.status };
                assert_eq!(misspelt.status, expected, "{}: {misspelt:?}", operation.id());
                assert_eq!(misspelt.json["code"] == "malformed_path", let_in, "{}: {misspelt:?}", operation.id());
                assert_eq!(misspelt.headers["content-type"], "application/problem+json", "{}", operation.id());
            }
        }
    }
    walked
}

async fn sent(router: &Router, operation: &Operation, path: &str, token: Option<&str>) -> Answer {
    let mut request = Request::builder().method(operation.verb.as_str()).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    answer(router, request.body(Body::from("{}")).unwrap()).await
}

/// The path of an operation with `value` for each of its parameters.
pub(crate) fn spelt(operation: &Operation, value: &str) -> String {
    let mut path = operation.path.to_owned();
    while let Some((start, end)) = path.find('{').zip(path.find('}')) {
        path.replace_range(start..=end, value);
    }
    path
}
