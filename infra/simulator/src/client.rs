//! Somebody at the API: asks until they are answered, under one key, since they do not know what became of their first try.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::SdkConfig;
use axum::Router;
use crm_domain::access::{Role, User, UserId, UserStatus};
use crm_domain::email::Email;
use crm_domain::ports::{AccessChange, KeepAccess as _, ReadAccess as _, Versioned};
use crm_domain::time::Time;
use crm_lambda::auth::issue;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Context, LambdaEvent};
use serde_json::{Value, json};
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
        let is_lost = {
            let faults = &mut self.cloud.state().faults;
            // Lambda has no room for more: API Gateway says so, and the function hears nothing of it.
            faults.strike(Fault::RequestLost) || faults.strike(Fault::Throttled)
        };
        if is_lost {
            return None;
        }
        let request = self.event(method, path, body, key);
        let answer = self.fleet.invoke(|router| async move {
            let request: LambdaRequest = serde_json::from_value(request).ok()?;
            // As `main` serves it: from the event of API Gateway to the answer to it.
            let function = Adapter::from(Router::clone(&router));
            let answer = function.oneshot(LambdaEvent::new(request, Context::default())).await.ok()?;
            Answered::read(&serde_json::to_value(answer).ok()?)
        });
        let answered = answer.await.flatten();
        let state = &mut *self.cloud.state();
        let status = answered.as_ref().map_or(0, |answered| answered.status);
        state.note(&format!("{method} {path} under {key}"), body.unwrap_or(&Value::Null), Some(&(status, Value::Null)));
        answered.filter(|_| !state.faults.strike(Fault::AnswerLost))
    }

    /// What API Gateway hands to the function.
    fn event(&self, method: &str, path: &str, body: Option<&Value>, key: &str) -> Value {
        json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
            "headers": {
                "authorization": format!("Bearer {}", self.token), "content-type": "application/json", "idempotency-key": key,
                "host": "crm.simulated",
            },
            "requestContext": {
                "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "shop"},
                "requestId": key, "routeKey": "$default", "stage": "$default", "timeEpoch": 0,
            },
            "isBase64Encoded": false, "body": body.map(Value::to_string),
        })
    }
}

impl Answered {
    /// Reads what a function answers API Gateway.
    fn read(answer: &Value) -> Option<Self> {
        let status = answer["statusCode"].as_u64()?.try_into().ok()?;
        let body = answer["body"].as_str().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
        Some(Self { status, body })
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
        era: 0,
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
