//! Somebody at the API: asks until they are answered, under one key, since they do not know what became of their first try.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::SdkConfig;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use crm_domain::access::{Role, User, UserId, UserStatus};
use crm_domain::email::Email;
use crm_domain::ports::{AccessChange, KeepAccess as _, ReadAccess as _, Versioned};
use crm_domain::time::Time;
use crm_lambda::auth::issue;
use serde_json::Value;
use tokio::time::sleep;
use tower::ServiceExt as _;

use crate::cloud::{Cloud, Process};
use crate::faults::Fault;
use crate::fleet::Fleet;
use crate::functions::{signing_keys, store};
use crate::world::BEGIN;

/// How often somebody asks again who is told of a conflict.
const TRIES: u32 = 3;

/// Somebody who calls one function of the API.
pub struct Client {
    cloud: Arc<Cloud>,
    fleet: Fleet<Router>,
    token: String,
}

/// What somebody was answered.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub body: Value,
}

impl Client {
    /// A client of the function of this logical id.
    ///
    /// # Panics
    /// No token can be made.
    #[must_use]
    pub fn new(cloud: &Arc<Cloud>, function: &str, make: impl Fn(&SdkConfig) -> Router + 'static) -> Self {
        // Tokens are checked by the machine's own clock.
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64);
        let (token, _) = issue(&owner().id, &signing_keys(), Time::from_micros(seconds)).expect("a token");
        Self { cloud: cloud.clone(), fleet: Fleet::new(cloud, function, move |config, _| make(config)), token }
    }

    /// Asks under a key until there is an answer that says what has happened. That somebody else was faster may be all that is
    /// ever said.
    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>, key: &str) -> Answered {
        for tries in 0.. {
            if let Some(answered) = self.attempt(method, path, body, key).await
                && answered.status < 500
                && answered.status != 429
                && (answered.status != 409 || answered.body["code"] != "still_running")
                && (answered.status != 409 || answered.body["code"] != "conflict" || tries >= TRIES)
            {
                return answered;
            }
            let pause = self.cloud.state().faults.below(4_000);
            sleep(Duration::from_millis(500 + pause)).await;
        }
        unreachable!("whoever asks does not give up")
    }

    async fn attempt(&self, method: &str, path: &str, body: Option<&Value>, key: &str) -> Option<Answered> {
        if self.cloud.state().faults.strike(Fault::RequestLost) {
            return None;
        }
        let request = Request::builder().method(method).uri(path);
        let request = request.header("authorization", format!("Bearer {}", self.token)).header("idempotency-key", key);
        let request = request.header("content-type", "application/json");
        let request = request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).ok()?;
        let answer = self.fleet.invoke(|router| async move {
            let response = Router::clone(&router).oneshot(request).await.ok()?;
            let status = response.status().as_u16();
            let bytes = to_bytes(response.into_body(), usize::MAX).await.ok()?;
            Some(Answered { status, body: serde_json::from_slice(&bytes).unwrap_or_default() })
        });
        let answered = answer.await.flatten();
        let state = &mut *self.cloud.state();
        let status = answered.as_ref().map_or(0, |answered| answered.status);
        state.note(&format!("{method} {path} under {key}"), body.unwrap_or(&Value::Null), Some(&(status, Value::Null)));
        answered.filter(|_| !state.faults.strike(Fault::AnswerLost))
    }
}

fn owner() -> User {
    User {
        id: UserId::parse("u-owner").expect("an id"),
        email: Email::parse("owner@x.in").expect("an address"),
        name: "Owner".to_owned(),
        picture: None,
        role: Role::Owner,
        status: UserStatus::Active,
        created_at: BEGIN,
        last_sign_in_at: None,
    }
}

/// Lets somebody in who may ask for anything.
pub async fn admit(cloud: &Arc<Cloud>) {
    let change = AccessChange { users: vec![Versioned { version: 0, record: owner() }], ..AccessChange::default() };
    let store = store(&cloud.config(&Arc::new(Process::default())));
    while store.change_access(&change).await.is_err() {
        // Its answer may have been lost.
        if store.user(&owner().id).await.is_ok_and(|found| found.is_some()) {
            return;
        }
    }
}
